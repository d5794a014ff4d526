import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-fix-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);
const read = (name: string) => readFileSync(at(name), 'utf8');

const flow = (application: string, head = '') => `crflow 1
${head}workflow water {
  application {
    run = "./solve"
    ${application}
  }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;

describe('crc check --fix', () => {
  test('writes what can be meant in only one way, says what, and ends as a check of the result', () => {
    write('water.crflow', flow("thread: 8\n    workdir = './data'"));
    const { status, stdout, stderr } = crc(['check', '--fix', 'water.crflow'], { cwd: folder });
    expect(read('water.crflow')).toBe(flow('threads = 8\n    workdir = "./data"'));
    expect(stdout).toContain('fixed water.crflow:5: write `=` instead of the colon (CRF011)');
    expect(stdout).toContain('fixed water.crflow:5: write `threads` (CRF101)');
    expect(stdout).toContain('fine: water');
    expect([status, stderr]).toEqual([0, '']);
  });

  test('leaves what has two meanings, and what would cause an error', () => {
    const text = flow('memory = 4000\n    thread = 4\n    threads = 8');
    write('water.crflow', text);
    const { status, stderr } = crc(['check', '--fix', 'water.crflow'], { cwd: folder });
    expect(read('water.crflow')).toBe(text);
    expect(stderr).toContain('CRF270');
    expect(status).toBe(1);
  });

  test('keeps the mode, the line ends, and a link', () => {
    write('real.crflow', flow('thread = 8').replaceAll('\n', '\r\n').replace('crflow 1\r\n', ''));
    chmodSync(at('real.crflow'), 0o640);
    symlinkSync('real.crflow', at('water.crflow'));
    expect(crc(['check', '--fix', 'water.crflow'], { cwd: folder }).status).toBe(0);
    expect(read('real.crflow')).toBe(flow('threads = 8').replaceAll('\n', '\r\n'));
    expect(statSync(at('real.crflow')).mode & 0o777).toBe(0o640);
    expect(read('water.crflow')).toBe(read('real.crflow'));
  });

  test('an included file is changed if it is named', () => {
    write('water.crflow', flow('threads = n', 'include "./shared.crflow"\n'));
    write('shared.crflow', 'crflow 1\nconst n = 8\n');
    const alone = crc(['check', '--fix', 'water.crflow'], { cwd: folder });
    expect(alone.stdout).toContain('not fixed: a mistake in `shared.crflow`, which is included');
    expect([alone.status, read('shared.crflow')]).toEqual([1, 'crflow 1\nconst n = 8\n']);
    const both = crc(['check', '--fix', 'water.crflow', 'shared.crflow'], { cwd: folder });
    expect([both.status, read('shared.crflow')]).toEqual([0, 'crflow 1\nlet n = 8\n']);
  });

  test('is a filter for standard input', () => {
    const { status, stdout } = crc(['check', '--fix', '-'], { input: flow('thread = 8') });
    expect([status, stdout]).toEqual([0, flow('threads = 8')]);
  });

  test('JSON says what was done, and has all fixes of what is left', () => {
    write('water.crflow', flow('thread = 8\n    memory = 4000'));
    const { stdout } = crc(['check', '--fix', '--format', 'json', 'water.crflow'], { cwd: folder });
    const { fixed, diagnostics } = JSON.parse(stdout);
    expect(fixed).toEqual([{ file: 'water.crflow', code: 'CRF101', title: 'write `threads`', line: 5 }]);
    const place = {
      ...{ line: 6, column: 14, endLine: 6, endColumn: 18 },
      ...{ utf16Column: 14, utf16EndColumn: 18 },
    };
    expect(diagnostics[0].fixes).toEqual([
      { title: 'write `4000MiB`', certain: false, edits: [{ ...place, text: '4000MiB' }] },
      { title: 'write `4000GiB`', certain: false, edits: [{ ...place, text: '4000GiB' }] },
    ]);
  });
});
