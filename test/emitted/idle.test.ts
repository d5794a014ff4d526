import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

// A job waits most of its life. Loops that start a `sleep` each second were nearly all of what that cost, on every bash.
test('waiting starts no process, and leaves no file behind', async () => {
  using run = byHand(dmtcpUnderTest(), { count: held });
  const bin = join(run.folder, '.bin');
  mkdirSync(bin);
  const slept = join(run.folder, 'sleeps');
  writeFileSync(
    join(bin, 'sleep'),
    `#!/bin/bash\necho "$1" >>'${slept}'\nPATH=\${PATH#*:} exec sleep "$@"\n`,
    { mode: 0o755 },
  );
  const ended = run.start({ CRFLOW_TICK: '0.25', CRFLOW_HEARTBEAT: '2', CRFLOW_INTERVAL: '600' });
  const sleeps = () => (existsSync(slept) ? readFileSync(slept, 'utf8').trim().split('\n') : []);
  const own = () => sleeps().filter((seconds) => ['0.25', '2'].includes(seconds));
  const heartbeat = async () => {
    const seconds = () => readFileSync(join(run.state, 'attempts/1/seconds'), 'utf8');
    const last = seconds();
    await vi.waitUntil(() => seconds() !== last, { timeout: 60_000 });
  };
  await run.until('launched');
  // From the first whole heartbeat on.
  await heartbeat();
  await heartbeat();
  const before = own();
  for (let beats = 0; beats < 4; beats += 1) await heartbeat();
  expect(own()).toEqual(before);
  run.go();
  expect(await ended, run.log()).toBe(7);
  expect(run.output()).toBe(run.expected);
  expect(readdirSync(run.folder).filter((name) => /^crflow-\d/.test(name))).toEqual([]);
});
