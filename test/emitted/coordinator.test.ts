import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';

// At each heartbeat: a node with thousands of connections cost half a second of a CPU each time, or 2 % of one.
test('connections of other ports get no more than a glance, however many there are', () => {
  using run = byHand(dmtcpUnderTest());
  const line = (local: string, remote: string, user: number) =>
    `   0: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000  ${user}        0 1 1 0 20 4 30 10 -1`;
  const end = (address: string, port: number) =>
    `${address}:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const here = '0100007F';
  const others = Array.from({ length: 2000 }, (_, i) => line(end(here, 20_000 + i), end('0A00000A', 443), 7));
  const ours = (user: number, peer: number) => [
    line(end(here, 8080), end(here, peer), 0),
    line(end(here, peer), end(here, 8080), user),
  ];
  const user = process.geteuid?.() ?? 0;
  const look = (lines: string[]) => {
    writeFileSync(join(run.folder, 'tcp'), `  sl  local_address rem_address   st\n${lines.join('\n')}\n`);
    writeFileSync(join(run.folder, 'parsed'), '');
    const said = run.functions(`port=8080; mapfile() { builtin mapfile -t "$2" <tcp; }; sleep() { :; }
read() { echo x >>parsed; builtin read "$@"; }
if foreign_peer; then echo "$foreign"; else echo nobody; fi`);
    return [said.trim(), run.read('parsed').length / 'x\n'.length];
  };
  expect(look([...others, ...ours(user, 40_001), ...ours(user, 40_002)])).toEqual(['nobody', 4]);
  expect(look([...ours(user, 40_001), ...others, ...ours(1234, 40_002)])).toEqual(['user 1234', 4]);
  expect(look([...others, line(end(here, 8080), end('0A00000A', 443), 0)])[0]).toBe('another host');
});

// On a machine so busy that its process was not known in time, /proc//stat was looked at, which is there for ever: a computation
// that was lost was then waited for without an end.
test('a coordinator whose process is not known does not live', () => {
  using run = byHand(dmtcpUnderTest());
  expect(
    run.functions(
      `coordinator=''; coordinator_lives || echo no; know_process "$$"; lives "$REPLY" && echo yes`,
    ),
  ).toBe('no\nyes\n');
});

// The coordinator's end is the end of the whole computation, so what would end it in passing is ignored: Slurm's TERM, and the PIPE that it
// gets when it tells a process of a checkpoint that is just ending (9 times in 45 checkpoints of programs that start many processes).
test('the coordinator ignores what would end it in passing', async () => {
  const dmtcp = dmtcpUnderTest();
  using run = byHand(dmtcp);
  mkdirSync(join(run.folder, '.bin'));
  const wrapper = `grep SigIgn /proc/$$/status >ignored; mv ignored '${run.folder}'; exec '${dmtcp.bin}/dmtcp_coordinator' "$@"`;
  writeFileSync(join(run.folder, '.bin/dmtcp_coordinator'), `#!/bin/bash\n${wrapper}\n`, { mode: 0o755 });
  expect(await run.start(), run.log()).toBe(7);
  const mask = BigInt(`0x${/[0-9a-f]{16}/.exec(readFileSync(join(run.folder, 'ignored'), 'utf8'))?.[0]}`);
  const [pipe, term] = [13n, 15n];
  for (const signal of [pipe, term]) expect(mask & (1n << (signal - 1n)), `signal ${signal}`).not.toBe(0n);
});
