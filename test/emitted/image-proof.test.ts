import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { findShellCheck } from '../../src/host/shellcheck.ts';
import { type Dmtcp, dmtcpEnvironment, dmtcpImplementations, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { processesIn } from '../support/run-folder.ts';

// The proof that an image's build asks for: it must say yes to a DMTCP that works, and no to one that does not.
const proof = resolve(import.meta.dirname, '../../targets/image/proof.sh');

let prefix = '';
let tmp = '';
beforeEach(() => {
  prefix = mkdtempSync(join(tmpdir(), 'crflow prefix '));
  tmp = join(prefix, 'tmp');
  mkdirSync(join(prefix, 'share/crflow'), { recursive: true });
  mkdirSync(join(prefix, 'bin'));
  mkdirSync(tmp);
  cpSync(proof, join(prefix, 'share/crflow/proof.sh'));
});
afterEach(() => rmSync(prefix, { recursive: true, force: true }));

/** Runs the proof with DMTCP's commands, some of them replaced by other bash. It waits a moment, and no minute, for what fails: `why`. */
function prove(dmtcp: Dmtcp, instead: Record<string, string> = {}, why?: string) {
  for (const name of ['dmtcp_coordinator', 'dmtcp_launch', 'dmtcp_command', 'dmtcp_restart']) {
    const path = join(prefix, 'bin', name);
    const other = instead[name];
    if (other === undefined) symlinkSync(join(dmtcp.bin, name), path);
    else {
      writeFileSync(path, `#!/bin/bash\nreal=${dmtcp.bin}/${name}\n${other}\n`);
      chmodSync(path, 0o755);
    }
  }
  const script = join(prefix, 'share/crflow/proof.sh');
  if (why !== undefined) {
    const lines = readFileSync(script, 'utf8').replace('turn < 300', 'turn < ${turns:-300}').split('\n');
    const failing = lines.findIndex((line) => line.includes(`fail "`) && line.includes(why));
    expect(failing).toBeGreaterThan(0);
    writeFileSync(script, lines.toSpliced(failing, 0, 'turns=10').join('\n'));
  }
  const { status, stdout, stderr } = spawnSync('bash', [script], {
    encoding: 'utf8',
    env: dmtcpEnvironment(dmtcp, { TMPDIR: tmp, DMTCP_COORD_PORT: '1' }),
  });
  return { status, stdout, stderr };
}

/** Its program must not go on in a folder that is gone: it would occupy a processor for ever. */
const nothingRuns = () =>
  vi.waitFor(() => expect(processesIn(realpathSync(prefix))).toEqual([]), { timeout: 10_000, interval: 100 });

const real = dmtcpImplementations.find((one) => one.real);
const standIn = dmtcpImplementations.find((one) => !one.real) as Dmtcp;

test.skipIf(!real)(
  `it says yes to ${real?.name ?? `a real DMTCP (skipped: ${whyNoRealDmtcp})`}, and leaves nothing behind`,
  async () => {
    expect(prove(real as Dmtcp)).toEqual({
      status: 0,
      stdout: 'crflow: DMTCP works here: a program was checkpointed, killed and restored\n',
      stderr: '',
    });
    expect(readdirSync(tmp)).toEqual([]);
    await nothingRuns();
  },
);

describe('it says no to a DMTCP', () => {
  test.each<[string, Record<string, string>, string]>([
    ['whose programs do not run', { dmtcp_coordinator: 'exit 127' }, 'coordinator does not start'],
    ['that starts nothing', { dmtcp_launch: 'exit 99' }, 'a program does not start'],
    [
      'that says that it checkpoints, and does not',
      { dmtcp_command: '[[ $3 != -c ]] || exit 0\nexec "$real" "$@"' },
      'a checkpoint does not come about',
    ],
    [
      'that refuses to checkpoint',
      { dmtcp_command: '[[ $3 != -c ]] || exit 2\nexec "$real" "$@"' },
      'refuses to checkpoint',
    ],
    ['that only runs programs', { dmtcp_launch: 'exec bash program.sh' }, 'refuses to checkpoint'],
    ['that restores nothing', { dmtcp_restart: 'exit 0' }, 'a program does not come back'],
    // The stand-in as it is: it keeps the memory of its own program only.
    ['that starts a program anew instead of restoring it', {}, 'without its memory'],
  ])('%s', async (_, instead, why) => {
    const { status, stdout, stderr } = prove(standIn, instead, why);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain(why);
    expect(readdirSync(tmp)).toEqual([]);
    await nothingRuns();
  });
});

const found = await findShellCheck(undefined, { ...process.env, CRFLOW_NO_DOWNLOAD: '1' });
for (const [program, ...args] of [
  ['bash', '-n'],
  ['path' in found ? found.path : 'shellcheck', '--norc', '--enable=all'],
  ['shfmt', '-i', '2', '-ci', '-d'],
] as [string, ...string[]][]) {
  const there = spawnSync(program, ['--version']).error === undefined;
  test.skipIf(!there)(
    `it passes ${[program, ...args].join(' ')}${there ? '' : ` (skipped: no ${program} on PATH)`}`,
    () => {
      const { status, stdout, stderr } = spawnSync(program, [...args, proof], { encoding: 'utf8' });
      expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    },
  );
}
