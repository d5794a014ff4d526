import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

// `crc plan` as a user has it: what it prints, its exit status, and that it leaves nothing behind.
const schema = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../specs', `${name}.schema.json`), 'utf8'));
const valid = new Ajv({ allowUnionTypes: true, schemas: [schema('diagnostics')] }).compile(
  schema('forecast'),
);

const good = `crflow 1

param hours: Duration = 2h

workflow water_box {
  application { run = "./solve"   memory = 4GiB }
  checkpoint { interval = 20min   lead = 2min }
  schedule { time = hours   total = 3d }
}
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-plan-'));
  writeFileSync(join(folder, 'flow.crflow'), good);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const plan = (args: string[], input?: string) =>
  crc(['plan', ...args], { cwd: folder, ...(input === undefined ? {} : { input }) });
const json = (...args: string[]) => {
  const { status, stdout } = plan(['flow.crflow', '--format', 'json', ...args]);
  const answer = JSON.parse(stdout);
  expect(valid(answer), JSON.stringify(valid.errors)).toBe(true);
  return { status, answer };
};

describe('crc plan', () => {
  test('prints the page that docs/plan.md shows, and writes nothing', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../docs/plan.md'), 'utf8');
    const fence = (kind: string) => new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\`$`, 'ms').exec(docs)?.[1] ?? '';
    writeFileSync(join(folder, 'water_box.crflow'), fence('crflow'));
    const { status, stdout, stderr } = plan(['water_box.crflow', '--work', '9h']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(fence('text'));
    // By hand: an attempt has 7020 s until the earliest warning, 10 to start, 39 to restore, 21 for each checkpoint. The first
    // works 6845 s, with its proof, 5 checkpoints on time and one at its end; the next three 6866 s, with 5 and 1;
    // 4957 s are left, with 4.
    expect(stdout).toContain('29 (28 at least): 25 on time, 4 at the end of attempts');
    expect(readdirSync(folder).sort()).toEqual(['flow.crflow', 'water_box.crflow']);
  });

  test('says without --work what fits into total', () => {
    const { stdout } = plan(['flow.crflow']);
    expect(stdout).toContain('no --work was given: this is what fits into total, 3 d');
    expect(stdout).toContain('with status 72');
  });

  test('says the same as JSON, which fits its schema', () => {
    const { status, answer } = json('--work', '9h');
    expect(status).toBe(0);
    expect(answer.forecasts).toMatchObject([
      {
        workflow: 'water_box',
        program: 32_400,
        run: { ending: 'done', attempts: 5, requeues: 4, checkpoints: 29 },
      },
    ]);
  });

  test('takes parameters', () => {
    const { answer } = json('--work', '9h', '--set', 'hours=10h');
    expect(answer.forecasts[0]).toMatchObject({ asked: { time: 36_000 }, run: { attempts: 1 } });
  });

  test('reads standard input, and does every workflow of it', () => {
    const two = `${good}${good.slice(good.indexOf('workflow')).replace('water_box', 'ice_box')}`;
    const { status, stdout } = plan(['-'], two);
    expect(status).toBe(0);
    expect(stdout.match(/^\w+: what will happen$/gm)).toEqual([
      'water_box: what will happen',
      'ice_box: what will happen',
    ]);
  });

  test('shows a warning beside its page', () => {
    writeFileSync(join(folder, 'flow.crflow'), good.replace('20min', '20s'));
    const { status, stdout, stderr } = plan(['flow.crflow']);
    expect(status).toBe(0);
    expect(stderr).toContain('warning[CRF311]');
    expect(stdout).toContain('would lose less');
  });

  test('with an error has findings and no forecast', () => {
    writeFileSync(join(folder, 'flow.crflow'), good.replace('20min', '20m'));
    const pretty = plan(['flow.crflow']);
    expect(pretty).toMatchObject({ status: 1, stdout: '' });
    expect(pretty.stderr).toContain('error[CRF');
    const { status, answer } = json();
    expect(status).toBe(1);
    expect(answer).toMatchObject({ forecasts: [], diagnostics: [{ severity: 'error' }] });
  });

  test('has no forecast of a file that is not there', () => {
    expect(plan(['nowhere.crflow'])).toMatchObject({ status: 2, stdout: '' });
    const { status, stdout } = plan(['nowhere.crflow', '--format', 'json']);
    expect(status).toBe(2);
    expect(valid(JSON.parse(stdout)), JSON.stringify(valid.errors)).toBe(true);
  });

  test.each([
    [['--work', '90']],
    [['--work', '0s']],
    [['--work', '1.5h']],
    [['--format', 'xml']],
    [['flow.crflow']],
  ])('refuses %s', (args) => {
    const { status, stdout, stderr } = plan(['flow.crflow', ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^error: /);
  });
});
