import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, test, vi } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, exportedFunction, held } from '../support/emitted.ts';

// Faults that need no Slurm: each is judged by the program's output, the status and what is left, not by our word.

type Run = ReturnType<typeof byHand>;

const quoteForShell = (text: string) => `'${text}'`;

describe.each(dmtcpImplementations)('a fault, with $name', {
  concurrent: true,
}, (dmtcp) => {
  test.for<[string, RegExp]>([
    ['the inner half', /inner_half/],
    ['the coordinator', /--exit-on-last/],
    ['the shell that records the status', /job-\S+ application|DMTCP:bash|sbatch application/],
  ])('kill -9 of %s: restored in the same attempt, nothing lost, nothing twice', async ([, pattern], {
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    const ended = run.start();
    await run.until('sealed');
    expect(run.kill(pattern)).toBeGreaterThan(0);
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.entries().filter(({ event }) => event === 'started')).toHaveLength(1);
    expect(run.left()).toEqual([]);
  });

  test('kill -9 of the inner half, where a module has changed TMPDIR: no second computation', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held, schedule: '} environment { load = ["scratch"]' });
    mkdirSync(join(run.folder, 'scratch'));
    const ended = run.start({
      ...exportedFunction('module', `export TMPDIR='${join(run.folder, 'scratch')}'`),
    });
    await run.until('sealed');
    expect(run.kill(/inner_half/)).toBeGreaterThan(0);
    await run.until('restored');
    const coordinators = run.running().filter((line) => line.includes('--exit-on-last'));
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(coordinators).toHaveLength(1);
    expect(run.output()).toBe(run.expected);
    expect(run.left()).toEqual([]);
  });

  test('a power cut: the next attempt goes on from the newest generation', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    expect(await run.lostAttempt(2)).toBe(137);
    expect(await run.start(), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.entries().find(({ event }) => event === 'restored')).toMatchObject({ attempt: 2 });
    expect(run.left()).toEqual([]);
  });

  test('a power cut before the first checkpoint: started anew, with the output it had at first', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    writeFileSync(join(run.folder, 'count-4711.out'), 'from before\n');
    const first = run.start({ CRFLOW_INTERVAL: '600' });
    await run.until('launched');
    run.powerCut();
    run.go();
    await first;
    const torn = join(run.state, 'attempts/1/since.tmp'); // what was just being written
    writeFileSync(torn, '17');
    expect(await run.start(), run.log()).toBe(7);
    expect(run.output()).toBe(`from before\n${run.expected}`);
    expect(existsSync(torn)).toBe(false);
  });

  const image = (run: Run, generation: number) => {
    const folder = join(run.state, 'generations', String(generation));
    const name = readdirSync(folder).find((file) => file.endsWith('.dmtcp')) ?? '';
    return join(folder, name);
  };
  test.for<[string, (run: Run, newest: number) => void]>([
    [
      'flipped',
      (run, newest) => {
        const bytes = readFileSync(image(run, newest));
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        writeFileSync(image(run, newest), bytes);
      },
    ],
    ['missing', (run, newest) => rmSync(join(run.state, 'generations', String(newest)), { recursive: true })],
  ])('a newest generation that is %s: passed over for the one before', async ([, damage], { expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(2);
    const newest = run.generations().at(-1) ?? 0;
    damage(run, newest);
    expect(await run.start(), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.entries().find(({ event }) => event === 'restored')).toMatchObject({
      generation: newest - 1,
    });
  });

  test('a newest generation that is damaged in any other way is passed over as well', ({ expect }) => {
    using run = byHand(dmtcp);
    const harms = {
      'cut short': 'truncate -s 3 $newest/ckpt_x.dmtcp',
      longer: 'echo x >>$newest/ckpt_x.dmtcp',
      'without an image': 'rm $newest/ckpt_x.dmtcp',
      'with an empty one': ': >$newest/ckpt_x.dmtcp',
      'without its seal': 'rm $newest/seal',
      'without its facts': 'rm $newest/facts',
      'with a file that nobody sealed': 'echo x >$newest/other',
      'a folder that cannot be what it is called': 'rm -r $newest; echo x >$newest',
      'no harm at all': ':',
    };
    const said = run.functions(`run=$PWD attempt=1 attempt_dir=$PWD newest=generations/2
for harm in ${Object.values(harms).map(quoteForShell).join(' ')}; do
  rm -rf generations
  for one in generations/1 generations/2; do
    mkdir -p "$one"; echo memory >"$one/ckpt_x.dmtcp"; echo 'attempt 1' >"$one/facts"; checksums "$one" >seal; mv seal "$one"
  done
  eval "$harm"
  newest_good_generation >/dev/null; echo "$generation"
done`);
    const chosen = said.trim().split('\n');
    expect(Object.keys(harms).map((harm, at) => `${harm}: ${chosen[at]}`)).toEqual(
      Object.keys(harms).map((harm) => `${harm}: ${harm === 'no harm at all' ? 2 : 1}`),
    );
  });

  test('no generation that is whole: stopped with 74, and not started anew', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(2);
    for (const generation of run.generations()) truncateSync(image(run, generation), 1000);
    const before = run.output();
    expect(await run.start(), run.log()).toBe(74);
    expect(run.output()).toBe(before);
    expect(run.log()).toContain('no sealed generation can be restored');
  });

  test('done is done: never run again, whatever starts it', async ({ expect }) => {
    using run = byHand(dmtcp);
    expect(await run.start()).toBe(7);
    expect(await run.start(), run.log()).toBe(7);
    expect(await run.start({}, 'resume', '4711'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('a budget that is used up: checkpointed, 72, and resumed with a larger one', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    expect(await run.start({ CRFLOW_TOTAL: '2', CRFLOW_INTERVAL: '600' }), run.log()).toBe(72);
    expect(run.left()).toEqual([]);
    expect(await run.start({ CRFLOW_TOTAL: '2' }), run.log()).toBe(72);
    run.go();
    expect(await run.start({ CRFLOW_TOTAL: '600' }, 'resume', '4711'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  /** Attempts that are killed before their first checkpoint is due. */
  const cutShort = async (run: ReturnType<typeof byHand>, last: number) => {
    for (let attempt = 1; attempt <= last; attempt++) {
      const ended = run.start({ CRFLOW_INTERVAL: '600', CRFLOW_SLOW: '45' });
      await run.until('launched', attempt);
      await vi.waitUntil(() => existsSync(join(run.state, `attempts/${attempt}/due`)), { timeout: 60_000 });
      run.powerCut();
      await ended;
    }
  };

  test('no progress: three attempts that had the time to seal, and sealed nothing, are enough', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    await cutShort(run, 3);
    run.go();
    for (const attempt of [1, 2, 3]) {
      const due = Number(readFileSync(join(run.state, `attempts/${attempt}/due`), 'utf8'));
      expect(due).toBeGreaterThanOrEqual(600 + 45);
      writeFileSync(join(run.state, `attempts/${attempt}/seconds`), `${due}\n`);
    }
    expect(await run.start(), run.log()).toBe(73);
    expect(run.log()).toContain('no new generation in 3 attempts that had the time for one');
    expect(await run.start({ SLURM_RESTART_COUNT: '0' }, 'resume', '4711'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('no progress: attempts that were preempted or killed too early for it are not counted, and that is said', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    await cutShort(run, 2);
    run.go();
    expect(await run.start({ CRFLOW_PATIENCE: '1' }), run.log()).toBe(7);
    expect(run.log()).toContain('not counted as a lack of progress: 2 attempts');
    expect(run.output()).toBe(run.expected);
  });

  test('no progress: not even attempts that are too short go on for ever', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await cutShort(run, 1);
    for (let attempt = 2; attempt <= 10; attempt++) mkdirSync(join(run.state, `attempts/${attempt}`));
    expect(await run.start({ CRFLOW_PATIENCE: '1' }), run.log()).toBe(73);
    expect(run.log()).toContain('no new generation in 10 attempts, most of which ended too early for one');
  });

  test('no progress: an attempt that came to its time limit had all the time that there is', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    mkdirSync(join(run.folder, '.bin'));
    // A disk that is full once the program runs: the last checkpoint is skipped.
    writeFileSync(
      join(run.folder, '.bin/df'),
      `#!/bin/bash\nlast=$(grep -s -c launched '${run.state}/journal.jsonl')
printf 'x\\nx 9 9 %d 9%% /\\n' $((last ? 1 : 1000000000))\n`,
      { mode: 0o755 },
    );
    const limit = { CRFLOW_LEAD: '3600', CRFLOW_INTERVAL: '600' };
    expect(await run.start(limit), run.log()).toBe(75);
    rmSync(join(run.folder, '.bin/df'));
    expect(await run.start({ CRFLOW_PATIENCE: '1' }), run.log()).toBe(73);
    expect(run.log()).toContain('no new generation in 1 attempt that had the time for one');
  });

  test('an older attempt that still runs on another node: it ends itself, and seals nothing more', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    const old = run.start();
    await run.until('sealed');
    // Another node: one that does not see the processes of the older attempt.
    const other = join(run.folder, 'other node');
    mkdirSync(other);
    const young = run.start({ TMPDIR: other, SLURMD_NODENAME: 'other' });
    expect(await old, run.log()).toBe(76);
    run.go();
    expect(await young, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    const taken = run.entries().findIndex(({ event, attempt }) => event === 'started' && attempt === 2);
    const late = run
      .entries()
      .slice(taken + 1)
      .filter(({ event, attempt }) => event === 'sealed' && attempt === 1);
    expect(late).toEqual([]);
    expect(run.left()).toEqual([]);
  });

  test('a program that leaves its work folder: stopped with 78, and not restored in the wrong one', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { run: 'cd / && exec sleep 60' });
    expect(await run.start(), run.log()).toBe(78);
    expect(run.log()).toMatch(/works in \/, outside of workdir/);
    expect(run.generations()).toEqual([]);
    expect(run.left()).toEqual([]);
  });

  test('a work folder of its own: the coordinator, which is elsewhere, is none of the program', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: 'hold=../go', keys: 'workdir = "work"' });
    mkdirSync(join(run.folder, 'work'));
    const ended = run.start();
    await Promise.race([run.until('sealed'), ended]);
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.entries().filter(({ event }) => event === 'sealed')).not.toEqual([]);
    expect(run.read('work/count-4711.out')).toBe(run.expected);
  });

  test('an older attempt on this node: its computation does not survive the start of the next', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    const old = run.start();
    await run.until('sealed');
    const young = run.start();
    expect(await old, run.log()).toBe(76);
    run.go();
    expect(await young, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.left()).toEqual([]);
  });

  test('a question to DMTCP that fails once, right after the program came up: the program goes on', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    mkdirSync(join(run.folder, '.bin'));
    const once = `#!/bin/bash
[[ "$*" == *-s ]] || exec '${dmtcp.bin}/dmtcp_command' "$@"
if [[ -e '${run.folder}/up' ]]; then mv '${run.folder}/up' '${run.folder}/asked' && exit 2; fi
answer=$('${dmtcp.bin}/dmtcp_command' "$@")
status=$?
if [[ $answer == *RUNNING=yes* && ! -e '${run.folder}/asked' ]]; then : >'${run.folder}/up'; fi
printf '%s\\n' "$answer"
exit "$status"
`;
    writeFileSync(join(run.folder, '.bin/dmtcp_command'), once, { mode: 0o755 });
    const ended = run.start();
    await vi.waitUntil(() => existsSync(join(run.folder, 'asked')), { timeout: 240_000 });
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('a checkpoint that would not fit is skipped, and the program goes on', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    mkdirSync(join(run.folder, '.bin'));
    const free = (kib: number) => writeFileSync(join(run.folder, 'free'), `h\nx 9 9 ${kib} 9% /\n`);
    free(2 ** 20);
    writeFileSync(join(run.folder, '.bin/df'), `#!/bin/sh\ncat '${run.folder}/free'\n`, { mode: 0o755 });
    const ended = run.start();
    await run.until('sealed');
    free(1);
    await run.until('checkpoint_skipped');
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });
});

const notThere =
  spawnSync(process.env['CRFLOW_TEST_BASH'] ?? 'bash', ['-ec', './nothing-of-that-name']).status ?? 127;

describe('a program, with the stand-in', { concurrent: true }, () => {
  const [dmtcp] = dmtcpImplementations;
  if (dmtcp === undefined) throw new Error('there is always the stand-in');

  test.for<[string, string, number]>([
    ['succeeds', 'echo fine', 0],
    ['fails', 'exit 3', 3],
    ['fails in the midst (set -e)', 'false\necho not reached', 1],
    ['fails in a pipe (pipefail)', 'false | cat', 1],
    ['dies of a signal', 'kill -SEGV $BASHPID', 139],
    ['exits with a status of ours', 'exit 72', 72],
    // 127, but for bash 4.2, which makes it 1 where set -e is on.
    ['is not there', './nothing-of-that-name', notThere],
    ['reads input: there is none', 'cat; exit 4', 4],
    ['leaves a child behind', 'sleep 300 & exit 5', 5],
    ['ends in a comment', 'exit 6 # really', 6],
  ])("that %s: its status is the job's", async ([, program, status], { expect }) => {
    using run = byHand(dmtcp, { run: program });
    expect(await run.start(), run.log()).toBe(status);
    expect(run.entries().at(-1)).toMatchObject({ event: 'left', status, whose: 'application' });
    expect(run.log().includes('a command was not found')).toBe(status === 127);
    expect(run.left()).toEqual([]);
  });

  test('that is killed by a signal: its output is its own, without a word of ours', async ({ expect }) => {
    using run = byHand(dmtcp, { run: 'echo out; echo error >&2; kill -SEGV $BASHPID' });
    expect(await run.start(), run.log()).toBe(139);
    expect(run.output()).toBe('out\nerror\n');
  });

  test('that is lost in the midst of a checkpoint: what was written of it does not stay', async ({
    expect,
  }) => {
    const count = join(import.meta.dirname, '../programs/count.sh');
    using run = byHand(dmtcp, { run: `bash '${count}' 10000 0.1 7 witness=witness` });
    mkdirSync(join(run.folder, 'witness'));
    const seconds = join(run.folder, 'seconds');
    const live = join(run.state, 'attempts/1/live');
    const images = () => readdirSync(live).filter((name) => /\.(dmtcp|temp)$/.test(name));
    writeFileSync(seconds, '0.1');
    const ended = run.start({ DMTCP_STANDIN_SECONDS: `@${seconds}` });
    await run.until('sealed');
    writeFileSync(seconds, '600');
    await vi.waitUntil(() => images().some((name) => name.endsWith('.temp')), { timeout: 240_000 });
    writeFileSync(seconds, '0.1');
    // A subshell of it, at that moment, has its name, too.
    expect(run.kill(/inner_half/)).toBeGreaterThan(0);
    writeFileSync(join(run.folder, 'witness/go'), '');
    expect(await ended, run.log()).toBe(7);
    expect(images()).toEqual([]);
  });

  test.for<[string, Record<string, string>, RegExp]>([
    ['a setting that is no number', { CRFLOW_INTERVAL: '5min' }, /CRFLOW_INTERVAL is '5min'/],
    ['no DMTCP', { PATH: '.bin:/usr/bin:/bin' }, /dmtcp_coordinator is not on the PATH/],
    ['another run of this id', { SLURM_RESTART_COUNT: '0' }, /exists already, from another job/],
  ])('%s: 70, in words, and nothing is run', async ([what, env, message], { expect }) => {
    using run = byHand(dmtcp);
    if (what.startsWith('another')) mkdirSync(run.state, { recursive: true });
    const path =
      env['PATH'] === undefined ? {} : { PATH: env['PATH'].replace('.bin', join(run.folder, '.bin')) };
    expect(await run.start({ ...env, ...path }), run.log()).toBe(70);
    expect(run.log()).toMatch(message);
    expect(run.output()).toBe('');
  });

  test('a variable in a path that is not set: 70, by its name', async ({ expect }) => {
    using run = byHand(dmtcp, { keys: 'workdir = "$CRFLOW_TEST_NOWHERE/x"' });
    expect(await run.start(), run.log()).toBe(70);
    expect(run.log()).toContain('$CRFLOW_TEST_NOWHERE is used in a path of count, but is not set');
  });

  test('that is done: what the environment has of a name of ours is left alone', async ({ expect }) => {
    using run = byHand(dmtcp);
    writeFileSync(join(run.folder, 'mine'), 'mine');
    expect(await run.start(), run.log()).toBe(7);
    const bystander = spawn('sleep', ['60']);
    const names = { listener: join(run.folder, 'mine'), coordinator: String(bystander.pid), next_job: '1' };
    expect(await run.start(names), run.log()).toBe(7);
    expect(run.read('mine')).toBe('mine');
    expect(await run.start({ ...names, CRFLOW_TICK: 'x', attempt_dir: run.folder }), run.log()).toBe(70);
    bystander.kill();
  });

  test('a work folder that is not there: 70', async ({ expect }) => {
    using run = byHand(dmtcp, { keys: 'workdir = "no such folder"' });
    expect(await run.start(), run.log()).toBe(70);
    expect(run.log()).toContain('no such folder is not there');
  });

  test('a state folder that cannot be written: 70', async ({ expect }) => {
    using run = byHand(dmtcp);
    writeFileSync(join(run.folder, 'crflow-state'), 'a file in the way');
    chmodSync(join(run.folder, 'crflow-state'), 0o444);
    expect(await run.start(), run.log()).toBe(70);
  });
});
