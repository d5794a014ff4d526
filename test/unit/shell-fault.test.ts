import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { notAwaited } from '../../src/shell/background.ts';
import { faultOf } from '../../src/shell/fault.ts';
import { departures } from '../../src/shell/folder.ts';
import { readShell } from '../../src/shell/read.ts';
import { compile } from '../support/compile.ts';

const folder = join(import.meta.dirname, 'run-blocks');
const blocks = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
const seed = Number(process.env['CRFLOW_SEED'] ?? 1);

const fault = (text: string) => faultOf(text, readShell(text).script);

describe('what bash cannot read', () => {
  // The place is between « and ».
  test.each<[string, string]>([
    ['«if» a; then\n b\n', 'unclosed'],
    ['if a; then b; fi\n«if» c; then d\n', 'unclosed'],
    ['«if» a; then if b; then c; fi', 'unclosed'],
    ['for i in 1; do\n «if» a; then b\ndone\n', 'unclosed'],
    ['«until» a; do while b; do c; done', 'unclosed'],
    ['«case» x in a) b;;', 'unclosed'],
    ['f() «{» a', 'unclosed'],
    ['«(» a; b', 'unclosed'],
    ['a «"»b\nc', 'unclosed'],
    ["a «'»b\nc", 'unclosed'],
    ['a «$(»b', 'unclosed'],
    ['a «${»b', 'unclosed'],
    ['a «$((»1 +', 'unclosed'],
    ['a «<(»b', 'unclosed'],
    ['a=«(»1 2', 'unclosed'],
    ['«[[» a == b', 'unclosed'],
    ['x=$(«if» a; then b)', 'unclosed'],
    ['while a; do b; «fi»', 'unexpected'],
    ['a; «done»', 'unexpected'],
    ['a «;;» b', 'unexpected'],
    ['a & «&» b', 'unexpected'],
    ['a «)»', 'unexpected'],
    ['a «&&»', 'incomplete'],
    ['a «|» | b', 'incomplete'],
    ['if a; «then» fi', 'incomplete'],
    ['a «>»', 'incomplete'],
    ['x=$(grep case a.log)\n«if» b; then c\n', 'unclosed'],
  ])('%j: %s', (marked, kind) => {
    const text = marked.replaceAll(/[«»]/g, '');
    const found = fault(text);
    expect(found?.kind).toBe(kind);
    expect([found?.start, found?.end]).toEqual([marked.indexOf('«'), marked.indexOf('»') - 1]);
  });

  test.each([
    'a `if b`',
    'cat <<EOF\n$( if b )\nEOF',
    'x=$(grep case a.log)',
    'x=$(basename do case .in)',
    'a $((b - c) ! ) d',
    'x=$(ls -d case; case $1 in a) echo case;; esac)',
    'for ((i = 1; i <= 10; i++)do); do\n n=n + (1 << i)))\ndone\n',
    'shopt -s extglob\na @(b|c)',
    'cat <<EOF\nx',
    'case x in (a) b;; esac',
    'a <<<"b" <(c)',
    'f() ( a )',
    'for ((;;)) { a; }',
    '',
    '# if',
  ])('but not %j', (text) => {
    expect(fault(text)).toBeUndefined();
  });
});

const pieces =
  'if fi then elif else done do case\\sx\\sin esac " \' ` $( ) ( ) { } (( )) <<EOF\\n <<< | |& & && || ; ;; \\\\ # ${ [[ ]] $ =( for\\si\\sin while until ! <( >( \\n EOF\\n cd .. / pushd popd trap USR1 EXIT wait srun >/dev/stderr /dev/stdin bash\\s-c eval timeout\\s2h exec function\\sf coproc select time +(a|b) a[1]= 2>&1 &>x {1..3} ~ * é 😀 \\t $SLURM_JOB_ID scontrol\\srequeue tmux\\snew\\s-d --device\\scuda'
    .split(' ')
    .map((one) =>
      one.replaceAll('\\n', '\n').replaceAll('\\s', ' ').replaceAll('\\t', '\t').replaceAll('\\\\', '\\'),
    );
const piece = fc.constantFrom(...pieces);
const mutated = fc
  .tuple(
    fc.constantFrom(...blocks),
    fc.array(fc.tuple(fc.nat(5000), fc.nat(6), piece), { minLength: 1, maxLength: 4 }),
  )
  .map(([block, changes]) =>
    changes.reduce((text, [at, gone, put]) => {
      const place = at % (text.length + 1);
      return `${text.slice(0, place)}${put}${text.slice(place + gone)}`;
    }, block),
  );
const shell = fc.oneof(
  mutated,
  fc.array(piece, { maxLength: 40 }).map((all) => all.join(' ')),
  fc.array(piece, { maxLength: 30 }).map((all) => all.join('')),
);

describe('any text', () => {
  // 20,000 with CRFLOW_FUZZ=20000.
  const numRuns = Number(process.env['CRFLOW_FUZZ'] ?? 3000);

  test('is read, whatever is in it, and all places are in it', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(shell, (text) => {
        const read = readShell(text);
        const places = [
          ...read.commands,
          ...read.substitutions,
          ...read.devices,
          ...read.assignments,
          ...read.backgrounds,
          ...read.unclosed,
          ...departures(read.script, undefined, new Map()),
          ...[notAwaited(read), faultOf(text, read.script)].filter((one) => one !== undefined),
        ];
        for (const { start, end } of places) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end).toBeLessThanOrEqual(text.length);
        }
      }),
      { numRuns, seed },
    );
  });

  test('compiles, or has findings', { timeout: 300_000 }, () => {
    fc.assert(
      fc.property(shell, (text) => {
        const run = text.replaceAll('{{', '{ {').replaceAll('"""', '""').replaceAll('\t', ' ');
        const flow = `crflow 1\nworkflow w {\n  application { run = """\n${run}\n"""  memory = 1GiB }\n  checkpoint { interval = 10min  lead = 2min }\n  schedule { time = 2h  total = 1d }\n}\n`;
        const { flows, diagnostics } = compile({ name: 'w.crflow', text: flow });
        expect(flows.length > 0 || diagnostics.length > 0).toBe(true);
      }),
      { numRuns: Math.min(numRuns, 300), seed },
    );
  });

  const bash = spawnSync('bash', ['-c', 'echo "$BASH_VERSION"'], { encoding: 'utf8' }).stdout ?? '';
  // From 5.2 on bash reads `$(…)` when it reads the text.
  test.skipIf(!/^5\.[2-9]/.test(bash))(
    'that bash -n reads is never called unreadable',
    { timeout: 300_000 },
    () => {
      fc.assert(
        fc.property(mutated, (text) => {
          if (fault(text) === undefined) return;
          const { status, stderr } = spawnSync('bash', ['-O', 'extglob', '-n'], {
            input: text,
            encoding: 'utf8',
          });
          // It says so of `[[`, and ends with 0 all the same.
          const isRead = status === 0 && stderr.replaceAll(/^.*warning:.*$/gm, '').trim() === '';
          expect(isRead, text).toBe(false);
        }),
        { numRuns: Number(process.env['CRFLOW_FUZZ'] ?? 150), seed },
      );
    },
  );

  // No time is asserted: what is quadratic, or recursive, does not come through here.
  test.each([
    '"\\" \' ( ',
    'a <<A\n',
    'if a; then\n',
    'cd a && x; ',
    './x & ',
    'a <(b) ',
    "trap 'a' USR1 TERM\n",
    '`a \\`',
    '{ a; ',
    'f() { cd a; }; f; ',
    'a && ',
    'env timeout 5 nice ',
    'x | tee /dev/stderr | y /dev/stdin\n',
  ])('of 100,000 characters of %j is read at once', { timeout: 120_000 }, (unit) => {
    const text = unit.repeat(Math.ceil(100_000 / unit.length));
    const read = readShell(text);
    notAwaited(read);
    faultOf(text, read.script);
    departures(read.script, undefined, new Map());
    expect(read.text).toHaveLength(text.length);
  });
});
