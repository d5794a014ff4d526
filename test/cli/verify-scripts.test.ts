import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

const melt = readFileSync(join(import.meta.dirname, '../../examples/melt.sbatch'), 'utf8');
let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'crflow-verify-'));
  writeFileSync(join(cwd, 'melt.sbatch'), melt);
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

test('crc verify: a script as crc wrote it', () => {
  const { status, stdout, stderr } = crc(['verify', 'melt.sbatch'], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^melt\.sbatch: the runtime is genuine, version \d+\n$/);
});

test('crc verify: each script that is not is named, with what differs, and the good one too', () => {
  writeFileSync(join(cwd, 'mine.sbatch'), melt.replace('journal requeued', 'journal nothing'));
  writeFileSync(join(cwd, 'note.txt'), 'hello\n');
  const { status, stdout, stderr } = crc(['verify', 'melt.sbatch', 'mine.sbatch', 'note.txt', 'no.sbatch'], {
    cwd,
  });
  expect(status).toBe(2);
  expect(stdout).toContain('melt.sbatch: the runtime');
  expect(stderr).toContain('the runtime in mine.sbatch was changed in `The outer half');
  expect(stderr).toContain('note.txt is not a job script');
  expect(stderr).toContain('cannot read no.sbatch');
  expect(crc(['verify', 'mine.sbatch'], { cwd }).status).toBe(1);
});

test('crc verify --format json, and standard input', () => {
  const { status, stdout } = crc(['verify', '--format', 'json', 'melt.sbatch', '-'], { cwd, input: 'x\n' });
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({ verified: ['melt.sbatch'], diagnostics: [{ code: 'CRF954' }] });
});
