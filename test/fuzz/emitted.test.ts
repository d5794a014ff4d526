import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toJson } from '../../src/diagnostics/json.ts';
import { lintDockerfile } from '../../src/host/dockerfile.ts';
import { compile, type Flow } from '../support/compile.ts';
import { runs } from '../support/fuzz.ts';
import { hostileFlow } from '../support/hostile-flow.ts';
import { renderAll } from '../support/render.ts';

// Whatever a flow says: findings in words, or files that bash and the builders read, with not a line in them that a value wrote.

const schema = new Ajv({ strict: false }).compile(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../specs/diagnostics.schema.json'), 'utf8')),
);

test('flows of the vocabulary with hostile values', () => {
  const folder = mkdtempSync(join(tmpdir(), 'crflow-fuzz-'));
  const count = { flows: 0, written: 0, images: 0, definitions: 0 };
  const codes = new Set<string>();
  try {
    fc.assert(
      fc.property(hostileFlow, (text) => {
        count.flows += 1;
        const source = { name: 'w.crflow', text };
        const { flows, diagnostics } = compile(source);
        for (const { code } of diagnostics) codes.add(code);
        told(source, diagnostics);
        const errors = diagnostics.filter(({ severity }) => severity === 'error');
        // What the checker lets through every emitter takes: CRF500 is for a build that is too long, and none is here.
        expect(
          errors.map(({ code, title }) => `${code} ${title}`).filter((one) => one.startsWith('CRF500')),
        ).toEqual([]);
        expect(flows.length).toBe(errors.length > 0 ? 0 : 1);
        for (const flow of flows) {
          count.written += 1;
          if (flow.imageFiles.length > 0) count.images += 1;
          if (flow.imageFiles.some(({ name }) => name.endsWith('.def'))) count.definitions += 1;
          wellFormed(flow, folder);
        }
      }),
      { ...runs(700), endOnFailure: process.env['CRFLOW_FUZZ_SECONDS'] !== undefined },
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (process.env['CRFLOW_FUZZ_SECONDS']) console.log(JSON.stringify({ ...count, codes: codes.size }));
  }
  expect(count.written, 'flows that were not refused').toBeGreaterThan(count.flows / 5);
  expect(count.images, 'with an image').toBeGreaterThan(count.flows / 20);
  expect(count.definitions, 'with a definition').toBeGreaterThan(0);
});

/** The findings, as people and programs are told them. */
function told(
  source: { name: string; text: string },
  diagnostics: ReturnType<typeof compile>['diagnostics'],
): void {
  const shown = renderAll(diagnostics, source);
  expect(shown).not.toMatch(/[^\P{Cc}\n]|undefined|\[object/u);
  const json = { format: 1, diagnostics: diagnostics.map((one) => toJson(one, source)), outputs: [] };
  expect(schema(json), JSON.stringify(schema.errors)).toBe(true);
}

/** As bash and the builders see it. */
function wellFormed({ plan, script, imageFiles }: Flow, folder: string): void {
  const scripts = [script, ...imageFiles.filter(({ name }) => name.endsWith('.sh'))];
  const paths = scripts.map(({ name, text }) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
  for (const path of paths) {
    const { status, stderr } = spawnSync('bash', ['-n', path], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  }
  // All #SBATCH lines stand at the head, an option each.
  const lines = script.text.split('\n');
  const head = lines.slice(
    1,
    lines.findIndex((line, i) => i > 0 && !line.startsWith('#SBATCH ')),
  );
  const options = head.map((line) => /^#SBATCH --([a-z-]+)(?:=[^\s"'\\#]+)?$/.exec(line)?.[1]);
  expect(options).not.toContain(undefined);
  expect(new Set(options).size).toBe(options.length);
  // `run` stands in it to the letter.
  expect(script.text).toContain(`'\n${plan.run.text}RUN`);
  for (const { name, text } of imageFiles) {
    if (name.endsWith('.Dockerfile')) {
      expect(lintDockerfile(text).filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(verbsOf(text, /^([A-Z]+) /)).toEqual(
        new Set(
          ['FROM', 'RUN', 'COPY', 'ARG', 'ENV', 'LABEL', 'USER'].filter((verb) =>
            text.includes(`\n${verb} `),
          ),
        ),
      );
    }
    if (name.endsWith('.def')) {
      const sections = text.split('\n').filter((line) => /^\s*%/.test(line));
      for (const line of sections)
        expect(line).toMatch(/^%(?:post|test|labels|environment|files(?: from [a-z]+)?)$/);
      expect(text).not.toContain('{{');
    }
  }
}

/** Words that begin a line of a Dockerfile, lines that go on from the one before left out. */
function verbsOf(text: string, pattern: RegExp): Set<string> {
  const found = new Set<string>();
  let goesOn = false;
  for (const line of text.split('\n')) {
    const verb =
      goesOn || line.startsWith('#') || line === '' ? undefined : (pattern.exec(line)?.[1] ?? line);
    if (verb !== undefined) found.add(verb);
    goesOn = line.endsWith('\\') || (goesOn && line.startsWith('#'));
  }
  return found;
}
