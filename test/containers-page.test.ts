import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RUNTIMES } from '../src/model/container.ts';
import { runtimeOf } from '../targets/runtimes/index.ts';
import { compile } from './support/compile.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/containers.md'), 'utf8');
const [flow = ''] = [...page.matchAll(/```crflow\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

describe('docs/containers.md', () => {
  test('its flow compiles, to the files that it names', () => {
    const { flows, diagnostics } = compile({ name: 'solve.crflow', text: flow });
    expect(diagnostics).toEqual([]);
    const files = flows[0]?.imageFiles.map(({ name }) => name) ?? [];
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) expect(page).toContain(`\`${file}\``);
  });

  test.each(RUNTIMES)('tells where the image of %s goes, and has it compile', (name) => {
    const { label } = runtimeOf(name);
    const rows = [...page.matchAll(/^\| ([\w-]+) +\| `("[^`]+")`/gm)].filter(
      ([, runtime]) => runtime === label,
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const [, , image = ''] of rows) {
      const text = flow
        .replace(/runtime = \S+/, `runtime = ${name}`)
        .replace(/image {3}= "[^"]*"/, `image = ${image}`);
      expect(text).toContain(image);
      expect(compile({ name: 'solve.crflow', text }).diagnostics).toEqual([]);
    }
  });
});
