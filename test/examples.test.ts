import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compile } from './support/compile.ts';
import { crc } from './support/crc.ts';

// The examples are committed with what they compile to, as users do; so a change of the output shows in a review.
const folder = join(import.meta.dirname, '../examples');
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const flows = readdirSync(folder).filter((name) => name.endsWith('.crflow'));

describe.each(flows)('examples/%s', (name) => {
  test('compiles without findings', () => {
    expect(compile({ name, text: read(name) }).diagnostics).toEqual([]);
  });

  test('is committed with its output as it is now (else: npx crc compile examples/*.crflow)', () => {
    const { status, stdout } = crc(['compile', '--no-verify', '--stdout', name], { cwd: folder });
    expect(status).toBe(0);
    const scripts = compile({ name, text: read(name) }).flows.map(({ script }) => script.name);
    expect(stdout).toBe(scripts.map(read).join(''));
  });
});
