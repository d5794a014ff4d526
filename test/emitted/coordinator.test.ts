import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { rehearsal } from '../support/emitted.ts';

// The coordinator's end is the end of the whole computation, so what would end it in passing is ignored: Slurm's TERM, and the PIPE that it
// gets when it tells a process of a checkpoint that is just ending (9 times in 45 checkpoints of programs that start many processes).
test('the coordinator ignores what would end it in passing', async () => {
  const dmtcp = dmtcpUnderTest();
  using run = rehearsal(dmtcp);
  mkdirSync(join(run.folder, '.bin'));
  const wrapper = `grep SigIgn /proc/$$/status >ignored; mv ignored '${run.folder}'; exec '${dmtcp.bin}/dmtcp_coordinator' "$@"`;
  writeFileSync(join(run.folder, '.bin/dmtcp_coordinator'), `#!/bin/bash\n${wrapper}\n`, { mode: 0o755 });
  expect(await run.start(), run.log()).toBe(7);
  const mask = BigInt(`0x${/[0-9a-f]{16}/.exec(readFileSync(join(run.folder, 'ignored'), 'utf8'))?.[0]}`);
  const [pipe, term] = [13n, 15n];
  for (const signal of [pipe, term]) expect(mask & (1n << (signal - 1n)), `signal ${signal}`).not.toBe(0n);
});
