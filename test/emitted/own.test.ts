import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test, vi } from 'vitest';
import { standIn } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';

// A program with its own checkpoints (engine = own): asked, copied, put back. test/programs/saves-itself.sh is as badly behaved as real ones.
vi.setConfig({ maxConcurrency: 4 });

const program = join(import.meta.dirname, '../programs/saves-itself.sh');
const steps = (last: number) => Array.from({ length: last }, (_, i) => `${i + 1}\n`).join('');
/** A warning that comes at once is one of the time limit. */
const atTheLimit = { CRFLOW_LEAD: '3540', CRFLOW_INTERVAL: '600' };

function own(words: string, keys: string, application = '', more = '', keep = '') {
  const run = byHand(standIn, {
    run: `bash '${program}' 40 0.1 ${words}`,
    checkpoint: `engine = own  files = ["save.txt"${more && `, ${more}`}]  grows = ["steps.log"]  done_files = ["result.txt"]  ${keep}  ${keys}`,
    keys: application,
  });
  return {
    ...run,
    start: (env: Record<string, string> = {}, ...args: string[]) =>
      run.start({ CRFLOW_QUIET: '0', CRFLOW_STARTUP: '5', ...env }, ...args),
    steps: () => run.read('steps.log'),
    sealed: (n: number) => readFileSync(join(run.state, `generations/${n}/files/save.txt`), 'utf8'),
    event: (name: string) => run.entries().filter(({ event }) => event === name),
  };
}

describe('a program that saves itself', () => {
  test.concurrent('undisturbed: ends with its own status', async ({ expect }) => {
    using run = own('', 'ask_signal = TERM');
    expect(await run.start(), run.log()).toBe(7);
    expect(run.steps()).toBe(steps(40));
    expect(run.left()).toEqual([]);
  });

  test.concurrent('at the time limit: is asked, saves, ends, and goes on from there', async ({ expect }) => {
    using run = own('appends=yes hold=go', 'ask_signal = TERM');
    const first = run.start(atTheLimit);
    await run.until('launched');
    run.signal('SIGUSR1');
    expect(await first, run.log()).toBe(75);
    expect(run.event('asked_application')).toMatchObject([{ how: 'signal' }]);
    expect(run.event('inner_ended')).toMatchObject([{ outcome: 'saved', reason: 'limit' }]);
    expect(run.left()).toEqual([]);
    run.go();
    expect(await run.start(), run.log()).toBe(7);
    expect(run.steps()).toBe(steps(40));
    expect(run.output()).toMatch(/going on from step \d+\n[\s\S]*all done\n$/);
  });

  test.concurrent('killed with all of its job: goes on from its newest save, and no step is there twice', async ({
    expect,
  }) => {
    using run = own('every=5 hold=go', '');
    expect(await run.lostAttempt(1)).toBe(137);
    appendFileSync(join(run.folder, 'steps.log'), 'what was done since\n');
    expect(await run.start(), run.log()).toBe(7);
    expect(run.steps()).toBe(steps(40));
    expect(run.event('restored').length).toBe(1);
  });

  test.concurrent('its files damaged, gone, or newer and torn: put back as they were sealed', async ({
    expect,
  }) => {
    for (const harm of ['torn', 'gone']) {
      using run = own('every=5 hold=go', '');
      await run.lostAttempt(1);
      const file = join(run.folder, 'save.txt');
      if (harm === 'torn') writeFileSync(file, '19 ');
      else rmSync(file);
      expect(await run.start(), run.log()).toBe(7);
      expect(run.steps()).toBe(steps(40));
    }
  });

  test.concurrent('a generation that is damaged: the one before is used', async ({ expect }) => {
    using run = own('every=5 next=yes', '');
    const first = run.start();
    const next = (n: number) => writeFileSync(join(run.folder, `next-${n}`), '');
    await run.until('sealed', 1);
    await sleep(1500); // so that the second generation holds at least a second of work
    next(5);
    await run.until('sealed', 2);
    const work = (number = 0) =>
      Number(/^work (\d+)$/m.exec(readFileSync(join(run.state, `generations/${number}/facts`), 'utf8'))?.[1]);
    // A kill before it is noted would leave the charge out.
    await vi.waitUntil(() => Number(readFileSync(join(run.state, 'sealed'), 'utf8')) >= work(2), {
      timeout: 60_000,
    });
    run.powerCut();
    await first;
    for (let n = 10; n <= 40; n += 5) next(n);
    const newest = run.generations().at(-1);
    const held = work(newest) - work(1);
    truncateSync(join(run.state, `generations/${newest}/files/save.txt`), 1);
    expect(await run.start(), run.log()).toBe(7);
    const lost = Number(readFileSync(join(run.state, 'attempts/2/lost'), 'utf8'));
    expect(run.steps()).toBe(steps(40));
    expect(run.event('passed_over')).toMatchObject([{ generation: newest }]);
    expect(held, run.log()).toBeGreaterThan(0);
    expect(lost, run.log()).toBe(held);
  });

  test.concurrent('a file that the generation before has is gone: nothing is sealed without it', async ({
    expect,
  }) => {
    using run = own('every=5 hold=go', '', '', '"other.*"');
    const other = join(run.folder, 'other.txt');
    writeFileSync(other, 'needed');
    const first = run.start();
    await run.until('sealed');
    rmSync(other);
    const why = "no file matches 'other.*' of `files` any more, and generation 1 has one";
    // It may have been removed while a checkpoint was just being made, which then fails for that.
    await vi.waitUntil(() => run.event('checkpoint_failed').some((event) => event['why'] === why), {
      timeout: 120_000,
    });
    run.powerCut();
    await first;
    run.go();
    expect(run.generations()).toEqual([1]);
    expect(await run.start(), run.log()).toBe(7);
    expect(readFileSync(other, 'utf8')).toBe('needed');
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('that ends without its newest file, at the time limit: goes on from the generation before', async ({
    expect,
  }) => {
    using run = own('every=5 hold=go loses=yes', 'ask_signal = TERM');
    const first = run.start({ CRFLOW_LEAD: '3540' });
    await run.until('sealed');
    run.signal('SIGUSR1');
    expect(await first, run.log()).toBe(75);
    expect(run.event('inner_ended')).toMatchObject([{ outcome: 'unsaved' }]);
    expect(run.log()).toMatch(/no file matches 'save.txt' of `files` any more/);
    run.go();
    expect(await run.start(), run.log()).toBe(7);
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('that removes what was there at its start: no empty generation is sealed', async ({
    expect,
  }) => {
    using run = own('fresh=yes loses=first hold=go', '');
    writeFileSync(join(run.folder, 'save.txt'), 'of an earlier run\n');
    const first = run.start();
    await run.until('checkpoint_failed');
    expect(run.generations()).toEqual([]);
    expect(run.event('checkpoint_failed')[0]).toMatchObject({ why: 'none of `files` is there' });
    run.go();
    expect(await first, run.log()).toBe(7);
  });

  test.concurrent('a pattern that matches nothing is named once, at the second checkpoint', async ({
    expect,
  }) => {
    using run = own('every=5 next=yes', '', '', '"sav.text"');
    const ended = run.start();
    for (const [n, step] of [5, 10, 15].entries()) {
      await run.until('sealed', n + 1);
      writeFileSync(join(run.folder, `next-${step}`), '');
    }
    for (let step = 20; step <= 40; step += 5) writeFileSync(join(run.folder, `next-${step}`), '');
    expect(await ended, run.log()).toBe(7);
    expect(run.log().match(/no file matches 'sav.text' of `files`/g)).toHaveLength(1);
  });

  test.concurrent('an output that was cut since: no generation fits it, and the run says so', async ({
    expect,
  }) => {
    using run = own('every=5 hold=go', '');
    await run.lostAttempt(1);
    truncateSync(join(run.folder, 'steps.log'), 2);
    expect(await run.start(), run.log()).toBe(78);
    expect(run.log()).toMatch(/steps.log is not what it was at the checkpoint/);
  });

  test.concurrent('a save that is being written is not sealed', async ({ expect }) => {
    using run = own('every=3 place=yes', '');
    expect(await run.start({ CRFLOW_QUIET: '1' }), run.log()).toBe(7);
    for (const n of run.generations()) expect(run.sealed(n)).toMatch(/^\d+ whole\n$/);
  });

  test.concurrent('that blocks the signal and waits for it, as srun does: is asked', async ({ expect }) => {
    using run = byHand(standIn, {
      run: `python3 '${join(import.meta.dirname, '../programs/waits-for-signal.py')}'`,
      checkpoint:
        'engine = own  files = ["save.txt"]  grows = ["steps.log"]  done_files = ["result.txt"]  ask_signal = USR2',
    });
    const quick = { CRFLOW_QUIET: '0', CRFLOW_STARTUP: '5' };
    const first = run.start({ ...atTheLimit, ...quick });
    await run.until('launched');
    run.signal('SIGUSR1');
    expect(await first, run.log()).toBe(75);
    expect(run.entries().filter(({ event }) => event === 'inner_ended')).toMatchObject([
      { outcome: 'saved' },
    ]);
    run.go();
    expect(await run.start(quick), run.log()).toBe(0);
    expect(run.read('steps.log')).toBe(steps(40));
  });

  test.concurrent('without a handler for the signal: it is killed, and what was sealed before counts', async ({
    expect,
  }) => {
    using run = own('term=dies every=5 hold=go', 'ask_signal = TERM');
    const first = run.start({ CRFLOW_LEAD: '3540' });
    await run.until('sealed');
    run.signal('SIGUSR1');
    expect(await first, run.log()).toBe(75);
    run.go();
    expect(await run.start(), run.log()).toBe(7);
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('that stops by itself with status 0: goes on in the same attempt while it saves', async ({
    expect,
  }) => {
    using run = own('early=12 appends=yes', '');
    expect(await run.start({ CRFLOW_INTERVAL: '600' }), run.log()).toBe(7);
    expect(run.steps()).toBe(steps(40));
    expect(run.event('inner_ended').map(({ outcome }) => outcome)).toEqual(['stopped', 'done']);
  });

  test.concurrent('that ends with status 0, saved nothing and is not done: stopped with 73, not taken for done', async ({
    expect,
  }) => {
    using idle = byHand(standIn, {
      run: 'echo nothing to do',
      checkpoint: 'engine = own  files = ["save.txt"]  done_files = ["result.txt"]',
    });
    writeFileSync(join(idle.folder, 'result.txt'), 'of an earlier run');
    expect(await idle.start({ CRFLOW_QUIET: '0' }), idle.log()).toBe(73);
    expect(idle.log()).toMatch(/ended with status 0, but is not done/);
  });

  test('that fails on a full disk: the log says so, because its own message may be lost', ({ expect }) => {
    using run = own('', '');
    const said = (free: number) =>
      run.functions(
        `workdir=/data; df() { printf 'x\\n/dev/a 9 9 ${free} 9%% /\\n'; }; disk_is_full && echo full`,
      );
    expect(said(0)).toBe('full\n');
    expect(said(1000)).toBe('');
  });

  test.concurrent('that fails: is tried from two generations, then its status is believed', async ({
    expect,
  }) => {
    using run = own('every=5 breaks=23:5', '');
    expect(await run.start(), run.log()).toBe(5);
    expect(run.event('ended_early').length).toBeLessThanOrEqual(3);
    expect(run.read('crflow-state/count/4711/status')).toBe('5\n');
  });

  test.concurrent('that fails twice from a generation, in two attempts: the third time from the one before', async ({
    expect,
  }) => {
    using run = own('every=5 next=yes rejects=10', '');
    const first = run.start();
    await run.until('sealed', 1);
    writeFileSync(join(run.folder, 'next-5'), '');
    await run.until('sealed', 2);
    run.powerCut();
    await first;
    for (const ends of [1, 2]) {
      const lost = run.start();
      await run.until('ended_early', ends);
      run.powerCut();
      await lost;
    }
    for (let step = 10; step <= 40; step += 5) writeFileSync(join(run.folder, `next-${step}`), '');
    expect(await run.start(), run.log()).toBe(7);
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('killed while a checkpoint waits for its files: a torn one is not sealed', async ({
    expect,
  }) => {
    using run = own('every=5 hold=go tears=tear', '');
    const first = run.start({ CRFLOW_HEARTBEAT: '30', CRFLOW_QUIET: '8' });
    await run.until('sealed');
    writeFileSync(join(run.folder, 'tear'), '');
    while (!run.output().includes('torn\n')) await new Promise((resolve) => setTimeout(resolve, 100));
    rmSync(join(run.folder, 'tear'));
    await new Promise((resolve) => setTimeout(resolve, 2000)); // a checkpoint begins, and waits for longer than this test
    run.go();
    run.kill(/saves-itself/);
    expect(await first, run.log()).toBe(7);
    expect(run.event('ended_early').map(({ status }) => status)).toEqual([137]); // and not 3, which is said of a torn file
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('of several ranks, one of which died while it saved, long before all ended: a torn file is not sealed', async ({
    expect,
  }) => {
    using run = own('every=5 hold=go tears=tear', '');
    const first = run.start();
    await run.until('sealed');
    run.powerCut();
    await first;
    const next = run.start({ SLURM_NTASKS: '2', CRFLOW_HEARTBEAT: '1', CRFLOW_INTERVAL: '600' });
    await run.until('restored');
    writeFileSync(join(run.folder, 'tear'), '');
    while (!run.output().includes('torn\n')) await new Promise((resolve) => setTimeout(resolve, 100));
    rmSync(join(run.folder, 'tear'));
    // The account shows three heartbeats, in all of which the file looks the same.
    const spent = () => Number(readFileSync(join(run.state, 'attempts/2/seconds'), 'utf8'));
    for (const at = spent(); spent() < at + 3; ) await new Promise((resolve) => setTimeout(resolve, 100));
    run.go();
    run.kill(/saves-itself/);
    expect(await next, run.log()).toBe(7);
    expect(run.event('ended_early').map(({ status }) => status)).toEqual([137]); // and not 3, which is said of a torn file
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('of several ranks, which wait for one that was killed while it saved: ended, and goes on from before', async ({
    expect,
  }) => {
    using run = own('every=5 hold=go tears=tear', '');
    const first = run.start({ SLURM_NTASKS: '2', CRFLOW_HEARTBEAT: '1', CRFLOW_INTERVAL: '2' });
    await run.until('sealed');
    const sealed = run.generations();
    writeFileSync(join(run.folder, 'tear'), '');
    while (!run.output().includes('torn\n')) await new Promise((resolve) => setTimeout(resolve, 100));
    rmSync(join(run.folder, 'tear'));
    const [output = ''] = readdirSync(run.folder).filter((name) => name.endsWith('.out'));
    appendFileSync(join(run.folder, output), 'srun: error: n1: task 0: Killed\n');
    await run.until('checkpoint_failed');
    expect(run.event('checkpoint_failed')[0]?.['why']).toBe('a rank was killed, and may have been saving');
    await run.until('inner_ended');
    expect(run.event('inner_ended')[0]).toMatchObject({
      outcome: 'lost',
      why: expect.stringMatching(/^a rank was killed, and the others wait for it: srun: error: n1: task 0/),
    });
    expect(run.generations()).toEqual(sealed);
    run.go();
    expect(await first, run.log()).toBe(7);
    expect(run.event('ended_early')).toEqual([]); // a torn file ends it with 3
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('that begins to write while a checkpoint is being made: a torn file is not sealed', async ({
    expect,
  }) => {
    using run = own('every=5 hold=go tears=tear', '');
    // What looks for room for the checkpoint comes after the files were quiet, and before they are copied.
    mkdirSync(join(run.folder, '.bin'));
    writeFileSync(
      join(run.folder, '.bin/df'),
      `#!/bin/bash
if [[ -e '${run.folder}/save.txt' ]]; then
  : >'${run.folder}/tear'
  until grep -qx torn '${run.folder}'/*.out; do sleep 0.05; done
fi
exec /bin/df "$@"
`,
      { mode: 0o755 },
    );
    const first = run.start({ CRFLOW_QUIET: '1' });
    await run.until('checkpoint_failed');
    expect(run.generations()).toEqual([]);
    expect(run.event('checkpoint_failed')[0]).toMatchObject({
      why: 'the files of the application changed while they were copied',
    });
    run.powerCut();
    await first;
  });

  test.concurrent('that ends while it is given up: only what was complete is sealed', async ({ expect }) => {
    using run = own('every=5 hold=go tears=tear', '');
    const first = run.start({ CRFLOW_LEAD: '3540', CRFLOW_HEARTBEAT: '30', CRFLOW_QUIET: '8' });
    await run.until('sealed');
    run.signal('SIGUSR1');
    await new Promise((resolve) => setTimeout(resolve, 2000)); // the last checkpoint waits for quiet files
    writeFileSync(join(run.folder, 'tear'), '');
    while (!run.output().includes('torn\n')) await new Promise((resolve) => setTimeout(resolve, 100));
    rmSync(join(run.folder, 'tear'));
    run.kill(/saves-itself/);
    expect(await first, run.log()).toBe(75);
    expect(run.event('inner_ended')).toMatchObject([{ outcome: 'unsaved' }]);
    run.go();
    expect(await run.start(), run.log()).toBe(7);
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('that rejects the only intact generation before a damaged one: the one before that is used', async ({
    expect,
  }) => {
    using run = own('every=5 next=yes rejects=10', '', '', '', 'keep = 3');
    const first = run.start();
    const next = (n: number) => writeFileSync(join(run.folder, `next-${n}`), '');
    for (const n of [5, 10, 15]) {
      await run.until('sealed', n / 5);
      if (n < 15) next(n);
    }
    run.powerCut();
    await first;
    for (let n = 5; n <= 40; n += 5) next(n);
    expect(run.sealed(2)).toMatch(/^10 /);
    truncateSync(join(run.state, 'generations/3/files/save.txt'), 1);
    const ended = run.start();
    expect(await ended, run.log()).toBe(7);
    expect(run.event('restored').map(({ generation }) => generation)).toEqual([2, 2, 1]);
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('that fails once: goes on', async ({ expect }) => {
    using run = own('every=5 next=yes breaks=23:5', '');
    const ended = run.start();
    await run.until('sealed');
    for (let step = 5; step <= 40; step += 5) writeFileSync(join(run.folder, `next-${step}`), '');
    await run.until('ended_early');
    writeFileSync(join(run.folder, 'mended'), '');
    expect(await ended, run.log()).toBe(7);
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('asked by a file, which the program leaves: it is removed at once, and before the next start', async ({
    expect,
  }) => {
    using run = own('appends=yes stop=STOP status=3 hold=go', 'ask_file = "STOP"  ask_text = "now"');
    const first = run.start(atTheLimit);
    await run.until('launched');
    run.signal('SIGUSR1');
    expect(await first, run.log()).toBe(75);
    expect(run.event('inner_ended')).toMatchObject([{ outcome: 'saved' }]);
    expect(existsSync(join(run.folder, 'STOP'))).toBe(false);
    writeFileSync(join(run.folder, 'STOP'), '');
    run.go();
    expect(await run.start(), run.log()).toBe(7);
    expect(existsSync(join(run.folder, 'STOP'))).toBe(false);
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('asked by a signal after which it goes on, each interval', async ({ expect }) => {
    using run = own('usr1=saves', 'ask_signal = USR1  answer = continues');
    expect(await run.start({ CRFLOW_INTERVAL: '1' }), run.log()).toBe(7);
    expect(run.event('sealed').length).toBeGreaterThan(0);
    expect(run.steps()).toBe(steps(40));
    expect(run.event('restored')).toEqual([]);
  });

  test.concurrent('asked by a command, and told with another that it is done; `again` in place of `run`', async ({
    expect,
  }) => {
    using run = byHand(standIn, {
      run: `bash '${program}' 40 0.1 stop=HALT fresh=yes hold=go`,
      keys: `again = "echo from $CRFLOW_NEWEST of $CRFLOW_GENERATION; bash '${program}' 40 0.1"`,
      checkpoint:
        'engine = own  files = ["save.txt"]  grows = ["steps.log"]  ask_command = "touch HALT"  clear = ["HALT"]  done_command = "grep -qx 40 steps.log"',
    });
    const first = run.start({ ...atTheLimit, CRFLOW_QUIET: '0' });
    await run.until('launched');
    run.signal('SIGUSR1');
    expect(await first, run.log()).toBe(75);
    expect(await run.start({ CRFLOW_QUIET: '0' }), run.log()).toBe(7);
    expect(run.read('steps.log')).toBe(steps(40));
    expect(run.output()).toContain('from save.txt of 1\n');
  });

  test.concurrent('done, and killed before that was written down: is not run again', async ({ expect }) => {
    using run = own('', '');
    expect(await run.start(), run.log()).toBe(7);
    rmSync(join(run.state, 'status'));
    expect(await run.start(), run.log()).toBe(7);
    expect(run.log()).toMatch(/all work was done already/);
    expect(run.steps()).toBe(steps(40));
    // If the status died with its attempt, nobody knows whether the result is whole: it is made again.
    rmSync(join(run.state, 'status'));
    for (const attempt of [1, 2]) rmSync(join(run.state, `attempts/${attempt}/ended`), { force: true });
    expect(await run.start(), run.log()).toBe(7);
    expect(run.log()).toMatch(/set aside.*result\.txt/);
    expect(run.steps()).toBe(steps(40));
  });

  test.concurrent('proves in its first minute that it can be asked and goes on', async ({ expect }) => {
    using run = own('hold=go', 'ask_signal = TERM');
    const ended = run.start({ CRFLOW_PROVE: '1', CRFLOW_INTERVAL: '600' });
    await run.until('restored');
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.steps()).toBe(steps(40));
    expect(run.event('inner_ended')).toMatchObject([{ outcome: 'again' }, { outcome: 'done' }]);
  });

  test.concurrent('nothing of it outlives its attempt, whoever its parent is', async ({ expect }) => {
    using run = byHand(standIn, {
      run: `setsid sleep 600 & (sleep 600 &) ; bash '${program}' 40 0.1`,
      checkpoint: 'engine = own  files = ["save.txt"]  done_files = ["result.txt"]',
    });
    expect(await run.start({ CRFLOW_QUIET: '0' }), run.log()).toBe(7);
    expect(run.left()).toEqual([]);
  });
});

describe('a program of which nothing is saved (engine = none)', () => {
  const none = (words: string) =>
    byHand(standIn, {
      run: `bash '${program}' 40 0.1 ${words}`,
      checkpoint: 'engine = none',
    });

  test.concurrent('makes progress by its output', async ({ expect }) => {
    using run = none('hold=go');
    const ended = run.start();
    for (const deadline = Date.now() + 60_000; !existsSync(join(run.state, 'progressed')); ) {
      if (Date.now() > deadline) throw new Error(`no progress was noted\n${run.log()}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    run.go();
    expect(await ended, run.log()).toBe(7);
  });

  test.concurrent('at the time limit: is told to end, and starts again', async ({ expect }) => {
    using run = none('hold=go');
    const first = run.start({ CRFLOW_LEAD: '3540' });
    await run.until('launched');
    run.signal('SIGUSR1');
    expect(await first, run.log()).toBe(75);
    run.go();
    expect(await run.start(), run.log()).toBe(7);
    expect(run.entries().filter(({ event }) => event === 'launched').length).toBe(2);
  });

  test.concurrent('ends with its own status', async ({ expect }) => {
    using run = none('');
    expect(await run.start(), run.log()).toBe(7);
  });
});

test.for([
  ['preemption', 'looks > 2', 'fine'],
  ['preemption', '0', 'told\nfine'],
  ['limit', 'looks > 2', 'told\nfine'],
])('ranks that Slurm may have TERMed, for a %s, gone where %s', ([reason, gone, said], { expect }) => {
  using run = own('', 'ask_signal = TERM');
  const asked = run.functions(`request='finish ${reason}' looks=0 run='${run.folder}'
printf '1\\n1\\n' >"$run/shell"; first_handlers() { printf '1\\n'; }; ranks_handle() { :; }; starts_ranks() { :; }; signal_steps() { printf 'told\\n'; }
has_gone() { ((looks += 1, ${gone})); }; pause() { ((SECONDS += 1)); }
tell_application TERM && printf fine`);
  expect(asked).toBe(said);
});

test('what srun says of a rank that was killed, and of one that ended', ({ expect }) => {
  using run = own('', '');
  const says = run.functions(`while IFS= read -r line; do
  if tells_of_lost_rank <<<"$line"; then printf 'lost '; else printf 'no '; fi
done <<'TEXT'
srun: error: n1: task 0: Killed
srun: error: nid[1-2]: tasks 0-3,7: Segmentation fault (core dumped)
srun: error: n1: task 1: Out Of Memory
srun: error: n2: task 1: Exited with exit code 3
srun: error: task 0 launch failed: Killed
Killed
TEXT`);
  expect(says.trim().split(' ')).toEqual(['lost', 'lost', 'lost', 'no', 'no', 'no']);
});

test('a folder that is left empty is set aside, too: OpenFOAM takes the newest that there is', ({
  expect,
}) => {
  using run = own('', '', '', '"[0-9]*", "processor*/[0-9]*", "checkpoints", "out/*.pt"');
  const left = run.functions(`workdir='${run.folder}/work' run='${run.folder}/run' aside=0
cd '${run.folder}' && mkdir -p work/processor0/constant work/processor0/0.1/uniform work/checkpoints/step-5 work/out && cd work || exit
for file in processor0/0.1/U processor0/0.1/uniform/time checkpoints/step-5/a out/a.pt; do : >"$file" && set_aside "$file" 'is newer than' >/dev/null || exit; done
find . -mindepth 1 | LC_ALL=C sort`);
  expect(left.trim().split('\n')).toEqual([
    './checkpoints',
    './out',
    './processor0',
    './processor0/constant',
  ]);
});

test.concurrent.for([
  // srun takes all signals, and passes them on.
  ['srun', 'USR1', 'USR1', 'srun got USR1'],
  ['srun', 'USR1', 'USR2', ''],
  ['srun', 'TERM', 'TERM', 'step got TERM'],
  ['srun', 'TERM', 'USR1', ''],
  // mpirun passes on USR1, and kills the ranks 2 s after a TERM (Open MPI).
  ['mpirun.openmpi', 'USR1', 'USR1', 'mpirun.openmpi got USR1'],
  ['mpirun.openmpi', 'USR1', 'USR2', ''],
  ['mpirun.openmpi', 'TERM', 'TERM', 'rank got TERM'],
  ['mpirun.openmpi', 'TERM', 'USR1', ''],
  ['mpirun.openmpi', 'HUP', 'HUP', 'rank got HUP'],
  // MPICH's passes on TERM as well, to all nodes.
  ['mpiexec.hydra', 'TERM', 'TERM', 'mpiexec.hydra got TERM'],
  ['mpiexec.hydra', 'TERM', 'USR1', ''],
  ['mpiexec.hydra', 'HUP', 'HUP', 'rank got HUP'],
] as const)('%s is asked by %s, and its ranks handle %s: "%s"', async ([starter, asked, handled, said], {
  expect,
}) => {
  using run = own('', '');
  // A script's process is called as its file.
  const program = (name: string, text: string, interpreter = '/bin/bash') => {
    writeFileSync(join(run.folder, name), `#!${interpreter}\n${text}\n`, { mode: 0o755 });
  };
  const loop = 'printf "%s\\n" "$$" >>pids; while :; do sleep 0.1; done';
  program('rank', `trap 'printf "rank got ${handled}\\n" >>got' ${handled}; ${loop}`);
  program('slurmstepd', './rank & wait');
  const hears = `for s in USR1 TERM; do trap "printf '%s\\n' '${starter} got $s' >>got" $s; done`;
  program('srun', `${hears}; ${loop}`);
  // Open MPI's is a link to orterun.
  program('mpirun.openmpi', `${hears}; ./rank & ${loop}`, './orterun');
  program('mpiexec.hydra', `${hears}; ./rank & ${loop}`);
  const got = run.functions(`run='${run.folder}' mark=m-${process.pid} attempt=1 request=''
cd "$run" || exit
export CRFLOW_MARK=$mark.1
cp "$(command -v bash)" orterun
./${starter} & first=$!
step=''
if [[ ${starter} == srun ]]; then setsid ./slurmstepd & step=$!; fi
printf '%s\\n' "$first" "$first" >shell
signal_steps() { printf 'step got %s\\n' "$1" >>got; }
until (($(wc -l <pids) == 2)); do sleep 0.1; done 2>/dev/null
: >got
tell_application ${asked} && told=yes || told=no
if [[ $told == yes ]]; then until [[ -s got ]]; do sleep 0.1; done; fi
kill -9 $first $(<pids) $step
printf '%s' "$(<got)"`);
  expect(got).toBe(said);
});

test('the number of ranks is part of a checkpoint where the flow says so', ({ expect }) => {
  const resume = (flow: string, facts: string, tasks: string) => {
    using run = own('', `ask_file = "STOP"  ${flow}`);
    return run.functions(`run='${run.folder}' generation=1 ${tasks}
mkdir -p "$run/generations/1" && printf '${facts}' >"$run/generations/1/facts"
conclude() { printf '%s: %s' "$1" "$2"; exit; }
check_ranks; printf 'goes on'`);
  };
  expect(resume('ranks = fixed', 'ranks 4\\n', 'SLURM_NTASKS=2')).toBe(
    'unfit: generation 1 is of 4 ranks, and this job starts 2: only 4 can continue from it (ranks = fixed)',
  );
  expect(resume('ranks = fixed', 'ranks 4\\n', 'SLURM_NTASKS=4')).toBe('goes on');
  expect(resume('ranks = fixed', '', 'SLURM_NTASKS=4')).toBe('goes on'); // of an older crflow
  expect(resume('', 'ranks 4\\n', 'SLURM_NTASKS=2')).toBe('goes on');
});

test('a rank of MPICH that srun has told nothing of the others does not begin', ({ expect }) => {
  using run = own('', 'ask_signal = TERM');
  const alone = (libraries: string, step: string) =>
    `(ldd() { printf '${libraries}\\n'; }; ${step} is_alone true && printf 'alone ' || printf 'fine ')`;
  const mpich = 'libmpich.so.12 => /lib/libmpich.so.12';
  const cases = [
    [mpich, 'SLURM_STEP_NUM_TASKS=2'], // --mpi=none
    [mpich, 'SLURM_STEP_NUM_TASKS=2 PMIX_RANK=1'], // --mpi=pmix, which Debian's does not know
    [mpich, 'SLURM_STEP_NUM_TASKS=2 PMI_RANK=1'],
    [`${mpich} libpmix.so.2`, 'SLURM_STEP_NUM_TASKS=2 PMIX_RANK=1'],
    [mpich, 'SLURM_STEP_NUM_TASKS=1'],
    ['libmpi.so.40 => /lib/libmpi.so.40', 'SLURM_STEP_NUM_TASKS=2'], // Open MPI fails by itself, and says why
    ['libmpi.so.12 => /opt/intel/libmpi.so.12', 'SLURM_STEP_NUM_TASKS=2'],
  ] as const;
  const said = run.functions(cases.map(([libraries, step]) => alone(libraries, step)).join('\n'));
  expect(said).toBe('alone alone fine fine fine fine alone ');
  // The program comes after other commands.
  const wrapped = run.functions(`ldd() { [[ $1 != */sleep ]] || printf '${mpich}\\n'; }
SLURM_STEP_NUM_TASKS=2
is_alone nice -n 5 sleep 1 && printf 'alone: %s' "$REPLY"`);
  expect(wrapped).toMatch(/^alone: .*\/sleep is linked with MPICH/);
});
