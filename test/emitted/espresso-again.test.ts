import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recordOf } from '../support/known-programs.ts';

/** Runs the `again` of the record's example as a job does, with a pw.x that shows its input. */
function again(input: string) {
  const folder = mkdtempSync(join(tmpdir(), 'crflow-espresso-'));
  try {
    mkdirSync(join(folder, 'bin'));
    const command = (name: string, text: string) =>
      writeFileSync(join(folder, 'bin', name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
    command('srun', 'shift; exec "$@"');
    command('pw.x', 'cp "$2" started');
    writeFileSync(join(folder, 'pw.in'), input);
    const { example } = recordOf('quantum-espresso');
    const { status, stderr } = spawnSync('bash', ['--norc', '-eo', 'pipefail', '-c', example.again ?? ''], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: `${join(folder, 'bin')}:/usr/bin:/bin`, CRFLOW_RANK: 'rank' },
    });
    const started = join(folder, 'started');
    return { status, stderr, started: existsSync(started) ? readFileSync(started, 'utf8') : undefined };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test.each([
  `restart_mode='from_scratch'`,
  `RESTART_MODE = "from_scratch",`,
])('pw.x continues where the input has %s', (line) => {
  const { status, stderr, started } = again(`&control\n  ${line}\n/\n`);
  expect([status, stderr]).toEqual([0, '']);
  expect(started).toBe(`&control\n  ${line.replace('from_scratch', 'restart')}\n/\n`);
});

// Its default is from_scratch: pw.x would start from step 0 in each attempt, with status 0.
test('pw.x is not started anew where the input does not name restart_mode', () => {
  const { status, stderr, started } = again("&control\n  prefix='si'\n/\n");
  expect([status, started]).toEqual([1, undefined]);
  expect(stderr).toContain("pw.in has no restart_mode='from_scratch'");
});
