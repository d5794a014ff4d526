import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dmtcpImplementations, dmtcpUnderTest, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

// A child that has ended, and whose parent has not asked for its status, is in no image. Where nobody ever asks, or where the
// status is 0, a checkpoint is as good as any.
describe.skipIf(whyNoRealDmtcp !== null)(
  `a child that has ended and that nobody asks for${whyNoRealDmtcp ? ` (skipped: ${whyNoRealDmtcp})` : ''}`,
  () => {
    test.concurrent.each([
      0, 3,
    ])('with status %i: checkpointed, proven and carried to its end', async (status) => {
      const count =
        'for (1..40) { print "$_\\n"; select undef, undef, undef, 0.1; while ($_ == 20 && !-e "go") { sleep 1 } } exit 7';
      using run = byHand(dmtcpUnderTest(), {
        run: `perl -e '$| = 1; if (!fork) { exit ${status} } ${count}'; exit "$?"`,
      });
      const ended = run.start({ CRFLOW_PROVE: '1' });
      await run.until('restored');
      run.go();
      expect(await ended, run.log()).toBe(7);
      expect(run.output()).toBe(Array.from({ length: 40 }, (_, i) => `${i + 1}\n`).join(''));
      expect(run.log()).toContain('sealed generation 1');
    });
  },
);

// A first checkpoint that ends the application, as the proof of a restore does, and that cannot be used: the application was
// in good health, so the run must not end for it.
test.concurrent.for([
  ...dmtcpImplementations.map((dmtcp) => ({ dmtcp, name: dmtcp.name, drops: false })),
  // A -kc that meets a process being born is dropped, and said again later.
  ...dmtcpImplementations
    .filter(({ real }) => !real)
    .map((dmtcp) => ({ dmtcp, name: `${dmtcp.name}, which drops the first request`, drops: true })),
])('a first checkpoint that is spoiled: the run begins anew, with $name', async ({ dmtcp, drops }, {
  expect,
}) => {
  using run = byHand(dmtcp, { count: held });
  const script = join(run.folder, 'count.sbatch');
  const text = readFileSync(script, 'utf8');
  // Such a child at the very moment cannot be had to order: the look for it is what is made up.
  const spoiled = text.replace(
    'no_zombies || [[ -e $committed ]] || orphaned=yes',
    '(($(grep -c launched "$run/journal.jsonl") > 2)) || orphaned=yes',
  );
  expect(spoiled).not.toBe(text);
  writeFileSync(script, spoiled);
  if (drops) {
    mkdirSync(join(run.folder, '.bin'));
    const wrapper = `if [[ $* == *-kc* && ! -e dropped ]]; then : >dropped; exit 2; fi; exec '${dmtcp.bin}/dmtcp_command' "$@"`;
    writeFileSync(join(run.folder, '.bin/dmtcp_command'), `#!/bin/bash\n${wrapper}\n`, { mode: 0o755 });
  }
  // Long enough to be looked at, on a busy machine too.
  const ended = run.start({ CRFLOW_PROVE: '1', DMTCP_STANDIN_SECONDS: '3' });
  await run.until('launched', 3);
  run.go();
  expect(await ended, run.log()).toBe(7);
  expect(run.output()).toBe(run.expected);
  expect(
    run.entries().filter(({ event }) => event === 'launched'),
    run.log(),
  ).toHaveLength(3);
  expect(run.entries().filter(({ outcome }) => outcome === 'anew')).toHaveLength(2);
});
