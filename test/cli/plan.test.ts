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

  describe('of a site', () => {
    const profile = {
      format: 1,
      name: 'iron',
      qos: [
        { name: 'normal', default: true, charge: 1 },
        { name: 'dear', charge: 2.5 },
        { name: 'idle', charge: 0 },
        { name: 'unknown' },
      ],
      fileSystems: [{ name: 'work', paths: ['$WORK'], scope: 'shared', bandwidth: '1.2GB/s' }],
      defaults: { state: '$WORK/crflow' },
      slurm: { credExpire: '60s' },
    };
    const write = (flow: string) => {
      writeFileSync(join(folder, 'iron.json'), JSON.stringify(profile));
      writeFileSync(join(folder, 'flow.crflow'), flow);
    };
    const inQos = (qos: string) => good.replace('total = 3d', `total = 3d  qos = "${qos}"`);
    const value = (answer: { forecasts: { assumptions: { name: string }[] }[] }, name: string) =>
      answer.forecasts[0]?.assumptions.find((one) => one.name === name);

    test('takes its bandwidth, its cred_expire and what its QOS charges', () => {
      write(good);
      const { status, answer } = json('--site', './iron.json', '--work', '9h');
      expect(status).toBe(0);
      // 4 GiB at 1.2 GB/s are 3.6 s: 4, and 3; a restore reads twice.
      expect(value(answer, 'checkpoint')).toMatchObject({ value: 7, given: false });
      expect(value(answer, 'restore')).toMatchObject({ value: 11, given: false });
      expect(value(answer, 'requeue')).toMatchObject({ value: 61, given: true });
      const [{ run, queue, charge }] = answer.forecasts;
      expect(queue).toMatchObject({ delay: 61, elapsed: run.walltime + 61 * run.requeues });
      expect(charge).toEqual({ qos: 'normal', factor: 1, nodeHours: run.walltime / 3600 });
    });

    test('which the flow names, is the same', () => {
      write(good.replace('crflow 1', 'crflow 1\nsite "./iron.json"'));
      const named = json('--work', '9h').answer.forecasts;
      write(good);
      expect(json('--work', '9h', '--site', './iron.json').answer.forecasts).toEqual(named);
      expect(json('--work', '9h').answer.forecasts).not.toEqual(named);
    });

    test('is on the page, with what each number is based on', () => {
      write(inQos('dear').replace('total = 3d', 'total = 3d  array = "0-9"'));
      const { stdout } = plan(['flow.crflow', '--site', './iron.json', '--work', '9h']);
      const page = stdout.replaceAll(/\s+/g, ' ');
      expect(page).toContain('memory, written at 1.2 GB/s (work of iron), plus 3 s to notice its end');
      expect(page).toContain('requeue 1 min 1 s cred_expire (60 s) at iron, plus one second');
      const [, one, all] =
        /charge ([\d.]+) node hours at 2.5 per node hour, in the QOS dear; less if the job shares its node; ([\d.]+) node hours for all 10 tasks/.exec(
          page,
        ) ?? [];
      const { walltime } = json('--site', './iron.json', '--work', '9h').answer.forecasts[0].run;
      expect(Number(one)).toBeCloseTo((walltime / 3600) * 2.5, 1);
      expect(Number(all)).toBeCloseTo((walltime / 3600) * 25, 1);
    });

    test.each([
      ['idle', { qos: 'idle', factor: 0, nodeHours: 0 }, 'charge none, in the QOS idle'],
      ['unknown', null, undefined],
    ])('whose QOS %s has another charge, or none that is known', (qos, charge, says) => {
      write(inQos(qos));
      const args = ['--site', './iron.json'];
      expect(json(...args).answer.forecasts[0].charge).toEqual(charge);
      const page = plan(['flow.crflow', ...args]).stdout.replaceAll(/\s+/g, ' ');
      if (says === undefined) expect(page).not.toContain(' charge ');
      else expect(page).toContain(says);
    });

    test('that is not there is an error', () => {
      expect(plan(['flow.crflow', '--site', 'perlmuter'])).toMatchObject({ status: 1, stdout: '' });
      expect(plan(['flow.crflow', '--site', 'perlmuter']).stderr).toContain('CRF401');
    });
  });

  test('reads standard input, and does every workflow of it', () => {
    const two = `${good}${good.slice(good.indexOf('workflow')).replace('water_box', 'ice_box')}`;
    const { status, stdout } = plan(['-'], two);
    expect(status).toBe(0);
    const sentences = stdout.match(/^\w+: .* of work in \d+ attempts, about .*$/gm);
    expect(sentences?.map((line) => line.split(':')[0])).toEqual(['water_box', 'ice_box']);
  });

  test('shows a warning beside its page', () => {
    writeFileSync(join(folder, 'flow.crflow'), good.replace('20min', '25s'));
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
