import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { dmtcpUnderTest, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';

const program =
  'my $m = "x" x 4e8; $| = 1; for (1..40) { print "$_\\n"; select undef, undef, undef, 0.2; while ($_ == 20 && !-e "go") { sleep 1 } } exit 7';

// The coordinator commits such a checkpoint without the one that died, and the computation answers nothing from then on.
test.skipIf(whyNoRealDmtcp !== null)(
  `a process killed while its image is written: nothing is sealed without it${whyNoRealDmtcp ? ` (skipped: ${whyNoRealDmtcp})` : ''}`,

  async () => {
    using run = byHand(dmtcpUnderTest(), { run: `perl -e '${program}'; exit "$?"` });
    const ended = run.start({ CRFLOW_INTERVAL: '3' });
    await run.until('sealed');
    const live = join(run.state, 'attempts/1/live');
    const writing = () => readdirSync(live).some((name) => /^ckpt_perl.*\.temp$/.test(name));
    while (!writing()) await sleep(5);
    expect(run.kill(/^\d+ perl -e/)).toBe(1);
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(Array.from({ length: 40 }, (_, i) => `${i + 1}\n`).join(''));
    expect(run.log()).toContain('checkpoint failed');
  },
);
