import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { targets } from '../support/targets.ts';

const examples = join(import.meta.dirname, '../../examples');
const scripts = readdirSync(examples).filter((name) => name.endsWith('.sbatch'));
const script = readFileSync(join(examples, 'melt.sbatch'), 'utf8');
const { genuine, runtimeStart, runtimeVersion } = targets;

/** What the line in the script says: sed '1,/^# sha256 /d' FILE | sha256sum. */
const sumOf = (text: string) =>
  createHash('sha256')
    .update(text.replace(/^[\s\S]*?^# sha256 .*\n/m, ''))
    .digest('hex');
/** With a checksum that is right again, as somebody would do who wants to deceive. */
const resealed = (text: string) => text.replace(/^# sha256 .*$/m, () => `# sha256 ${sumOf(text)}`);

describe('the runtime in a script', () => {
  test.each(scripts)('%s: is what crc writes, and its checksum is what people can compute', (name) => {
    const text = readFileSync(join(examples, name), 'utf8');
    expect(genuine(text)).toEqual({ kind: 'genuine', version: runtimeVersion });
    expect(text).toContain(`\n# sha256 ${sumOf(text)}\n`);
  });

  test('is the same in scripts that need the same', () => {
    const [melt = '', water = ''] = ['melt', 'water'].map((name) => {
      const text = readFileSync(join(examples, `${name}.sbatch`), 'utf8');
      return text.slice(runtimeStart(text));
    });
    expect(melt).toBe(water);
  });

  test('what is above it is not its business', () => {
    expect(genuine(script.replace('CRFLOW_INTERVAL:=600', 'CRFLOW_INTERVAL:=60'))).toMatchObject({
      kind: 'genuine',
    });
  });

  test('begins behind a `run` that says what its first line says', () => {
    const line = "# === crflow's runtime 6: mine ===";
    expect(genuine(script.replace('run_block() {', `run_block() {\n${line}`))).toMatchObject({
      kind: 'genuine',
    });
  });

  const generations = 'Generations: complete checkpoints, sealed';
  const cut = (from: string, to: string) => {
    const start = script.indexOf(`\n# --- ${from}`);
    return script.slice(0, start) + script.slice(script.indexOf(`\n# --- ${to}`, start));
  };
  test.each<[string, string, string[]]>([
    ['a word', script.replace("say 'the application was lost; restoring it'", 'exit 0'), ['The outer half']],
    ['two words', script.replaceAll('is_count()', 'is_number()').replace('journal hangs', 'x'), ['Helpers']],
    ['a blank at its end', `${script} `, ['Which part']],
    ['a line before its first part', script.replace(/^(# sha256 .*\n)/m, '$1exit 0\n'), []],
    ['a part less', cut(generations, 'The machine that'), []],
    ['a part of another name', script.replace(generations, 'Mine'), ['Mine']],
  ])('%s that was changed is found, also behind a new checksum', (_, text, parts) => {
    expect(text).not.toBe(script);
    for (const one of [text, resealed(text)]) {
      const said = genuine(one);
      expect(said).toMatchObject({ kind: 'changed', version: runtimeVersion });
      if (said.kind === 'changed')
        expect(said.parts.map((part) => parts.find((title) => part.startsWith(title)) ?? part)).toEqual(
          parts,
        );
    }
  });

  test('of another version: its own checksum is all that can be said', () => {
    const older = resealed(script.replace(/(crflow's runtime )\d+/, '$11'));
    expect(genuine(older)).toEqual({ kind: 'other', version: 1 });
    expect(genuine(older.replace('exit 75', 'exit 0'))).toMatchObject({ kind: 'changed', version: 1 });
  });

  test.each([
    '',
    '#!/bin/bash\necho hello\n',
    "# === crflow's runtime 5\n",
  ])('a file without one: %j', (text) => {
    expect(genuine(text)).toMatchObject({ kind: 'none' });
  });
});
