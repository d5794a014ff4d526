import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

let folder = '';
const path = process.env['PATH'] ?? '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-runtimes-'));
  process.env['PATH'] = `${folder}:${path}`;
  vi.resetModules();
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true });
});

function put(command: string, text: string) {
  writeFileSync(join(folder, command), `#!/bin/bash\n${text}\n`);
  chmodSync(join(folder, command), 0o755);
}

test('a runtime that cannot mount the programs of the tests is skipped, and says so', async () => {
  const missing = "FATAL: mount source /check/test/programs doesn't exist";
  put('apptainer', `[[ $1 == --version ]] || { echo begin >&2; echo "${missing}" >&2; exit 255; }`);
  put('podman', 'exit 0');
  put('podman-hpc', 'exit 0');
  put('ch-run', 'exit 0');
  const { runtimes } = await import('../support/containers.ts');
  const why = (name: string) => runtimes.find(({ runtime }) => runtime === name)?.why;
  expect(why('podman')).toBe(null);
  expect(why('charliecloud')).toBe(null);
  expect(why('apptainer')).toMatch(/^apptainer cannot start a container that mounts \/.*\/test\/programs: /);
  expect(why('apptainer')).toContain(missing);
});
