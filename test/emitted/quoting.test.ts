import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../support/compile.ts';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { exportedFunction, quoted, runAttempt } from '../support/emitted.ts';

// Every string of a flow, as hostile as may be, through the compiler, the script, bash and DMTCP, and back.
// "Byte for byte, or refused" (promise 10): so a flow that compiles must deliver.

const pieces = [
  "'",
  '"',
  '\\',
  '$',
  '`',
  '$(touch pwned)',
  '`touch pwned`',
  '${IFS}',
  '$HOME',
  ';',
  '&',
  '|',
  '>',
  '<',
  '*',
  '?',
  '[a]',
  '{a,b}',
  '~',
  '#',
  '!',
  '!!',
  '%s',
  '%',
  '=',
  '-',
  '--',
  '-n',
  '-e',
  ' ',
  '  ',
  '\t',
  '\n',
  '\r',
  '\u0001',
  '\u007f',
  '\u00e9',
  'e\u0301',
  '\u{1F600}',
  '\u202e',
  '\u2028',
  '{{',
  '}}',
  '{{#if}}',
  'RUN',
  'EOF',
  "'\\''",
  '\\n',
  'a',
  'Z',
  '0',
  '.',
  '..',
  '/',
  'x y',
  '@',
  '+',
  ',',
  ':',
  '^',
  '(',
  ')',
  "$'\\n'",
  '/live/',
  '.dmtcp',
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme', maxLength: 4 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''));
/** A name in a folder: no separators, and not one of the two names that mean something else. */
const hostileName = hostile
  .map((text) => text.replaceAll('/', '_'))
  // A path knows no commands, so a backquote in it is refused; one round in a while may be, not most of them.
  .map((name) => name.replaceAll('`', "'"))
  .filter((name) => Buffer.byteLength(name) < 100 && name !== '.' && name !== '..' && name.trim() !== '');
const hostileModule = hostile.map((name) => name.replaceAll(/\s/g, '_').replace(/^-+/, 'm'));

const dump = `
env -0 >environment
printf '%s' "$PWD" >where
printf 'said\\n'
exit 3
`;

const rounds = Number(process.env['CRFLOW_ROUNDS'] ?? 20);

describe.each(dmtcpImplementations)('hostile strings, with $name', (dmtcp) => {
  test(`reach their program byte for byte, or are refused (${rounds} rounds)`, () => {
    const fields = fc.record({
      workdir: hostileName,
      output: hostileName,
      state: hostileName,
      value: hostile,
      module: hostileModule,
      comment: hostile,
    });
    let delivered = 0;
    fc.assert(
      fc.property(fields, ({ workdir, output, state, value, module, comment }) => {
        const text = `crflow 1
workflow hostile {
  application {
    run = """${dump}${inert(comment)}"""
    workdir = ${quoted(workdir)}
    output = ${quoted(output)}
  }
  environment { load = [${quoted(module)}]   set { VALUE = ${quoted(value)} } }
  checkpoint { interval = 10min lead = 2min state = ${quoted(state)} }
  schedule { time = 10min total = 1h }
}
`;
        const { flows, diagnostics } = compile({ name: 'hostile.crflow', text });
        const errors = diagnostics.filter(({ severity }) => severity === 'error');
        if (errors.length > 0) {
          // Refused: then for what a value holds, and not because crc misread the file.
          expect(errors.map(({ code }) => code).join(' ')).toMatch(/^(CRF(2\d\d|007) ?)+$/);
          return;
        }
        delivered += 1;
        const folder = mkdtempSync(join(tmpdir(), 'crflow quoting '));
        try {
          mkdirSync(join(folder, workdir));
          const script = join(folder, 'hostile.sbatch');
          writeFileSync(script, flows[0]?.script.text ?? '');
          const { status, log } = runAttempt(
            script,
            folder,
            dmtcp,
            exportedFunction('module', 'printf \'%s\\0\' "$@" >>"$SLURM_SUBMIT_DIR/modules"'),
          );
          expect(status, log).toBe(3);
          const inside = join(folder, workdir);
          expect(readFileSync(join(inside, 'where'), 'utf8')).toBe(inside);
          expect(readFileSync(join(inside, output), 'utf8')).toBe('said\n');
          expect(readFileSync(join(inside, 'environment'), 'utf8').split('\0')).toContain(`VALUE=${value}`);
          expect(readFileSync(join(folder, 'modules'), 'utf8')).toBe(`load\0${module}\0`);
          expect(readFileSync(join(folder, state, 'hostile/4711/run.sh'), 'utf8')).toBe(
            flows[0]?.plan.run.text,
          );
          expect(readdirSync(folder).sort()).toEqual(
            [...new Set(['.bin', '.spool', 'hostile.sbatch', 'modules', state, workdir])].sort(),
          );
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      }),
      { numRuns: rounds, endOnFailure: true },
    );
    expect(delivered, 'rounds that were not refused').toBeGreaterThan(rounds / 4);
  });
});

/** Any text as lines that bash will never reach, in a `"""` block. */
const inert = (text: string) => `# ${text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, ' ').replaceAll('"""', '')}\n`;
