import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { rehearsal } from '../support/emitted.ts';

const version = spawnSync('bash', ['-c', 'echo $((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]))'], {
  encoding: 'utf8',
});
const old = Number(version.stdout) < 502 || process.env['CRFLOW_TEST_BASH'] !== undefined;

// A job waits most of its life. Three loops that start a `sleep` each second were nearly all of what that cost.
test.skipIf(old)(
  `waiting starts no process, and leaves no file behind${old ? ' (skipped: before bash 5.2 it does)' : ''}`,
  async () => {
    using run = rehearsal(dmtcpUnderTest());
    const bin = join(run.folder, '.bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'sleep'),
      `#!/bin/bash\necho "$1" >>'${run.folder}/sleeps'\nPATH=\${PATH#*:} exec sleep "$@"\n`,
      { mode: 0o755 },
    );
    expect(await run.start({ CRFLOW_TICK: '0.25', CRFLOW_INTERVAL: '600' }), run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    expect(run.read('sleeps').split('\n')).not.toContain('0.25');
    expect(readdirSync(run.folder).filter((name) => /^crflow-\d/.test(name))).toEqual([]);
  },
);
