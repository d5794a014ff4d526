import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';
import { exists } from '../support/run-folder.ts';

// What must not keep an attempt from going on, or from coming to an end.
describe.each(dmtcpImplementations)('an attempt, with $name', {
  concurrent: true,
}, (dmtcp) => {
  test('whose log is on a full disk: restores, and goes on to the end', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(2);
    expect(await run.start({ TEST_LOG: '/dev/full' })).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.entries().filter(({ event }) => event === 'restored')).toHaveLength(1);
  });

  test('that is killed right behind its second seal: it was restored, and the run knows that', ({
    expect,
  }) => {
    using run = byHand(dmtcp);
    const lines = (restored: number) => `run=$PWD attempt=1 restored_from=${restored}
fill() { :; }; put_in_place() { exit; }; newest_generation() { echo 1; }
seal 1`;
    run.functions(lines(0));
    expect(exists(join(run.folder, 'proven'))).toBe(false);
    run.functions(lines(1));
    expect(exists(join(run.folder, 'proven'))).toBe(true);
  });

  test('that cannot put back what it protects: tries each generation once, then stops with 74', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { count: `${held} sum=sum`, checkpoint: 'protect = ["sum"]' });
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

  test.for([
    ['at the launch', 0],
    ['before a restore', 2],
  ] as const)('whose coordinator does not start, twice, %s: tries again, and no work is lost by it', async ([
    ,
    sealed,
  ], { expect }) => {
    using run = byHand(dmtcp, { count: held });
    if (sealed > 0) await run.lostAttempt(sealed);
    else run.go();
    const newest = sealed > 0 ? run.generations().at(-1) : undefined;
    mkdirSync(join(run.folder, '.bin'), { recursive: true });
    const flaky = `#!/bin/bash
for each in 1 2; do mkdir '${run.folder}/refused'$each 2>/dev/null && exit 99; done
exec '${dmtcp.bin}/dmtcp_coordinator' "$@"
`;
    writeFileSync(join(run.folder, '.bin/dmtcp_coordinator'), flaky, { mode: 0o755 });
    expect(await run.start(), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.entries().find(({ event }) => event === 'restored')?.['generation']).toBe(newest);
  });

  test('whose coordinator never starts: stopped with 70', async ({ expect }) => {
    using run = byHand(dmtcp);
    mkdirSync(join(run.folder, '.bin'));
    writeFileSync(join(run.folder, '.bin/dmtcp_coordinator'), '#!/bin/sh\nexit 99\n', { mode: 0o755 });
    expect(await run.start(), run.log()).toBe(70);
    expect(run.output()).toBe('');
  });
});
