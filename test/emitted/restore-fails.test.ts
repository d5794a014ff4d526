import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { held, rehearsal } from '../support/emitted.ts';

// What must not keep an attempt from going on, or from coming to an end.
describe.each(dmtcpImplementations)('an attempt, with $name', {
  timeout: 120_000,
  concurrent: true,
}, (dmtcp) => {
  test('whose log is on a full disk: restores, and goes on to the end', async ({ expect }) => {
    using run = rehearsal(dmtcp, { count: held });
    await run.lostAttempt(2);
    expect(await run.start({ TEST_LOG: '/dev/full' })).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.entries().filter(({ event }) => event === 'restored')).toHaveLength(1);
  });

  test('that cannot put back what it protects: tries each generation once, then stops with 74', async ({
    expect,
  }) => {
    using run = rehearsal(dmtcp, { count: `${held} sum=sum`, checkpoint: 'protect = ["sum"]' });
    await run.lostAttempt(2);
    rmSync(join(run.folder, 'sum'));
    mkdirSync(join(run.folder, 'sum/in the way'), { recursive: true });
    const tries = run.generations().length;
    expect(await run.start(), run.log()).toBe(74);
    const failed = run.entries().filter(({ event }) => event === 'restore_failed');
    expect(failed.map(({ generation }) => generation)).toEqual(run.generations().reverse());
    expect(failed).toHaveLength(tries);
    expect(run.left()).toEqual([]);
  });
});
