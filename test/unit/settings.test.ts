import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MARGIN } from '../../src/time/attempt.ts';
import { PATIENCE } from '../../src/time/attempts.ts';
import { compile } from '../support/compile.ts';

const text = (engine: string) => {
  const { flows } = compile({
    name: 'a.crflow',
    text: `crflow 1
workflow a {
  application { run = "./a" }
  checkpoint { ${engine} lead = 2min }
  schedule { time = 2h total = 1d }
}
`,
  });
  return flows[0]?.script.text ?? expect.fail('it does not compile');
};
const scripts = [
  ['dmtcp', text('interval = 10min')],
  ['own', text('engine = own interval = 10min files = ["a.chk"] ask_signal = TERM done_files = ["end"]')],
  ['none', text('engine = none')],
] as const;
const runtimeOf = (script: string) => script.slice(script.lastIndexOf("\n# === crflow's runtime "));

test('the forecast counts with the numbers of the job', () => {
  const folder = join(import.meta.dirname, '../../targets/job/runtime');
  const settings = readFileSync(join(folder, 'settings.sh'), 'utf8');
  expect(settings).toContain(`CRFLOW_MARGIN:=${MARGIN}}`);
  expect(settings).toContain(`CRFLOW_PATIENCE:=${PATIENCE}}`);
});

// `set -u`: a setting that nothing sets would end the job where it is first read.
test.each(scripts)('with %s, each setting is set once, before it is read', (_, script) => {
  const set = [...script.matchAll(/^: "\$\{CRFLOW_([A-Z_]+):=/gm)].map(([, name]) => name);
  expect(new Set(set).size).toBe(set.length);
  const checked = /^ {2}numbers=\(([A-Z_\s]+)/m.exec(script)?.[1]?.split(/\s+/).filter(Boolean) ?? [];
  const ofEngine = /^engine_numbers=\(([A-Z_ ]*)/m.exec(script)?.[1]?.split(' ').filter(Boolean) ?? [];
  expect(checked.length).toBeGreaterThan(10);
  expect([...checked, ...ofEngine, 'TICK'].filter((name) => !set.includes(name))).toEqual([]);
});

test('what no flow changes is not in the part of the flow', () => {
  for (const [, script] of scripts) {
    const first = script.slice(0, script.length - runtimeOf(script).length);
    expect(first).toContain('CRFLOW_TOTAL:=');
    expect(first).not.toMatch(/CRFLOW_(TICK|HEARTBEAT|SUSPECT|QUIET|REPORT)/);
    expect(first.split('\n').length).toBeLessThan(150);
  }
});
