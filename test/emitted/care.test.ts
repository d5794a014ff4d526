import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test, vi } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

// What a job does for its run beyond carrying it on: proof, files kept, signs of life, limits, the owner's wishes.

type Run = ReturnType<typeof byHand>;
const events = (run: Run, wanted: string) => run.entries().filter(({ event }) => event === wanted);
describe.each(dmtcpImplementations)('a run, with $name', { concurrent: true }, (dmtcp) => {
  test('prove: the first checkpoint is restored at once, and no later one', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    const ended = run.start({ CRFLOW_PROVE: '1' });
    await run.until('sealed', 2);
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(events(run, 'restored').map(({ generation }) => generation)).toEqual([1]);
    expect(events(run, 'started')).toHaveLength(1);
    expect(run.left()).toEqual([]);
  });

  test('prove: a program that no restore brings back is stopped early, and told so', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    // The images are whole; it is the restore that fails, as with a program that DMTCP cannot bring back.
    mkdirSync(join(run.folder, '.bin'));
    writeFileSync(
      join(run.folder, '.bin/dmtcp_restart'),
      '#!/bin/sh\necho "[1] ERROR: no such thing"\nexit 99\n',
      {
        mode: 0o755,
      },
    );
    expect(await run.start({ CRFLOW_PROVE: '1', CRFLOW_INTERVAL: '600' }), run.log()).toBe(78);
    expect(run.log()).toContain('it has never been restored, so it probably cannot be');
    expect(run.log()).toContain('no such thing');
    expect(run.left()).toEqual([]);
  });

  test('interval = auto: goes by what a checkpoint took', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held, checkpoint: 'interval = auto  mtbf = 2s' });
    // s = sqrt(2 * 1 * 2) = 2 for a checkpoint of a second: the least of 10 s stands. One of no second tells nothing yet.
    const ended = run.start({ CRFLOW_INTERVAL: '1', DMTCP_STANDIN_SECONDS: '1.5' });
    await run.until('sealed', 2);
    run.go();
    expect(await ended, run.log()).toBe(7);
    const [first, second] = events(run, 'sealed');
    const measured = Number(first?.['seconds']) > 0;
    if (!dmtcp.real) expect(measured, run.log()).toBe(true);
    const between = Date.parse(String(second?.['time'])) - Date.parse(String(first?.['time']));
    if (measured) expect(between).toBeGreaterThanOrEqual(9_000); // the journal counts whole seconds
    expect(run.output()).toBe(run.expected);
  });

  test('protect: files written in place come back with the generation', async ({ expect }) => {
    using run = byHand(dmtcp, {
      count: `${held} sum="out of place"`,
      checkpoint: 'protect = ["out of*", "no such/**"]',
    });
    await run.lostAttempt(2);
    // What the lost attempt went on to write, as if it had run for longer.
    writeFileSync(join(run.folder, 'out of place'), '49 999999\n');
    expect(await run.start(), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(readFileSync(join(run.folder, 'out of place'), 'utf8')).toBe('50 1275\n');
    expect(run.left()).toEqual([]);
  });

  test('protect: a folder stands for all files in it', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held, checkpoint: 'protect = ["out"]' });
    const file = join(run.folder, 'out/deep/-x');
    mkdirSync(join(run.folder, 'out/deep'), { recursive: true });
    writeFileSync(file, 'of then');
    await run.lostAttempt(1);
    writeFileSync(file, 'of now');
    expect(await run.start(), run.log()).toBe(7);
    expect(readFileSync(file, 'utf8')).toBe('of then');
  });

  test('files that changed after the seal and were not protected are named', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(2);
    const changed = join(run.folder, 'result');
    appendFileSync(changed, 'x');
    expect(await run.start(), run.log()).toBe(7);
    expect(events(run, 'changed_since').map(({ file }) => file)).toContain(changed);
    expect(events(run, 'changed_since').map(({ file }) => file)).not.toContain(
      join(run.folder, 'count-4711.out'),
    );
    expect(run.log()).toContain(`and not brought back: ${changed}`);
  });

  test('alive: a program that hangs is restored, and goes on', async ({ expect }) => {
    using run = byHand(dmtcp, { count: 'hang=hung', keys: 'alive = 3s' });
    expect(await run.start(), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(events(run, 'hangs').length).toBeGreaterThan(0);
    expect(run.left()).toEqual([]);
  });

  test('alive: the time that a checkpoint takes is none in which it hangs', ({ expect }) => {
    using run = byHand(dmtcp, { keys: 'alive = 10s' });
    const said =
      run.functions(`output=$PWD/out; echo x >out; look_for_life; echo y >>out; to_prove() { false; }; journal() { :; }
checkpoint() { SECONDS=$((SECONDS + 20)); }; schedule_checkpoint() { :; }; SECONDS=$((SECONDS + 5)); look_for_life; SECONDS=$((SECONDS + 5))
regular_checkpoint; hangs && echo at once; SECONDS=$((SECONDS + 4)); hangs && echo soon; SECONDS=$((SECONDS + 3)); hangs && echo in the end`);
    expect(said).toBe('in the end\n');
  });

  test('max_attempts: as many, then 72; counted anew when its owner resumes it', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held, schedule: 'max_attempts = 2' });
    for (let attempt = 1; attempt <= 2; attempt++) {
      const ended = run.start();
      await run.until('sealed', attempt);
      run.powerCut();
      await ended;
    }
    run.go();
    expect(await run.start(), run.log()).toBe(72);
    expect(run.log()).toContain('the run has used its 2 attempts');
    expect(await run.start({ SLURM_JOB_ID: '4712' }, 'resume', '4711'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('where Slurm does not answer, status and stop say so, and no run is called killed', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    const ended = run.start();
    await run.until('sealed');
    const deaf = join(run.folder, 'deaf');
    mkdirSync(deaf);
    const words = 'slurm_load_jobs error: Unable to contact slurm controller (connect failure)';
    writeFileSync(join(deaf, 'scontrol'), `#!/bin/sh\necho '${words}'\nexit 1\n`, { mode: 0o755 });
    const ask = (verb: string) => run.verb(verb, { PATH: `${deaf}:${process.env['PATH']}` });
    expect(ask('status').said).toMatch(
      /run 4711 of count: Slurm does not answer; the last sign of life of attempt 1 is 0:00:\d\d old/,
    );
    expect(ask('status').said).toContain('running, or killed');
    expect(ask('status').said).not.toContain('to resume');
    expect(ask('stop')).toEqual({ status: 2, said: expect.stringContaining('Slurm does not answer') });
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(ask('status').said).toContain('done, with status 7');
    expect(ask('stop').said).toContain('run 4711 is done');
    expect(await run.start({ SLURM_JOB_ID: '4712' }, 'resume'), run.log()).toBe(70);
    expect(run.log()).toContain('resume which run? the newest here is 4711');
  });

  /** A restore by something else: it says what `words` print, and never comes to an end. */
  const hangingRestore = (run: Run, words = '') => {
    const path = join(run.folder, '.bin/dmtcp_restart');
    writeFileSync(path, `#!/bin/sh\n${words}\nexec sleep 3600\n`, { mode: 0o755 });
  };
  const restoring = async (run: Run) => {
    for (const deadline = Date.now() + 120_000; ; await sleep(100)) {
      if (run.running().some((line) => line.includes('sleep 3600'))) return;
      if (Date.now() > deadline) throw new Error(`no restore within 120 s:\n${run.log()}`);
    }
  };

  test('a scancel during a restore is heard at once: 77, and the generation stands', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1);
    const generations = run.generations();
    hangingRestore(run);
    const ended = run.start();
    await restoring(run);
    run.slurmSays('COMPLETING');
    run.signal('SIGTERM');
    expect(await ended, run.log()).toBe(77);
    expect(run.log()).toContain('it was just being restored');
    expect(run.left()).toEqual([]);
    expect(run.generations()).toEqual(generations);
    expect(events(run, 'restore_failed')).toEqual([]);
    rmSync(join(run.folder, '.bin/dmtcp_restart'));
    run.slurmSays('RUNNING');
    expect(await run.start({ SLURM_JOB_ID: '4712' }, 'resume', '4711'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('a restore whose outer half is killed ends itself', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1);
    hangingRestore(run);
    const ended = run.start();
    await restoring(run);
    run.signal('SIGKILL');
    expect(await ended).toBe(137);
    await vi.waitUntil(() => run.running().length === 0, { timeout: 120_000 });
  });

  test('a process that DMTCP gives up in a restore: the rest is not waited for, and its reason is told', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1);
    // As 4.1.1 does where a file of the program is gone: dmtcp_restart ends well, and other processes wait for ever.
    const words =
      "[x, Error] at fileconnection.cpp:376 in refill; REASON='ASSERT_NE failed; <-1(-1)>.    bash: Terminating...";
    hangingRestore(run, `cat >&2 <<'END'\n${words}\n    Backtrace:\n1 in x\n2 in y\n3 in z\nEND`);
    expect(await run.start(), run.log()).toBe(78);
    expect(run.log()).toContain(words);
    expect(run.log()).not.toContain('3 in z');
    expect(run.left()).toEqual([]);
  });

  /** The clock warns of a time limit at once. */
  const atTheLimit = { CRFLOW_LEAD: '3600', CRFLOW_INTERVAL: '600' };

  test('strategy = manual: checkpointed at the time limit, 71, and goes on when its owner says so', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { checkpoint: 'strategy = manual', count: held });
    expect(await run.start(atTheLimit), run.log()).toBe(71);
    expect(run.log()).toContain('checkpointed at the time limit');
    expect(run.log()).not.toContain('requeued');
    expect(run.left()).toEqual([]);
    run.go();
    expect(await run.start({ SLURM_JOB_ID: '4712' }, 'resume', '4711'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('continue = resubmit: another job goes on, and none is requeued', async ({ expect }) => {
    using run = byHand(dmtcp, { schedule: 'continue = resubmit', count: held });
    mkdirSync(join(run.folder, '.bin'));
    writeFileSync(join(run.folder, '.bin/sbatch'), '#!/bin/sh\necho "$@" >sbatch.args\necho 4712\n', {
      mode: 0o755,
    });
    expect(await run.start(atTheLimit), run.log()).toBe(75);
    expect(run.log()).toContain('job 4712 continues the run');
    expect(run.log()).not.toContain('requeued');
    expect(run.read('sbatch.args')).toMatch(/--dependency=afterany:4711 .* continue 4711$/m);
    run.go();
    expect(await run.start({ SLURM_JOB_ID: '4712' }, 'continue', '4711'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('resume RUN GENERATION: goes back to it; what came after it counts no longer', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(3);
    const [before = 0] = run.generations().slice(-2);
    expect(await run.start({ SLURM_JOB_ID: '4712' }, 'resume', '4711', '99'), run.log()).toBe(70);
    expect(await run.start({ SLURM_JOB_ID: '4713' }, 'resume', '4711', String(before)), run.log()).toBe(7);
    expect(events(run, 'restored')[0]).toMatchObject({ generation: before });
    expect(run.output()).toBe(run.expected);
  });

  test('resume of a run that another job carries on: refused, and that one is left in peace', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    const first = run.start();
    await run.until('sealed');
    const busy = { SLURM_JOB_ID: '4712', CRFLOW_TEST_OTHER_STATE: 'RUNNING' };
    expect(await run.start(busy, 'resume', '4711'), run.log()).toBe(70);
    expect(run.log()).toContain('job 4711 continues this run (RUNNING)');
    run.go();
    expect(await first, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('resume RUN GENERATION of a program that was killed: it had not ended', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    const first = run.start();
    await run.until('sealed', 2);
    // What the shell around the program writes when that is killed, and nothing else.
    run.kill(/count\.sh|^\d+ perl/);
    expect(await first, run.log()).toBe(137);
    expect(run.log()).toMatch(/that is signal 9; .* resume 4711 \d+$/m);
    run.go();
    const again = { SLURM_JOB_ID: '4712' };
    expect(await run.start(again, 'resume', '4711'), run.log()).toBe(137);
    const newest = String(run.generations().at(-1));
    expect(await run.start({ SLURM_JOB_ID: '4713' }, 'resume', '4711', newest), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('resume --total +N: a budget that was used up, made longer; once, not at each requeue', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    const small = { CRFLOW_TOTAL: '2', CRFLOW_INTERVAL: '600' };
    expect(await run.start(small), run.log()).toBe(72);
    const more = { ...small, SLURM_JOB_ID: '4712' };
    expect(await run.start(more, 'resume', '4711', '--total'), run.log()).toBe(70);
    expect(await run.start(more, 'resume', '4711', '--total', '2'), run.log()).toBe(70);
    const resumed = run.start({ ...more, CRFLOW_INTERVAL: '1' }, 'resume', '4711', '--total', '+1h');
    await run.until('restored');
    run.powerCut();
    run.go();
    await resumed;
    expect(await run.start(more, 'resume', '4711', '--total', '+1h'), run.log()).toBe(7);
    const [total] = readFileSync(join(run.state, 'total'), 'utf8').split(' ');
    expect(Number(total)).toBeGreaterThanOrEqual(3602);
    expect(Number(total)).toBeLessThan(3700);
    expect(run.output()).toBe(run.expected);
  });

  test('a node of another kind: said before the restore', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1);
    mkdirSync(join(run.folder, '.bin'), { recursive: true });
    writeFileSync(join(run.folder, '.bin/uname'), '#!/bin/sh\necho 9.9.9-other\n', { mode: 0o755 });
    expect(await run.start(), run.log()).toBe(7);
    expect(events(run, 'differs')).toMatchObject([{ what: 'kernel', is: '9.9.9-other' }]);
    expect(run.output()).toBe(run.expected);
  });

  test('the last lines of the log say what it took, what was lost, and what to change', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    const first = run.start({ CRFLOW_INTERVAL: '600' });
    await run.until('launched');
    writeFileSync(join(run.state, 'attempts/1/request'), 'checkpoint\n');
    await run.until('sealed');
    const seconds = () => Number(readFileSync(join(run.state, 'attempts/1/seconds'), 'utf8'));
    for (const sealed = seconds(); seconds() < sealed + 3; ) await sleep(100);
    run.powerCut();
    await first;
    run.go();
    expect(await run.start(), run.log()).toBe(7);
    const last = run
      .log()
      .trimEnd()
      .split('\n')
      .slice(-7)
      .map((line) => line.slice('crflow HH:MM:SS  '.length));
    expect(last).toEqual([
      expect.stringMatching(/^in all: 2 attempts, 0:\d\d:\d\d of 1:00:00$/),
      expect.stringMatching(/^checkpoints: \d+, 0:\d\d:\d\d in all \(\d+ % of the time\)$/),
      expect.stringMatching(/^work lost: 0:\d\d:(0[2-9]|[1-9]\d)$/),
      expect.stringMatching(/^advice on checkpoints: \w+/),
      expect.stringMatching(/^check 1 file that a restore did not bring back: .*\/go$/),
      'done: the application ended with status 7',
      expect.stringMatching(/^if the application did not cause it: sbatch count.sbatch resume 4711 \d+$/),
    ]);
  });
});
