import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { compile } from '../support/compile.ts';

const specs = join(import.meta.dirname, '../../specs');
const valid = new Ajv({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(join(specs, 'plan.schema.json'), 'utf8')),
);

const flow = (application: string, checkpoint: string, schedule: string) =>
  compile({
    name: 'x.crflow',
    text: `crflow 1
workflow x {
  application { run = "true" ${application} }
  checkpoint { interval = 10min lead = 2min ${checkpoint} }
  schedule { time = 2h total = 1d ${schedule} }
}
`,
  }).flows[0]?.plan;

describe('a plan', () => {
  const plans = readdirSync(join(specs, 'cases'))
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) => {
      const text = readFileSync(join(specs, 'cases', name, 'flow.crflow'), 'utf8');
      return compile({ name: 'flow.crflow', text }).flows.map(({ plan }) => [name, plan] as const);
    });
  test.each(plans)('of the case %s fits its schema', (_, plan) => {
    expect(valid(plan), JSON.stringify(valid.errors)).toBe(true);
  });

  test('fills in every default', () => {
    expect(flow('', '', '')).toMatchObject({
      workdir: null,
      output: null,
      resources: { nodes: 1, tasks: 1, threads: 1, gpus: null, memory: { ask: null, by: 'nothing' } },
      checkpoint: { signal: 'USR1', keep: 2, state: null, limit: 600, expect: 0 },
      continue: 'requeue',
      attempt: { time: 7200, timeMin: null },
      total: 86400,
    });
  });

  test('waits for a checkpoint four times as long as its size suggests, and ten minutes at least', () => {
    expect(flow('memory = 1GiB', '', '')?.checkpoint.limit).toBe(600);
    expect(flow('memory = 100GiB', '', '')?.checkpoint.limit).toBe(Math.ceil((4 * 100 * 2 ** 30) / 0.25e9));
  });

  test('leaves the manual strategy to be resumed by hand', () => {
    expect(flow('', 'strategy = manual', '')?.continue).toBe('resume');
  });
});
