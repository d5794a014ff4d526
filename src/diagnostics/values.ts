import { defineDiagnostics, error, warning } from './define.ts';
import { isPlainText, rename, replace, rewrite, sure } from './fix.ts';
import { codePoint, listing, plural, quote, someOf } from './words.ts';

const ticks = (names: readonly string[]) => names.map((name) => `\`${name}\``);

/** CRF201 to CRF249: values of keys, other than durations and sizes (those are in units.ts). */
export const values = defineDiagnostics(201, 249, {
  wrongType: error<{
    key: string;
    expected: string;
    found: string;
    fix: string;
    /** A word that would be the name of a `param` or `let`, if there were one. */
    undeclared?: string | undefined;
    /** Names that there are, and that would fit. */
    names?: readonly string[] | undefined;
    /** What is written, and what to write instead. */
    write?: { readonly read: string; readonly text: string; readonly certain: boolean } | undefined;
  }>()('CRF201', 'A value of the wrong type', {
    title: ({ key, expected, found, undeclared }) =>
      `${quote(key)} takes ${expected}${undeclared === undefined ? `, not ${found}` : `; no name ${quote(undeclared)} is declared`}`,
    help: ({ fix, names = [] }) => [
      fix,
      ...(names.length === 0 ? [] : [`or a name that is declared: ${someOf(ticks(names))}`]),
    ],
    fixes: ({ key, write }, here) =>
      write === undefined || here.written !== write.read
        ? []
        : [
            {
              title: `write \`${key} = ${write.text}\``,
              certain: write.certain,
              edits: [replace(here, write.text)],
            },
          ],
  }),
  unknownWord: error<{
    key: string;
    found: string;
    nearest: string | undefined;
    isSure?: boolean | undefined;
    known: readonly string[];
  }>()('CRF202', 'A word that is not one of the choices', {
    title: ({ key, found, known }) =>
      `${quote(key)} must be ${listing(ticks(known), 'or')}, not ${quote(found)}`,
    help: ({ nearest, key }) => (nearest === undefined ? [] : [`did you mean \`${key} = ${nearest}\`?`]),
    fixes: ({ found, nearest, isSure }, here) =>
      here.written === found ? rename(here, nearest, isSure === true) : [],
  }),
  outOfRange: error<{ key: string; found: string; least: number; most: number; why: string }>()(
    'CRF203',
    'A number that is too small or too large',
    {
      title: ({ key, found, least, most }) =>
        Number(found) < least
          ? `${quote(key)} must be at least ${least}, not ${found}`
          : `${quote(key)} must be at most ${most}, not ${found}`,
      notes: ({ why }) => [why],
    },
  ),
  empty: error<{ key: string; what: string; required: boolean }>()('CRF204', 'Empty text', {
    title: ({ key, what }) => `empty text in ${quote(key)}: ${what}`,
    help: ({ key, required }) => [required ? 'give it a value' : `give it a value, or remove ${quote(key)}`],
  }),
  controlInText: error<{ key: string; character: string }>()(
    'CRF205',
    'A line end or tab in a path or name',
    {
      title: ({ key, character }) =>
        `${quote(key)} contains a ${character === '\n' ? 'line end' : character === '\t' ? 'tab' : codePoint(character)}`,
      notes: () => [
        'in a path or name, such a character is nearly always a mistake, and breaks tools that print it',
      ],
      help: () => ['remove it'],
    },
  ),
  ownSignal: error<{ signal: string; why: string }>()('CRF206', 'A signal that cannot be used as a warning', {
    title: ({ signal }) => `\`${signal}\` cannot be the warning signal`,
    notes: ({ why }) => [why],
    help: () => ['write `signal = USR1`, or leave the key out: the default is USR1'],
  }),
  signalSpelling: error<{ found: string; name: string }>()('CRF207', 'A signal that is not a bare name', {
    title: ({ found }) => `a signal is written as a bare name, not as ${quote(found)}`,
    help: ({ name }) => [`write \`signal = ${name}\``],
    fixes: ({ found, name }, here) => rewrite(here, found, name),
  }),
  tilde: error<{ text: string }>()('CRF208', 'A path that starts with ~', {
    title: () => 'nothing expands `~` in a path',
    notes: () => ['paths are used literally; only $NAME is filled in, by the job'],
    help: ({ text }) => [
      /^~(?:\/|$)/.test(text) ? `write "$HOME${text.slice(1)}"` : 'write the full path of that home',
      `for a file whose name starts with ~, write "./${text}"`,
    ],
    fixes: ({ text }, here) =>
      here.written === '~' && /^~(?:\/|$)/.test(text)
        ? [sure('write $HOME instead of ~', replace(here, '$HOME'))]
        : [],
  }),
  pathExpansion: error<{ text: string; what: string }>()('CRF209', 'A shell expansion in a path', {
    title: ({ text, what }) => `${quote(text)} in a path: ${what}`,
    notes: () => ['the job fills in $NAME and ${NAME} in a path, and nothing else'],
    help: ({ text }) => [
      /^(?:\$\(|`)/.test(text)
        ? 'set a variable before you submit, and write its $NAME here'
        : 'for a literal dollar sign, write \\$',
    ],
  }),
  slurmDollar: error<{ key: string }>()('CRF210', 'A $ in an #SBATCH line', {
    title: ({ key }) => `nothing expands the \`$\` in ${quote(key)}`,
    notes: ({ key }) => [
      `${quote(key)} becomes an #SBATCH line, in which Slurm expands nothing: it would get the dollar sign`,
    ],
    help: () => [
      'write the value itself; give a value that varies at submission: sbatch --account=… NAME.sbatch',
    ],
  }),
  slurmCharacter: error<{ key: string; character: string; allowed: string }>()(
    'CRF211',
    'A character that Slurm does not accept',
    {
      title: ({ key, character }) =>
        `${quote(key)} contains ${character === ' ' ? 'a space' : quote(character)}, which Slurm's names cannot have`,
      notes: ({ key, allowed }) => [`${quote(key)} can have letters, digits and ${allowed}`],
    },
  ),
  leadingDash: error<{ key: string; text: string }>()('CRF212', 'A name that would be read as an option', {
    title: ({ key, text }) => `${quote(text)} in ${quote(key)} would be read as an option`,
    notes: () => ['it starts with `-`'],
    help: () => ['remove the dash'],
  }),
  moduleName: error<{ text: string; character: string }>()('CRF213', 'An invalid module name', {
    title: ({ text, character }) =>
      character === '$'
        ? `nothing expands the \`$\` in ${quote(text)}`
        : `${quote(text)} is not the name of one module`,
    notes: ({ character }) => [
      character === '$'
        ? 'module names are passed to `module load` literally'
        : 'each item of `load` becomes a separate `module load`',
    ],
    help: ({ text, character }) => {
      if (character === '$') return ['write the name itself'];
      const words = text.trim().split(/\s+/);
      return [
        words.length > 1
          ? `write ${words.map((word) => `"${word}"`).join(', ')}`
          : `write "${words.join('')}"`,
      ];
    },
    fixes: ({ text, character }, here) => {
      const words = text.trim().split(/\s+/);
      if (character === '$' || here.written !== `"${text}"` || !words.every(isPlainText)) return [];
      return rewrite(here, here.written, words.map((word) => `"${word}"`).join(', '));
    },
  }),
  literalDollar: warning<{ name: string; variable: string }>()(
    'CRF214',
    'A $NAME in a value that is taken literally',
    {
      title: ({ name, variable }) => `\`${name}\` will contain the text ${quote(variable)}, not its value`,
      notes: () => ['the application gets values of `set` literally: no shell expands them'],
      help: ({ name, variable }) => [
        `for the value, write this in \`run\`: export ${name}="…${variable}…"`,
        `if you mean the text, write \\${variable}`,
      ],
    },
  ),
  sbatchLine: warning<{ more: number }>()('CRF216', 'An #SBATCH line in the shell text', {
    title: () => 'an #SBATCH line in `run` has no effect',
    label: ({ more }) =>
      more > 0 ? `and ${plural(more, 'more such line')} below` : 'to Slurm, this is a comment',
    notes: () => ['sbatch reads such lines only at the top of the job script, and crc writes those'],
    help: () => ['use `schedule { … }`, and remove the line'],
  }),
  pattern: error<{ key: string; text: string; why: string }>()(
    'CRF217',
    'An invalid pattern or name of files',
    {
      title: ({ key, text, why }) => `${quote(text)} in \`${key}\`: ${why}`,
      notes: () => [
        'a pattern matches files in `workdir` or below: `*` `?` `[a-z]`, and `**` for folders at any depth',
      ],
    },
  ),
  namedList: error()('CRF218', 'A list as the value of a param or let', {
    title: () => 'a `param` or `let` has one value, not a list',
    help: () => ['declare each item, and write the list where you use it'],
  }),
  /** `alone`: it may have been meant as text, as a number with decimals is. */
  notANumber: error<{ text: string; kind: 'decimal' | 'calculation' | 'alone' }>()(
    'CRF219',
    'A part of a calculation that is not a number',
    {
      title: ({ text }) => `${quote(text)} is not a whole number, a duration or a size`,
      help: ({ text, kind }) =>
        ({
          decimal: [
            'calculations have only whole numbers; use a division, such as `1d / 4`',
            `outside a calculation, as in \`let dt = ${text}\`, a number with decimals is text`,
          ],
          calculation: ['write, for instance, `8`, `10min` or `4GiB`; put blanks around a minus'],
          alone: [
            `to use it as text, write \`"${text}"\``,
            'or write a number, such as `8`, `10min` or `4GiB`; put blanks around a minus',
          ],
        })[kind],
    },
  ),
  unitsDoNotFit: error<{ operator: string; left: string; right: string; hint: string | undefined }>()(
    'CRF220',
    'A calculation with mismatched units',
    {
      title: ({ operator, left, right }) =>
        ({
          '+': `${left} and ${right} cannot be added`,
          '-': `${right} cannot be subtracted from ${left}`,
          '*': `${left} and ${right} cannot be multiplied`,
          '/': `${left} cannot be divided by ${right}`,
        })[operator] ?? '',
      notes: () => [
        'you can add and subtract values of the same kind, multiply and divide a duration or size by a number, and divide two values of the same kind to get a number',
      ],
      help: ({ hint }) => (hint === undefined ? [] : [hint]),
    },
  ),
  divisionByZero: error()('CRF221', 'A division by zero', {
    title: () => 'this is a division by zero',
  }),
  notWhole: error<{ exact: string; unit: string; down: string; up: string }>()(
    'CRF222',
    'A division that does not come out even',
    {
      title: ({ exact, unit }) => `this is ${exact}, which is not a ${unit}`,
      notes: () => ['crc does not round silently'],
      help: ({ down, up }) => [
        `write ${down.replace(' ', '')} or ${up.replace(' ', '')}, or use numbers that divide evenly`,
      ],
    },
  ),
  negative: error<{ less: string }>()('CRF223', 'A negative result', {
    title: ({ less }) => `this is negative, by ${less}`,
    notes: () => ['durations, sizes and counts are never negative, and neither are intermediate results'],
  }),
  tooMuch: error<{ most: string }>()('CRF224', 'A number that is too large', {
    title: ({ most }) => `this is more than ${most}`,
  }),
  textTooLong: error<{ limit: number }>()('CRF225', 'Text that {{…}} makes too long', {
    title: ({ limit }) => `{{…}} inserts more than ${limit} characters into this text`,
    help: () => ['keep long texts in separate files'],
  }),
  defaultType: error<{
    name: string;
    type: string;
    called: string;
    found: string;
    written: readonly string[];
  }>()('CRF226', 'A default that does not have the type of its param', {
    title: ({ name, called, found }) => `the parameter ${quote(name)} must be ${called}, not ${found}`,
    help: ({ type, written }) => [
      written.length === 0
        ? `change the default, or the type \`${type}\``
        : `write ${listing(ticks(written), 'or')}`,
    ],
    fixes: ({ written }, here) =>
      written.flatMap((one) => rewrite(here, /^\d+/.exec(one)?.[0] ?? '', one, written.length === 1)),
  }),
  setType: error<{
    name: string;
    called: string;
    found: string;
    /** Valid values, the closest one first. */
    written: readonly string[];
    /** It is a number with decimals. */
    decimal: boolean;
  }>()('CRF227', 'A value in --set of the wrong type', {
    title: ({ name, called, found }) => `--set ${name}: the value must be ${called}, not ${found}`,
    help: ({ name, written, decimal }) => [
      `give, for instance, ${listing(ticks(written.map((value) => `--set ${name}=${value}`)), 'or')}`,
      ...(decimal ? [`for decimals, declare it as text: \`param ${name}: String\``] : []),
    ],
  }),
  arrayRange: error<{ why: string }>()('CRF228', 'Array indices that Slurm does not accept', {
    title: ({ why }) => why,
    notes: () => [
      'write an array as for sbatch: indices and ranges separated by commas, then optionally `%` and how many run at once',
    ],
    help: () => ['write, for instance, `array = "0-9"` or `array = "1,3,10-20:2%4"`'],
  }),
  flagOption: error<{ key: string; truth?: 'yes' | 'no' | undefined }>()(
    'CRF229',
    'A value for an option without one',
    {
      title: ({ key, truth }) =>
        truth === undefined ? `${quote(key)} takes no value` : `${quote(key)} takes \`yes\` or \`no\``,
      help: ({ key, truth = 'yes' }) => [`write \`${key} = ${truth}\``],
      fixes: ({ key, truth }, here) =>
        truth === undefined || !/^\w+$/.test(here.written)
          ? []
          : [sure(`write \`${key} = ${truth}\``, replace(here, truth))],
    },
  ),
  imageName: error<{ text: string; why: string; fix: string | undefined }>()(
    'CRF230',
    'An invalid image name',
    {
      title: ({ text, why }) => `${quote(text)} is not an image name: ${why}`,
      notes: () => [
        'write an image as REGISTRY/NAME:TAG, with or without @sha256:…, for every runtime',
        'write a file as a path that starts with `/`, `./` or a $NAME',
      ],
      help: ({ fix }) => (fix === undefined ? [] : [`write "${fix}"`]),
      fixes: ({ text, fix }, here) =>
        fix === undefined ? [] : rewrite(here, `"${text}"`, `"${fix}"`, false),
    },
  ),
  insidePath: error<{ text: string; why: string; help: string }>()(
    'CRF231',
    'An invalid path in a container',
    {
      title: ({ text, why }) =>
        `${text === '' ? 'this' : quote(text)} is not a valid path in a container or image: ${why}`,
      notes: () => ['such a path is absolute, and taken literally'],
      help: ({ help }) => [help],
    },
  ),
  clauseParts: error<{ verb: string; wrong: string; fix: string | undefined; example: string }>()(
    'CRF232',
    'A clause with a missing or an extra part',
    {
      title: ({ verb, wrong }) => `${quote(verb)} ${wrong}`,
      help: ({ fix, example }) => [fix === undefined ? `write, for instance, ${example}` : `write ${fix}`],
    },
  ),
  hexDigits: error<{
    what: 'commit' | 'checksum';
    digits: number;
    found: string;
    fix: string | undefined;
  }>()('CRF233', 'An invalid commit or checksum', {
    title: ({ what, digits, found }) =>
      `${what === 'commit' ? 'a commit' : 'a SHA-256 checksum'} has ${digits} hexadecimal digits, in lower case, unlike ${found === '' ? 'this' : quote(found)}`,
    notes: ({ what }) =>
      what === 'commit' ? ['a branch, a tag or a short form can later mean something else'] : [],
    help: ({ what, fix }) => [
      fix !== undefined
        ? `write "${fix}"`
        : what === 'commit'
          ? 'git rev-parse HEAD prints it; for a remote repository, use git ls-remote URL'
          : 'sha256sum FILE prints it',
    ],
    fixes: ({ found, fix }, here) => (fix === undefined ? [] : rewrite(here, `"${found}"`, `"${fix}"`)),
  }),
  oddWord: error<{ key: string; text: string; why: string; help: string | undefined }>()(
    'CRF234',
    'An invalid item of a list',
    {
      title: ({ key, text, why }) => `${text === '' ? 'an item' : quote(text)} in \`${key}\`: ${why}`,
      help: ({ help }) => (help === undefined ? [] : [help]),
    },
  ),
  sourcePath: error<{ text: string; why: string; fix: string | undefined }>()(
    'CRF235',
    'An invalid source of an image',
    {
      title: ({ text, why }) => `${text === '' ? 'this' : quote(text)} cannot be put into the image: ${why}`,
      help: ({ fix }) => (fix === undefined ? [] : [fix]),
    },
  ),
  mountFrom: error<{ text: string; odd: string }>()('CRF236', 'A path that cannot be mounted', {
    title: ({ text, odd }) => `${quote(text)} cannot be mounted: it contains ${quote(odd)}`,
    notes: () => ['runtimes take mounts in an option in which such a character separates the parts'],
    help: () => ['rename the folder, or mount its parent folder'],
  }),
});
