import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

test('what is to be ended is found by a file that it has open, whatever the name of that; and nothing else is', ({
  expect,
}) => {
  const [dmtcp] = dmtcpImplementations;
  if (dmtcp === undefined) throw new Error('there is always the stand-in');
  using run = byHand(dmtcp);
  const said = run.functions(`odd=$PWD/$'a\\\\b*c?d[e]f g\\'"\\n/x/4242/\\xff' other=$PWD/$'a\\\\bXcXdef'
mkdir -p "$odd/work.1" "$other/work.1"
sleep 60 3>"$odd/work.1/file" & right=$!
sleep 60 3>"$other/work.1/file" & wrong=$!
for part in "$odd/work." "\${odd%/x/*}/x"; do [[ $(processes_of "$part") == "$right" ]] && echo found; done
kill "$right" "$wrong"`);
  expect(said).toBe('found\nfound\n');
});

// Folders that are reached through links, as $SCRATCH and /tmp are at many sites. /proc shows what is behind them.
describe.each(dmtcpImplementations)('through a link, with $name', {
  concurrent: true,
}, (dmtcp) => {
  test('the state folder: checkpoints are sealed, and the run goes on from them', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    mkdirSync(join(run.folder, 'scratch'));
    symlinkSync('scratch', join(run.folder, 'crflow-state'));
    expect(await Promise.race([run.lostAttempt(2), run.until('checkpoint_failed').then(run.log)])).toBe(137);
    expect(await run.start(), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.left()).toEqual([]);
  });

  test.for([
    ['through a link', 'link'],
    ['with a slash at its end', 'scratch/'],
  ])('TMPDIR %s: kill -9 of the inner half leaves no second computation', async ([, tmpdir = ''], {
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held });
    mkdirSync(join(run.folder, 'scratch'));
    symlinkSync('scratch', join(run.folder, 'link'));
    const ended = run.start({ TMPDIR: `${run.folder}/${tmpdir}` });
    await run.until('sealed');
    expect(run.kill(/inner_half/)).toBeGreaterThan(0);
    await run.until('inner_ended');
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.left()).toEqual([]);
  });

  test('workdir: what is open is rolled back, and only what is not is named as changed', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: held, keys: 'workdir = "work"' });
    mkdirSync(join(run.folder, 'data'));
    symlinkSync('data', join(run.folder, 'work'));
    symlinkSync('../go', join(run.folder, 'data/go')); // what `go` makes is beside
    await run.lostAttempt(2);
    writeFileSync(join(run.folder, 'data/changed'), 'x');
    expect(await run.start(), run.log()).toBe(7);
    const named = run.entries().filter(({ event }) => event === 'changed_since');
    expect(named.map(({ file }) => file)).toEqual([join(run.folder, 'data/changed')]);
  });
});
