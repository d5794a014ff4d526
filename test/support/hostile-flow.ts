import fc from 'fast-check';
import { shellVariables } from '../../src/check/shell-variables.ts';
import { clauses } from '../../src/language/clauses.ts';
import { OPTIONS } from '../../src/language/sbatch.ts';
import {
  BLOCKS,
  type BlockName,
  type BlockSpec,
  type KeySpec,
  vocabulary,
} from '../../src/language/vocabulary/index.ts';
import type { EngineName } from '../../src/language/words.ts';

/**
 * Flows made of the vocabulary: each key and clause with its example, or with a value that a hostile piece was put into. A new
 * key is in here the moment that it is in the vocabulary.
 */

const PIECES = [
  ...[
    '\\n',
    '\\t',
    '\\"',
    '\\\\',
    '\\$',
    '\r',
    '\u001b[31m',
    '\u0085',
    '\u2028',
    '\u202e',
    '\ufeff',
    'é',
    '\u{1F600}',
  ],
  ..."'`$(){}[]<>*?!#;&|~^=+:,.@%/- ".split(''),
  ...[
    '$(touch pwned)',
    '`touch pwned`',
    '${IFS}',
    '$HOME',
    '$SCRATCH',
    '$RANDOM',
    '{a,b}',
    '[1-2]',
    '..',
    '../',
    '//',
    '/*',
    '*/',
  ],
  ...[
    '{{',
    '}}',
    '{{threads}}',
    '{{title}}',
    '{{#if}}',
    '\\{{',
    '%post',
    '%%',
    '%j',
    '%appinstall',
    '--',
    '--chown',
    '-o',
    '-',
  ],
  ...[
    'RUN',
    'EOF',
    '<<EOF',
    '# escape=`',
    '#SBATCH --wrap=x',
    'sha256:',
    '@',
    'localhost/',
    'Registry.io/',
    'A',
    '0',
    '99999999999',
    '-1',
    '',
  ],
];
const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 3 }).map(escaped) },
);

/** As it stands between quotes, one line. */
function escaped(text: string): string {
  return text.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\0', '');
}

/** A text with a hostile piece in it, in place of some of it, or before it; now and then nothing but pieces. */
const mutated = (text: string) =>
  fc.oneof(
    {
      weight: 5,
      arbitrary: fc.tuple(piece, fc.nat(), fc.nat(3)).map(([one, at, length]) => {
        const from = at % (text.length + 1);
        return text.slice(0, from) + one + text.slice(from + length);
      }),
    },
    { weight: 1, arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }).map((all) => all.join('')) },
    { weight: 1, arbitrary: piece.map((one) => one + text) },
  );

/** Values as a flow writes them. */
const ANYTHING = fc.oneof(
  fc.constantFrom(
    'yes',
    'no',
    'auto',
    'title',
    'n',
    'unlimited',
    '0',
    '1',
    '8',
    '2h',
    '30min',
    '1d',
    '00:10:00',
    '4GiB',
    '0.5',
    'n * 2',
    'd + 1h',
    '[]',
    '[a]',
    '"a"',
    '""',
  ),
  mutated('value').map((text) => `"${text}"`),
  fc
    .array(
      mutated('item').map((text) => `"${text}"`),
      { maxLength: 3 },
    )
    .map((items) => `[${items.join(', ')}]`),
  fc
    .integer({ min: 0, max: 1_000_000 })
    .chain((n) =>
      fc.constantFrom('', 's', 'min', 'h', 'd', 'KiB', 'MiB', 'GiB', 'TiB').map((unit) => `${n}${unit}`),
    ),
);

/** Another example where the one of the reference is only a picture. */
const REAL: Readonly<Record<string, string>> = {
  '1c2d…': '1c2d5f0a1c2d5f0a1c2d5f0a1c2d5f0a1c2d5f0a',
  '9f86…': '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
};
const whole = (text: string) => text.replaceAll(/1c2d…|9f86…/g, (found) => REAL[found] ?? found);

/** The example with a hostile piece in each of its strings, each with some odds; or with another choice. */
function valueFor({ example, choices }: KeySpec, isHostile: boolean): fc.Arbitrary<string> {
  const texts = [...example.matchAll(/"([^"]*)"/g)].map(([, text = '']) => text);
  const choice = choices === undefined ? fc.constant(example) : fc.constantFrom(...choices);
  if (!isHostile) return choice;
  if (texts.length === 0)
    return fc.oneof({ weight: 2, arbitrary: choice }, { weight: 1, arbitrary: ANYTHING });
  return fc.oneof({ weight: 6, arbitrary: inStrings(example) }, { weight: 1, arbitrary: ANYTHING });
}

/** Text with each of its strings mutated. */
const inStrings = (text: string): fc.Arbitrary<string> => {
  const parts = text.split(/("[^"]*")/);
  return fc
    .tuple(
      ...parts.map((part) =>
        part.startsWith('"') ? mutated(part.slice(1, -1)).map((one) => `"${one}"`) : fc.constant(part),
      ),
    )
    .map((all) => all.join(''));
};

const entriesOf = (
  name: BlockName,
  engine: EngineName,
  isHostile: fc.Arbitrary<boolean>,
): fc.Arbitrary<string> => {
  const spec: BlockSpec = vocabulary[name];
  const known = Object.entries<KeySpec>(spec.keys).filter(([, one]) => one.engines?.includes(engine) ?? true);
  const keys = known.map(([key, one]) =>
    fc
      .tuple(
        one.required || one.requiredBy?.includes(engine) || key === 'done_files'
          ? fc.constant(true)
          : fc.boolean(),
        isHostile,
      )
      .chain(([isThere, hostile]) =>
        key === 'engine'
          ? fc.constant(`    engine = ${engine}\n`)
          : isThere
            ? valueFor(one, hostile).map((value) => `    ${key} = ${value}\n`)
            : fc.constant(''),
      ),
  );
  const own = (spec.clauses ?? []).map((verb) =>
    fc.tuple(fc.nat(2), isHostile).chain(([count, hostile]) => {
      const example = whole(clauses[verb].example);
      const one = hostile ? inStrings(example) : fc.constant(example);
      return fc
        .array(one, { minLength: count, maxLength: count })
        .map((all) =>
          all
            .map((text, n) => `    ${n === 0 ? text : text.replace(/"([^"]*)"(?=[^"]*$)/, `"$1${n}"`)}\n`)
            .join(''),
        );
    }),
  );
  return fc.tuple(...keys, ...own).map((all) => all.join(''));
};

const NAMES = fc.oneof(
  fc.constantFrom(
    ...shellVariables,
    'OMP_NUM_THREADS',
    'x',
    'name',
    'run',
    'PATH',
    'LD_PRELOAD',
    'CRFLOW_X',
    'DMTCP_GZIP',
    'keep',
    'A-b',
    'BASH_FUNC_a',
  ),
  mutated('NAME'),
);
const set = fc
  .array(fc.tuple(NAMES, mutated('close')), { maxLength: 3 })
  .map((all) => all.map(([name, value]) => `      ${name} = "${value}"\n`).join(''));
const slurm = fc
  .array(
    fc.tuple(
      fc.constantFrom(...OPTIONS.keys()),
      fc.oneof(
        fc.constantFrom('yes', 'no', '3'),
        mutated('cfs').map((one) => `"${one}"`),
      ),
    ),
    { maxLength: 3 },
  )
  .map((all) => all.map(([name, value]) => `      ${name.replaceAll('-', '_')} = ${value}\n`).join(''));

/** What makes a kind of image fit its runtime, so that most flows get so far as to be written. */
const containers: readonly { readonly runtime: string; readonly image: string }[] = [
  { runtime: 'podman', image: 'localhost/solve:1' },
  { runtime: 'podman-hpc', image: 'localhost/solve:1' },
  { runtime: 'shifter', image: 'registry.example.org/lab/solve:1.2' },
  { runtime: 'apptainer', image: './solve.sif' },
  { runtime: 'apptainer', image: '$SCRATCH/solve.sif' },
  { runtime: 'charliecloud', image: './solve.sqfs' },
  { runtime: 'charliecloud', image: 'lab/solve:1' },
];

const workflow = fc
  .record({
    odds: fc.constantFrom(15, 40, 120),
    blocks: fc.record({ environment: fc.boolean(), container: fc.boolean(), image: fc.boolean() }),
    kind: fc.constantFrom(...containers),
    lets: fc.oneof(
      { weight: 9, arbitrary: fc.constant<[string, string][]>([]) },
      { weight: 1, arbitrary: fc.array(fc.tuple(NAMES, mutated('text')), { maxLength: 2 }) },
    ),
    engine: fc.constantFrom<EngineName>('dmtcp', 'dmtcp', 'own', 'none'),
    name: fc.oneof({ weight: 9, arbitrary: fc.constant('w') }, { weight: 1, arbitrary: mutated('w') }),
  })
  .chain(({ odds, blocks, kind, lets, engine, name }) => {
    const isHostile = fc.oneof(
      { weight: 1000 - odds, arbitrary: fc.constant(false) },
      { weight: odds, arbitrary: fc.constant(true) },
    );
    const inside = (block: BlockName) =>
      entriesOf(block, engine, isHostile).chain((entries) => {
        if (block === 'environment')
          return fc
            .tuple(isHostile, set)
            .map(([one, more]) => entries + (one ? `    set {\n${more}    }\n` : ''));
        if (block === 'schedule')
          return fc
            .tuple(isHostile, slurm)
            .map(([one, more]) => entries + (one ? `    slurm {\n${more}    }\n` : ''));
        return fc.constant(entries);
      });
    const isThere = (block: BlockName) =>
      block !== 'environment' && block !== 'container' && block !== 'image'
        ? true
        : block === 'image'
          ? blocks.image && blocks.container
          : blocks[block];
    return fc
      .tuple(...BLOCKS.map((block) => (isThere(block) ? inside(block) : fc.constant(undefined))))
      .map((all) => {
        const text = all
          .flatMap((entries, i) => (entries === undefined ? [] : [`  ${BLOCKS[i]} {\n${entries}  }\n`]))
          .join('');
        const { runtime, image } = kind;
        // What was not made hostile is made to fit the rest.
        const without = (key: string) => new RegExp(`^ {4}${key} = .*\\n`, 'm');
        const has = (key: string) => without(key).test(text);
        const hasModules = runtime === 'shifter' || runtime === 'podman-hpc';
        const dropped = [
          ...(has('dmtcp_archive') && has('dmtcp_sha256') ? [] : ['dmtcp_archive', 'dmtcp_sha256']),
          ...(has('build') ? [] : ['build_packages', 'results']),
          ...(hasModules ? [] : ['modules']),
          ...(runtime === 'charliecloud' || runtime === 'shifter' ? ['options'] : []),
          'time_min',
          ...(has('gpus') ? ['gpus_per_task'] : []),
          // One way to ask, and nothing about what is not there.
          ...(has('ask_signal') ? ['ask_file', 'ask_command'] : has('ask_file') ? ['ask_command'] : []),
          ...(has('ask_file') && !has('ask_signal') ? [] : ['ask_text']),
          ...(has('ask_signal') || has('ask_file') || has('ask_command') ? [] : ['answer', 'answer_within']),
          ...(has('done_text') ? [] : ['done_in']),
        ];
        const fit = dropped
          .reduce((now, key) => now.replace(without(key), ''), text)
          .replace(
            /^ {4}runtime = (?:shifter|podman-hpc|apptainer|podman|charliecloud)$/m,
            `    runtime = ${runtime}`,
          )
          .replace('    image = "registry.example.org/lab/solve:1.2"', () => `    image = "${image}"`);
        return `workflow ${name} {\n${lets.map(([one, value]) => `  let ${one} = "${value}"\n`).join('')}${fit}}\n`;
      });
  });

/** A whole flow, one line in a key: most of them with an error in them, a part of them fit to be written. */
export const hostileFlow: fc.Arbitrary<string> = fc
  .tuple(workflow, mutated('text'), fc.boolean())
  .map(
    ([one, text, isUsed]) =>
      `crflow 1\nparam title: String = "${text}"\nparam n: Int = 3\nlet d = 2h\n${isUsed ? one.replace('./solve input.dat', './solve \\"$title\\" {{n}}') : one}`,
  );
