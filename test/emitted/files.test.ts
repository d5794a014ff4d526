import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, test, vi } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';
import { exists } from '../support/run-folder.ts';

// What no restore brings back: said at the first checkpoint, named at the restore, at the end and in `status`.

type Run = ReturnType<typeof byHand>;
const events = (run: Run, wanted: string) => run.entries().filter(({ event }) => event === wanted);
const stale = (run: Run) =>
  events(run, 'changed_since').map(
    ({ file, how }) => `${String(file).replace(`${run.folder}/`, '')}: ${how}`,
  );

/** Keeps files in several ways, prints `ready`, waits for `go`, changes what is kept in place, and goes on. */
const keeper = `exec perl -e '$| = 1;
sub keep { my ($mode, $file, $text) = @_; open my $f, $mode, $file or die; print $f $text; $f->flush; $f }
keep(">", "base", "x" x 100); my $base = keep("+<", "base", "in place");
my $log = keep(">>", "log of it", "a\\n"); my $new = keep(">", "grows", "a\\n"); my $both = keep("+>", "grows too", "a\\n");
my $counter = keep("+>", "counter", "1"); keep(">", "closed", "1"); keep("+<", "old", "written over");
print "ready\\n"; select undef, undef, undef, 0.1 until -e "go";
seek $counter, 0, 0; print $counter "2"; print $base "more"; print $_ "b\\n" for $log, $new, $both; $_->flush for $counter, $base, $log, $new, $both;
keep(">", "closed", "2"); print "done\\n"; select undef, undef, undef, 0.1 until -e "end"; exit 7' -MIO::Handle`;

describe.each(dmtcpImplementations)('files, with $name', { concurrent: true }, (dmtcp) => {
  const start = async (run: Run, more: Record<string, string> = {}) => {
    writeFileSync(join(run.folder, 'old'), 'x'.repeat(100));
    await sleep(1100); // what is there before the launch is of an earlier second
    return run.start(more);
  };

  test('the first checkpoint names those that no restore brings back, with the line to add', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { run: keeper, checkpoint: 'protect = ["counter"]' });
    const ended = start(run);
    await run.until('sealed');
    await run.until('restored');
    for (const gate of ['go', 'end']) writeFileSync(join(run.folder, gate), '');
    expect(await ended, run.log()).toBe(7);
    const named = events(run, 'warned').map(({ file }) => String(file).replace(`${run.folder}/`, ''));
    expect(named.toSorted()).toEqual(['base', 'grows too', 'old']);
    expect(run.log()).toContain(`${run.folder}/base is open for reading and writing`);
    expect(run.log()).toMatch(/write in the block checkpoint: protect = \["counter", (?=.*"base").*\]$/m);
  });

  test('a restore names what differs, and not what has only grown; the end and `status` say so again', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { run: keeper });
    const first = start(run, { CRFLOW_INTERVAL: '600' });
    await vi.waitUntil(() => run.output() === 'ready\n', { timeout: 60_000 });
    writeFileSync(join(run.state, 'attempts/1/request'), 'checkpoint\n');
    await run.until('sealed');
    writeFileSync(join(run.folder, 'go'), '');
    await vi.waitUntil(() => run.output() === 'ready\ndone\n', { timeout: 60_000 });
    run.powerCut();
    await first;
    rmSync(join(run.folder, 'log of it'));
    writeFileSync(join(run.folder, 'grows'), '');
    writeFileSync(join(run.folder, 'log of it'), 'a\n'); // or DMTCP itself gives up
    writeFileSync(join(run.folder, 'end'), '');
    expect(await run.start(), run.log()).toBe(7);
    expect(stale(run).toSorted()).toEqual([
      'base: written to in place',
      'closed: changed',
      'counter: written to in place',
      'end: changed',
      'go: changed',
      'grows: shorter than it was',
    ]);
    expect(run.log()).toContain(
      `written to in place since generation 1, and not brought back: ${run.folder}/base`,
    );
    expect(run.log()).toMatch(/check 6 files that a restore did not bring back: /);
    expect(run.verb('status').said).toMatch(/files +check 6 files that a restore did not bring back: /);
  });

  test('the proof restores what nothing ran on from; a later restore of the same generation does not', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { run: keeper });
    const ended = start(run, { CRFLOW_PROVE: '1', CRFLOW_INTERVAL: '600' });
    await run.until('restored');
    expect(stale(run)).toEqual([]);
    writeFileSync(join(run.folder, 'go'), '');
    await vi.waitUntil(() => run.output().endsWith('done\n'), { timeout: 60_000 });
    run.kill(/--exit-on-last/);
    await run.until('restored', 2);
    writeFileSync(join(run.folder, 'end'), '');
    expect(await ended, run.log()).toBe(7);
    expect(stale(run)).toEqual(
      expect.arrayContaining(['base: written to in place', 'counter: written to in place']),
    );
  });

  test('strict: stopped with 79, and the file named; its owner may go on', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held, checkpoint: 'strict = yes' });
    await run.lostAttempt(1);
    writeFileSync(join(run.folder, 'result'), 'x');
    expect(await run.start(), run.log()).toBe(79);
    expect(run.log()).toContain(`changed since generation`);
    expect(events(run, 'restored')).toEqual([]);
    expect(await run.start({ SLURM_JOB_ID: '4712' }, 'resume', '4711'), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('strict: nothing changed, and the run goes on by itself', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held, checkpoint: 'strict = yes' });
    await run.lostAttempt(1);
    rmSync(join(run.folder, 'go'));
    const ended = run.start();
    await run.until('restored');
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
  });

  test('protect: what came with a file since is out of the way before its copy is put back', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, {
      count: `${held} sum=sum.db`,
      checkpoint: 'protect = ["sum.db*", "other*"]',
    });
    await run.lostAttempt(2);
    writeFileSync(join(run.folder, 'sum.db-journal'), 'hot');
    writeFileSync(join(run.folder, 'other'), 'kept');
    expect(await run.start(), run.log()).toBe(7);
    expect(run.read('sum.db-journal')).toBe('');
    expect(run.read('other')).toBe('kept');
    expect(run.log()).toContain('sum.db-journal');
    expect(readFileSync(join(run.folder, 'sum.db'), 'utf8')).toBe('50 1275\n');
  });

  test('a preemption right after a checkpoint makes no other one, unless files were written in place meanwhile', async ({
    expect,
  }) => {
    for (const changed of [false, true]) {
      using run = byHand(dmtcp, { count: held });
      const ended = run.start({ CRFLOW_INTERVAL: '600' });
      await vi.waitUntil(() => run.output() !== '', { timeout: 60_000 });
      writeFileSync(join(run.state, 'attempts/1/request'), 'checkpoint\n');
      await run.until('sealed');
      if (changed) writeFileSync(join(run.folder, 'result'), 'x');
      writeFileSync(join(run.state, 'attempts/1/request'), 'finish preemption\n');
      expect(await ended, run.log()).toBe(71);
      expect(events(run, 'sealed'), run.log()).toHaveLength(changed ? 2 : 1);
      run.go();
      expect(await run.start({ SLURM_JOB_ID: '4712' }, 'resume', '4711'), run.log()).toBe(7);
      expect(run.output()).toBe(run.expected);
    }
  });
});

describe('a file on a disk of the node', () => {
  const [standIn] = dmtcpImplementations;
  test.skipIf(!exists('/dev/shm'))('is named at the first checkpoint', async ({ expect }) => {
    if (standIn === undefined) return;
    const folder = mkdtempSync('/dev/shm/crflow-test-');
    using run = byHand(standIn, {
      run: `exec perl -e 'open my $f, ">>", "${folder}/mine" or die; select undef, undef, undef, 0.1 until -e "go"; exit 7'`,
    });
    const ended = run.start();
    await run.until('sealed');
    await run.until('warned');
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.log()).toMatch(
      new RegExp(`${folder}/mine is on a disk of .*, and no other node can restore without it`),
    );
    rmSync(folder, { recursive: true });
  });
});
