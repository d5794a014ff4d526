import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explained, textOf } from '../support/explained.ts';

/** The commands in the pages of the tools' codes: the wrong ones come to that finding, the right ones do not. */
const bundle = fileURLToPath(new URL('../../dist/crc.js', import.meta.url));
const all = Object.entries(explained).filter(([code, { notRun }]) => code >= 'CRF9' && notRun === undefined);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-explained-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/crc'), `#!/bin/sh\nexec "${process.execPath}" "${bundle}" "$@"\n`);
  chmodSync(join(folder, 'bin/crc'), 0o755);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The codes of what the last command prints. */
function codesOf(name: string, { files = {} }: (typeof explained)[string], commands: string): string[] {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  for (const [file, lines] of Object.entries(files)) writeFileSync(join(cwd, file), `${textOf(lines)}\n`);
  const { CI: _, ...env } = process.env;
  const lines = commands.split('\n');
  const script = [
    ...lines.slice(0, -1).map((line) => `{ ${line.replace(/ {3}#.*/, '')}\n} >/dev/null 2>&1`),
    lines.at(-1),
  ];
  const { stdout, stderr } = spawnSync('bash', ['-c', script.join('\n')], {
    cwd,
    encoding: 'utf8',
    env: { ...env, PATH: `${join(folder, 'bin')}:${env['PATH']}`, XDG_CACHE_HOME: join(folder, 'cache') },
  });
  return [...new Set([...`${stdout}${stderr}`.matchAll(/\[(CRF\d{3})\]/g)].map(([, code = '']) => code))];
}

describe.each(all)('%s', (code, page) => {
  test('is what the wrong commands come to', () => {
    const codes = codesOf(`${code}-wrong`, page, textOf(page.wrong));
    expect(codes.filter((one) => page.also?.includes(one) !== true)).toEqual([code]);
  });

  test('and the right ones to nothing', () => {
    expect(codesOf(`${code}-right`, page, textOf(page.right))).toEqual([]);
  });
});
