import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from '../support/compile.ts';

/** What scientists write, and what works under DMTCP: nothing is to be said of it. */
const folder = join(import.meta.dirname, 'run-blocks');
const blocks = readdirSync(folder);

const flow = (run: string, application = '') => `crflow 1
workflow w {
  application { ${application} run = """
${run.replaceAll('{{', '\\{{')}""" }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;

describe('ordinary texts of run have no findings', () => {
  test('there are at least forty', () => {
    expect(blocks.length).toBeGreaterThanOrEqual(40);
  });

  test.each(blocks)('%s', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    const { diagnostics } = compile({ name, text: flow(text) });
    expect(diagnostics.map(({ code, title }) => `${code} ${title}`)).toEqual([]);
  });
});
