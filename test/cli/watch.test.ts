import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

// crc compile --watch: what it compiles again, and when.
const bundle = join(import.meta.dirname, '../../dist/crc.js');
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-watch-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('follows the flow, what it includes and its site, also when they are replaced or missing for a while', async () => {
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const site = (name: string) => JSON.stringify({ format: 1, name });
  write('site.json', site('one'));
  write('shared.crflow', 'crflow 1\nlet ahead = 2min\n');
  write(
    'a.crflow',
    `crflow 1
site "./site.json"
include "shared.crflow"
workflow a {
  application { run = "./a" }
  checkpoint { interval = 10min  lead = ahead }
  schedule { time = 2h  total = 1d }
}
`,
  );
  const args = [bundle, 'compile', '--watch', '--no-verify', 'a.crflow'];
  const crc = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    let said = '';
    let heard = () => {};
    for (const stream of [crc.stdout, crc.stderr])
      stream.setEncoding('utf8').on('data', (text) => {
        said += text;
        heard();
      });
    /** What it says until it waits again. */
    const round = async () => {
      while (!/waiting for a change of \d+ files\n\n/.test(said))
        await new Promise<void>((settled) => {
          heard = settled;
        });
      const all = said;
      said = '';
      return all;
    };
    const lead = () => /CRFLOW_LEAD:=(\d+)/.exec(readFileSync(join(folder, 'a.sbatch'), 'utf8'))?.[1];
    expect(await round()).toBe('a.sbatch: not verified\ncompiled; waiting for a change of 3 files\n\n');
    expect(lead()).toBe('120');
    write('new', 'crflow 1\nlet ahead = 3min\n');
    renameSync(join(folder, 'new'), join(folder, 'shared.crflow'));
    await round();
    expect(lead()).toBe('180');
    rmSync(join(folder, 'shared.crflow'));
    expect(await round()).toContain('CRF150');
    write('shared.crflow', 'crflow 1\nlet ahead = 4min\n');
    await round();
    expect(lead()).toBe('240');
    write('site.json', '{');
    expect(await round()).toContain('not compiled');
  } finally {
    crc.kill('SIGKILL');
  }
});
