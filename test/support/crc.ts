import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const bundle = fileURLToPath(new URL('../../dist/crc.js', import.meta.url));

/**
 * Runs the bundled crc as a user does. `env` is added to an environment without CI, which changes crc's mind, and with
 * an empty cache of its own.
 */
export function crc(
  args: readonly string[],
  options: { cwd?: string; input?: string | Uint8Array; env?: NodeJS.ProcessEnv; timeout?: number } = {},
) {
  const { CI: _, ...env } = process.env;
  const cache = mkdtempSync(join(tmpdir(), 'crflow-cache-'));
  const { status, stdout, stderr } = spawnSync(process.execPath, [bundle, ...args], {
    cwd: options.cwd,
    input: options.input,
    env: { ...env, XDG_CACHE_HOME: cache, ...options.env },
    encoding: 'utf8',
    timeout: options.timeout ?? 120_000,
  });
  rmSync(cache, { recursive: true, force: true });
  return { status, stdout, stderr };
}
