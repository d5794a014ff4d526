import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

// What becomes of a run's folder and its output: gone, shared, full, over.

type Run = ReturnType<typeof byHand>;
const events = (run: Run, wanted: string) => run.entries().filter(({ event }) => event === wanted);
const lockOf = (run: Run) => join(run.folder, '.count-4711.out.crflow');
describe.each(dmtcpImplementations)('a folder, with $name', { concurrent: true }, (dmtcp) => {
  test('that is gone at a requeue: 70, and the old output stays as it is', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1);
    const output = run.output();
    rmSync(run.state, { recursive: true });
    expect(await run.start(), run.log()).toBe(70);
    expect(run.log()).toContain('is gone, and the program is not started anew onto its old output');
    expect(run.output()).toBe(output);
    expect(existsSync(run.state)).toBe(false);
  });

  test('whose generations alone are gone: 74, and the program is not started anew', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1);
    const output = run.output();
    for (const one of readdirSync(join(run.state, 'generations')))
      rmSync(join(run.state, 'generations', one), { recursive: true });
    expect(await run.start(), run.log()).toBe(74);
    expect(run.output()).toBe(output);
  });

  test('that never was, of a job that was requeued before its first line: the run starts', async ({
    expect,
  }) => {
    using run = byHand(dmtcp);
    expect(await run.start({ SLURM_RESTART_COUNT: '2' }), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('that vanishes under a running job costs a checkpoint, not the run', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    const ended = run.start({ CRFLOW_INTERVAL: '600' });
    const checkpoint = async () => {
      writeFileSync(join(run.state, 'attempts/1/request'), 'checkpoint\n');
      await run.until('sealed');
    };
    await run.until('launched');
    await checkpoint();
    // It is being written to meanwhile.
    spawnSync('bash', ['-c', 'until rm -rf "$1" 2>/dev/null; do :; done', 'bash', run.state]);
    await run.until('folder_gone');
    await checkpoint();
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.log()).toContain('was gone, and was created again');
    expect(run.left()).toEqual([]);
  });

  test('of a run that is done with status 0 keeps no generation', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(2);
    writeFileSync(join(run.state, 'status'), '0\n');
    expect(await run.start(), run.log()).toBe(0);
    expect(run.generations()).toEqual([]);
    expect(run.log()).toContain('removed its generations: the run is over');
  });

  test('of a run that failed keeps the newest; all of them, where its owner says so', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(2);
    const all = run.generations();
    writeFileSync(join(run.state, 'status'), '3\n');
    expect(await run.start({ CRFLOW_CLEAN: '0' }), run.log()).toBe(3);
    expect(run.generations()).toEqual(all);
    expect(await run.start(), run.log()).toBe(3);
    expect(run.generations()).toEqual(all.slice(-1));
  });

  test('an output that was cut between two attempts is reported', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(2);
    truncateSync(join(run.folder, 'count-4711.out'), 1);
    await run.start();
    expect(run.log()).toMatch(/the output is shorter than it was: 1 bytes instead of \d+/);
    expect(events(run, 'output_shrank')).toMatchObject([{ is: 1 }]);
  });
});

describe('storage, with the stand-in', { concurrent: true }, () => {
  const [dmtcp] = dmtcpImplementations;
  if (dmtcp === undefined) throw new Error('there is always the stand-in');

  test('two runs with one output: the second is refused, and the first goes on', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held, keys: 'output = "all.out"' });
    const first = run.start();
    await run.until('launched');
    const second = { SLURM_JOB_ID: '4712', SLURM_RESTART_COUNT: '0', CRFLOW_TEST_OTHER_STATE: 'RUNNING' };
    expect(await run.start(second), run.log()).toBe(70);
    expect(run.log()).toMatch(/another run writes .*all\.out: run 4711, job 4711/);
    run.go();
    expect(await first, run.log()).toBe(7);
    expect(run.read('all.out')).toBe(run.expected);
    // The lock ended with its run.
    expect(readdirSync(run.folder).filter((file) => file.endsWith('.crflow'))).toEqual([]);
    const later = run.start({ SLURM_JOB_ID: '4713', SLURM_RESTART_COUNT: '0' });
    expect(await later, run.log()).toBe(7);
  });

  test.for<[string, string, string, number]>([
    ['its job has ended', 'COMPLETED', 'killed', 7],
    ['its node has failed', 'NODE_FAIL', 'killed', 7],
    ['it waits in the queue for its next attempt', 'PENDING', 'killed', 70],
    ['it was stopped, and may be resumed', 'RUNNING', 'stopped', 7],
    ['its folder is gone', 'RUNNING', 'gone', 7],
  ])('the lock of another run, where %s', async ([, state, how, status], { expect }) => {
    using run = byHand(dmtcp, { count: held, keys: 'output = "all.out"' });
    await run.lostAttempt(1);
    expect(readlinkSync(join(run.folder, '.all.out.crflow'))).toContain(run.state);
    if (how === 'stopped') writeFileSync(join(run.state, 'attempts/1/left'), '71 stopped on request\n');
    if (how === 'gone') rmSync(run.state, { recursive: true });
    const other = { SLURM_JOB_ID: '4712', SLURM_RESTART_COUNT: '0', CRFLOW_TEST_OTHER_STATE: state };
    expect(await run.start(other), run.log()).toBe(status);
  });

  test('the lock of a run outlives its requeue, and its resume takes it back from a run that is over', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1);
    rmSync(lockOf(run));
    symlinkSync(`4999 - ${run.folder}/crflow-state/count/4999`, lockOf(run));
    expect(await run.start({ SLURM_JOB_ID: '4712' }, 'resume', '4711'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test("the lock of a run that a newer attempt of it has taken over stays that one's", async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    const old = run.start();
    await run.until('sealed');
    const young = run.start();
    expect(await old, run.log()).toBe(76);
    expect(readlinkSync(lockOf(run))).toContain(run.state);
    run.go();
    expect(await young, run.log()).toBe(7);
    expect(existsSync(lockOf(run))).toBe(false);
  });

  test('a file that cannot be flushed, as on a full quota: nothing is sealed', ({ expect }) => {
    using run = byHand(dmtcp);
    const flush = (help: string) =>
      run.functions(
        `mkdir x .bin; : >x/y; printf '%s\\n' '#!/bin/sh' 'case $* in --help) echo "${help}" ;; "") echo all >>all ;; *) echo "sync: error syncing x: Disk quota exceeded" >&2; exit 1 ;; esac' >.bin/sync; chmod +x .bin/sync; flush x && echo flushed; cat all 2>/dev/null`,
      );
    expect(flush('Usage: sync [OPTION] [FILE]...')).toMatch(/not safely on disk: .*Disk quota exceeded\n$/);
    expect(flush('Usage: sync [OPTION]')).toBe('flushed\nall\n');
  });

  test('files that go with images: those of processes that have ended do not stay', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    const ended = run.start();
    await run.until('sealed');
    const live = join(run.state, 'attempts/1/live');
    mkdirSync(join(live, 'ckpt_gone_1-2-3_files'));
    const before = events(run, 'sealed').length;
    await run.until('sealed', before + 2);
    expect(readdirSync(live)).not.toContain('ckpt_gone_1-2-3_files');
    run.go();
    expect(await ended, run.log()).toBe(7);
  });

  test('one copy of the script for all runs of it', async ({ expect }) => {
    using run = byHand(dmtcp, { run: 'exit 7' });
    for (const job of ['4711', '4712']) await run.start({ SLURM_JOB_ID: job, SLURM_RESTART_COUNT: '0' });
    const inodes = ['4711', '4712'].map((id) => {
      const folder = join(run.folder, 'crflow-state/count', id);
      const script = readdirSync(folder).find((file) => file.endsWith('.sbatch')) ?? '';
      return statSync(join(folder, script)).ino;
    });
    expect(inodes[0]).toBe(inodes[1]);
  });

  test('a copy of the script that is not what was submitted is never run', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    const first = run.start({ CRFLOW_INTERVAL: '600' });
    await run.until('launched');
    run.powerCut();
    await first;
    for (const folder of [run.state, join(run.folder, 'crflow-state/count/.scripts')])
      for (const file of readdirSync(folder).filter((file) => file.endsWith('.sbatch'))) {
        rmSync(join(folder, file));
        writeFileSync(join(folder, file), `: >'${run.folder}/planted'\n`);
      }
    run.go();
    expect(await run.start(), run.log()).toBe(7);
    expect(existsSync(join(run.folder, 'planted'))).toBe(false);
    expect(run.log()).toContain('is not what was submitted, and is not used');
  });

  test('clean: tells what would go, removes what is over, and keeps what goes on', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1);
    expect(await run.start({ SLURM_JOB_ID: '4712', SLURM_RESTART_COUNT: '0' }), run.log()).toBe(7);
    const runs = () => readdirSync(join(run.folder, 'crflow-state/count')).filter((one) => /^\d/.test(one));
    const clean = (state: string, ...words: string[]) =>
      run.verb('clean', { CRFLOW_TEST_OTHER_STATE: state }, ...words).said;
    expect(clean('RUNNING')).toMatch(
      /run 4711: kept, because its job 4711 is RUNNING\nrun 4712: done, with status 7; \d+ [KM]iB \n.*nothing was/,
    );
    expect(runs()).toEqual(['4711', '4712']);
    expect(clean('RUNNING', '4711', '--yes')).toContain('kept');
    expect(clean('COMPLETED', '--yes')).toMatch(/run 4711: kept, because it has stopped and can be resumed/);
    expect(runs()).toEqual(['4711']);
    expect(clean('COMPLETED', '4711')).toContain('can be resumed');
    expect(existsSync(lockOf(run))).toBe(false);
    expect(clean('COMPLETED', '4711', '--yes')).toContain('removed');
    expect(runs()).toEqual([]);
    expect(readdirSync(join(run.folder, 'crflow-state/count/.scripts'))).toEqual([]);
  });

  test('after a kill: work lost and time used are counted to the last sign of life', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1, { CRFLOW_HEARTBEAT: '60' });
    const file = (name: string) => join(run.state, 'attempts/1', name);
    const since = Number(readFileSync(file('since'), 'utf8'));
    const used = Number(readFileSync(file('seconds'), 'utf8'));
    // The last heartbeat was at the seal, and 22 s later a line of output.
    utimesSync(file('seconds'), since, since);
    for (const name of readdirSync(join(run.state, 'attempts/1'))) utimesSync(file(name), since, since);
    utimesSync(join(run.folder, 'count-4711.out'), since + 22, since + 22);
    expect(await run.start({ CRFLOW_HEARTBEAT: '60' }), run.log()).toBe(7);
    expect(Number(readFileSync(file('lost'), 'utf8'))).toBe(22);
    expect(Number(readFileSync(file('seconds'), 'utf8'))).toBe(used + 22);
    expect(run.log()).toMatch(/work lost: 0:00:2\d/);
  });

  test('status names the log of each job of a run', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1, { TEST_LOG: 'count-4711.log' });
    await run.start({ SLURM_JOB_ID: '4712', TEST_LOG: 'count-4712.log' }, 'resume', '4711');
    const { said } = run.verb('status');
    expect(said).toContain(`log        ${run.folder}/count-4711.log`);
    expect(said).toContain(`log        ${run.folder}/count-4712.log`);
  });

  test.for([
    ['a checkpoint that takes long to flush: a longer lead', 'echo 100 >cost', /a lead of 170 s/],
    [
      'a seventh of the time: a longer interval',
      'checkpoints=9 saving=14',
      /a longer interval, 0:28:00: .* 14 %/,
    ],
    [
      'as much, where the interval follows from their cost',
      'checkpoints=9 saving=14 CRFLOW_MTBF=60',
      /^nothing/,
    ],
    ['little, and work was lost', 'lost=50 CRFLOW_INTERVAL=20', /or use a shorter interval$/],
    [
      'little, and work was lost with interval = auto',
      'lost=50 CRFLOW_INTERVAL=20 CRFLOW_MTBF=60',
      /or use a shorter mtbf$/,
    ],
    [
      'a tenth, at the ends of attempts: longer attempts',
      'attempt=5 checkpoints=5 saving=10',
      /longer attempts/,
    ],
    ['little', 'checkpoints=9 saving=3', /^nothing to change/],
  ] as const)('the advice, where checkpoints cost %s', ([, facts, advice], { expect }) => {
    using run = byHand(dmtcp);
    const said = run.functions(
      `run=$PWD attempt=1 used=100 saving=0 checkpoints=0 lost=0; sum_of() { [[ $1 == lost ]] && echo "$lost" || echo "$checkpoints"; }; ${facts}; advice`,
    );
    expect(said).toMatch(advice);
  });

  test('suspended time is charged to nobody, and no limit runs in it', ({ expect }) => {
    using run = byHand(dmtcp);
    const said =
      run.functions(`run=$PWD attempt_dir=$PWD/a attempt=1 suspended=0 turn=0; mkdir a; : >journal.jsonl
pause() { if ((++turn == 2)); then SECONDS=$((SECONDS + 900)); fi; }
if wait_until 300 eval '((turn == 4))'; then echo done "$turn" "$suspended"; fi
read_clock() { now=2000; }
spent_before=100 last_shown=9999 started=1000 last_beat=1100; output=x; keep_folder() { :; }; heartbeat now; echo "$spent"`);
    expect(said).toMatch(/^done 4 8\d\d\n2\d\d\n$/);
  });

  test("the user's comment stays, and ours stands behind it, once", ({ expect }) => {
    using run = byHand(dmtcp);
    const told = (comment: string) =>
      run.functions(
        `mkdir -p .bin; printf '%s\\n' '#!/bin/sh' "echo '${comment}'" >.bin/squeue; chmod +x .bin/squeue; job_number=1; ask_slurm() { echo "$3"; }; tell_queue 'crflow: attempt 2'`,
      );
    expect(['(null)', 'for Ann', 'for Ann | crflow: attempt 1, x', 'crflow: attempt 1'].map(told)).toEqual([
      'Comment=crflow: attempt 2\n',
      'Comment=for Ann | crflow: attempt 2\n',
      'Comment=for Ann | crflow: attempt 2\n',
      'Comment=crflow: attempt 2\n',
    ]);
  });

  test('a sleep that is killed leaves no word of it in the log', ({ expect }) => {
    using run = byHand(dmtcp);
    const said = run.functions(
      `exec 2>&1; mkdir -p .bin; printf '%s\\n' '#!/bin/sh' 'kill -9 $$' >.bin/sleep; chmod +x .bin/sleep; pause; echo went on`,
    );
    expect(said).toBe('went on\n');
  });

  test('of attempts long ago, accounts stay, and logs go', ({ expect }) => {
    using run = byHand(dmtcp);
    const said = run.functions(`run=$PWD attempt=9
for i in {1..9}; do mkdir -p attempts/$i/live; : >attempts/$i/seconds; : >attempts/$i/dmtcp.log; done; discard_leftovers; cd attempts; echo */dmtcp.log; echo */seconds`);
    expect(said).toBe(
      `${[5, 6, 7, 8, 9].map((n) => `${n}/dmtcp.log`).join(' ')}\n${[1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `${n}/seconds`).join(' ')}\n`,
    );
  });

  test.for([
    ['a long time before the limit', 120, 10],
    ['a grace of 20 s', 20, 4],
    ['a grace of 5 s', 5, 2],
  ])('of %s, what is kept for the way to go on is a share', ([, left, kept], { expect }) => {
    using run = byHand(dmtcp);
    expect(run.functions(`now=1000 end_time=$((now + ${left})); find_margin; echo "$margin"`)).toBe(
      `${kept}\n`,
    );
  });
});
