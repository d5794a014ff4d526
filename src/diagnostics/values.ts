import { defineDiagnostics, error, warning } from './define.ts';
import { codePoint, listing, plural, quote } from './words.ts';

const ticks = (names: readonly string[]) => names.map((name) => `\`${name}\``);

/** CRF201 to CRF249: values of keys, other than durations and sizes (those are in units.ts). */
export const values = defineDiagnostics(201, 249, {
  wrongType: error<{ key: string; expected: string; found: string; fix: string }>()(
    'CRF201',
    'A value of the wrong type',
    {
      title: ({ key, expected, found }) => `${quote(key)} takes ${expected}, not ${found}`,
      help: ({ fix }) => [fix],
    },
  ),
  unknownWord: error<{ key: string; found: string; nearest: string | undefined; known: readonly string[] }>()(
    'CRF202',
    'A word that is none of the choices',
    {
      title: ({ key, found, known }) =>
        `${quote(key)} is ${listing(ticks(known), 'or')}, not ${quote(found)}`,
      help: ({ nearest, key }) => (nearest === undefined ? [] : [`did you mean \`${key} = ${nearest}\`?`]),
    },
  ),
  outOfRange: error<{ key: string; found: string; least: number; most: number; why: string }>()(
    'CRF203',
    'A number that is too small or too large',
    {
      title: ({ key, found, least, most }) =>
        Number(found) < least
          ? `${quote(key)} is at least ${least}, not ${found}`
          : `${quote(key)} is at most ${most}, not ${found}`,
      notes: ({ why }) => [why],
    },
  ),
  empty: error<{ key: string; what: string; required: boolean }>()('CRF204', 'Empty text', {
    title: ({ key, what }) => `empty text in ${quote(key)}: ${what}`,
    help: ({ key, required }) => [required ? 'give it a text' : `give it a text, or remove ${quote(key)}`],
  }),
  controlInText: error<{ key: string; character: string }>()(
    'CRF205',
    'A line end or tab where none can be',
    {
      title: ({ key, character }) =>
        `${quote(key)} holds a ${character === '\n' ? 'line end' : character === '\t' ? 'tab' : codePoint(character)}`,
      notes: () => [
        'such a character in a path or name is nearly always a slip, and breaks the tools that print it',
      ],
      help: () => ['remove it'],
    },
  ),
  ownSignal: error<{ signal: string; why: string }>()('CRF206', 'A signal that cannot be used as a warning', {
    title: ({ signal }) => `\`${signal}\` cannot be the warning signal`,
    notes: ({ why }) => [why],
    help: () => ['write `signal = USR1`, or leave the key out: USR1 is the default'],
  }),
  signalSpelling: error<{ found: string; name: string }>()(
    'CRF207',
    'A signal that is not written as its bare name',
    {
      title: ({ found }) => `a signal is written as its bare name, not as ${quote(found)}`,
      help: ({ name }) => [`write \`signal = ${name}\``],
    },
  ),
  tilde: error<{ text: string }>()('CRF208', 'A path that starts with ~', {
    title: () => '`~` stands for itself in a path: nothing expands it',
    notes: () => ['paths reach their programs to the letter; only $NAME is filled in, by the job'],
    help: ({ text }) => [
      /^~(?:\/|$)/.test(text) ? `write "$HOME${text.slice(1)}"` : 'write the full path of that home',
      `for a file whose name starts with ~ write "./${text}"`,
    ],
  }),
  pathExpansion: error<{ text: string; what: string }>()('CRF209', 'A shell expansion in a path', {
    title: ({ text, what }) => `${quote(text)} in a path: ${what}`,
    notes: () => ['a path knows $NAME and ${NAME}, filled in by the job, and nothing else of the shell'],
    help: ({ text }) => [
      /^(?:\$\(|`)/.test(text)
        ? 'set a variable before you submit, and write its $NAME here'
        : 'for a dollar sign that stands for itself write \\$',
    ],
  }),
  slurmDollar: error<{ key: string }>()('CRF210', 'A $ in what becomes an #SBATCH line', {
    title: ({ key }) => `${quote(key)} holds a \`$\`, and nothing would expand it`,
    notes: ({ key }) => [
      `${quote(key)} becomes an #SBATCH line, and Slurm expands nothing there: it would get the dollar sign`,
    ],
    help: () => [
      'write the value itself; one that changes is given on submission: sbatch --account=… NAME.sbatch',
    ],
  }),
  slurmCharacter: error<{ key: string; character: string; allowed: string }>()(
    'CRF211',
    'A character that Slurm does not take',
    {
      title: ({ key, character }) =>
        `${quote(key)} holds ${character === ' ' ? 'a space' : quote(character)}, which is in none of Slurm's names`,
      notes: ({ key, allowed }) => [`${quote(key)} is made of letters, digits and ${allowed}`],
    },
  ),
  leadingDash: error<{ key: string; text: string }>()('CRF212', 'A name that would be read as an option', {
    title: ({ key, text }) => `${quote(text)} in ${quote(key)} would be read as an option`,
    notes: () => ['it starts with `-`'],
    help: () => ['remove the dash'],
  }),
  moduleName: error<{ text: string; character: string }>()('CRF213', 'A module name that is none', {
    title: ({ text, character }) =>
      character === '$'
        ? `nothing expands the \`$\` in ${quote(text)}`
        : `${quote(text)} is not one module's name`,
    notes: ({ character }) => [
      character === '$'
        ? 'module names are handed to `module load` to the letter'
        : 'each item of `load` is handed to a `module load` of its own',
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
  }),
  literalDollar: warning<{ name: string; variable: string }>()(
    'CRF214',
    'A $NAME in a value that is taken to the letter',
    {
      title: ({ name, variable }) => `\`${name}\` will hold ${quote(variable)} as it stands, not its value`,
      notes: () => ['values of `set` reach the application to the letter: no shell looks at them'],
      help: ({ name, variable }) => [
        `for the value write it in \`run\`: export ${name}="…${variable}…"`,
        `if it is meant, write \\${variable}`,
      ],
    },
  ),
  sbatchLine: warning<{ more: number }>()('CRF216', 'An #SBATCH line in the shell text', {
    title: () => 'an #SBATCH line in `run` does nothing',
    label: ({ more }) =>
      more > 0 ? `and ${plural(more, 'more such line')} below` : 'to Slurm this is a comment',
    notes: () => ['sbatch reads such lines at the head of the job script, and crc writes those'],
    help: () => ['say it in `schedule { … }`, and remove the line'],
  }),
  protectPattern: error<{ text: string; why: string }>()(
    'CRF217',
    'A pattern for files that cannot be kept',
    {
      title: ({ text, why }) => `${quote(text)} in \`protect\`: ${why}`,
      notes: () => [
        'a pattern names files in `workdir`, or below it: `*` `?` `[a-z]`, and `**` for folders at any depth',
      ],
    },
  ),
  namedList: error()('CRF218', 'A list as the value of a param or let', {
    title: () => 'a `param` or `let` holds one value, not a list',
    help: () => ['name each item, and write the list where it is used'],
  }),
  notANumber: error<{ text: string; decimal: boolean }>()(
    'CRF219',
    'Something in a calculation that is no number',
    {
      title: ({ text }) => `${quote(text)} is neither a whole number nor a duration nor a size`,
      help: ({ text, decimal }) =>
        decimal
          ? [
              'calculations have whole numbers only; a part of something is a division: `1d / 4`',
              `by itself, as in \`let dt = ${text}\`, a number with decimals is a text`,
            ]
          : ['write, for instance, `8`, `10min` or `4GiB`; blanks around a minus tell it from a dash'],
    },
  ),
  unitsDoNotFit: error<{ operator: string; left: string; right: string; hint: string | undefined }>()(
    'CRF220',
    'A calculation whose units do not fit',
    {
      title: ({ operator, left, right }) =>
        ({
          '+': `${left} and ${right} do not add up`,
          '-': `${right} cannot be taken from ${left}`,
          '*': `${left} and ${right} cannot be multiplied`,
          '/': `${left} cannot be divided by ${right}`,
        })[operator] ?? '',
      notes: () => [
        'alike are added and subtracted; a duration or size is multiplied and divided by a number; alike divided make a number',
      ],
      help: ({ hint }) => (hint === undefined ? [] : [hint]),
    },
  ),
  divisionByZero: error()('CRF221', 'A division by zero', {
    title: () => 'this is zero, and nothing is divided by it',
  }),
  notWhole: error<{ exact: string; unit: string; down: string; up: string }>()(
    'CRF222',
    'A division that does not come out even',
    {
      title: ({ exact, unit }) => `this is ${exact}, which is no ${unit}`,
      notes: () => ['crc rounds nothing behind your back'],
      help: ({ down, up }) => [
        `write ${down.replace(' ', '')} or ${up.replace(' ', '')}, or numbers that divide`,
      ],
    },
  ),
  negative: error<{ less: string }>()('CRF223', 'A calculation that comes to less than nothing', {
    title: ({ less }) => `this is ${less} less than nothing`,
    notes: () => ['durations, sizes and counts are never negative, on the way to a result neither'],
  }),
  tooMuch: error<{ most: string }>()('CRF224', 'A number that is too large', {
    title: ({ most }) => `this is more than ${most}`,
  }),
  textTooLong: error<{ limit: number }>()('CRF225', 'Text that grows too long by {{…}}', {
    title: ({ limit }) => `names put more than ${limit} characters into this text`,
    help: () => ['keep long texts in files of their own'],
  }),
  defaultType: error<{
    name: string;
    type: string;
    called: string;
    found: string;
    written: readonly string[];
  }>()('CRF226', 'A default of another type than its param', {
    title: ({ name, called, found }) => `the parameter ${quote(name)} is ${called}, not ${found}`,
    help: ({ type, written }) => [
      written.length === 0
        ? `change the default, or the type \`${type}\``
        : `write ${listing(ticks(written), 'or')}`,
    ],
  }),
  setType: error<{
    name: string;
    called: string;
    found: string;
    /** Values that are right, the nearest to what was given. */
    written: readonly string[];
    /** It is a number with decimals. */
    decimal: boolean;
  }>()('CRF227', 'A value in --set of the wrong type', {
    title: ({ name, called, found }) => `--set ${name}: it is ${called}, not ${found}`,
    help: ({ name, written, decimal }) => [
      `give, for instance, ${listing(ticks(written.map((value) => `--set ${name}=${value}`)), 'or')}`,
      ...(decimal ? [`for decimals declare it as text: \`param ${name}: String\``] : []),
    ],
  }),
  arrayRange: error<{ why: string }>()('CRF228', 'Indices of an array that Slurm does not take', {
    title: ({ why }) => why,
    notes: () => [
      'an array is written as sbatch takes it: indices and ranges with commas, `%` and how many run at once',
    ],
    help: () => ['write, for instance, `array = "0-9"` or `array = "1,3,10-20:2%4"`'],
  }),
  flagOption: error<{ key: string; truth?: 'yes' | 'no' | undefined }>()(
    'CRF229',
    'A value for an option that takes none',
    {
      title: ({ key, truth }) =>
        truth === undefined
          ? `${quote(key)} takes no value`
          : `without a value ${quote(key)} is \`yes\` or \`no\``,
      help: ({ key, truth = 'yes' }) => [`write \`${key} = ${truth}\``],
    },
  ),
  imageName: error<{ text: string; why: string; fix: string | undefined }>()(
    'CRF230',
    'Text that is no name of an image',
    {
      title: ({ text, why }) => `${quote(text)} names no image: ${why}`,
      notes: () => [
        'an image is written REGISTRY/NAME:TAG, with or without @sha256:…, whatever the runtime',
        'a file is written as a path that starts with `/`, `./` or a $NAME',
      ],
      help: ({ fix }) => (fix === undefined ? [] : [`write "${fix}"`]),
    },
  ),
  insidePath: error<{ text: string; why: string; help: string }>()(
    'CRF231',
    'A place in a container that is none',
    {
      title: ({ text, why }) =>
        `${text === '' ? 'this' : quote(text)} is no place in a container or image: ${why}`,
      notes: () => ['such a place is an absolute path, taken to the letter'],
      help: ({ help }) => [help],
    },
  ),
  clauseParts: error<{ verb: string; wrong: string; fix: string | undefined; example: string }>()(
    'CRF232',
    'A clause that lacks a part, or has one too many',
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
  }>()('CRF233', 'A commit or checksum that is none', {
    title: ({ what, digits, found }) =>
      `${what === 'commit' ? 'a commit' : 'a SHA-256 checksum'} has ${digits} hexadecimal digits, in small letters, and ${found === '' ? 'this' : quote(found)} is none`,
    notes: ({ what }) =>
      what === 'commit' ? ['a branch, a tag or a short form can come to mean something else'] : [],
    help: ({ what, fix }) => [
      fix !== undefined
        ? `write "${fix}"`
        : what === 'commit'
          ? 'git rev-parse HEAD prints it, and git ls-remote URL for one that is elsewhere'
          : 'sha256sum FILE prints it',
    ],
  }),
  oddWord: error<{ key: string; text: string; why: string; help: string | undefined }>()(
    'CRF234',
    'An item of a list that cannot be one',
    {
      title: ({ key, text, why }) => `${text === '' ? 'an item' : quote(text)} in \`${key}\`: ${why}`,
      help: ({ help }) => (help === undefined ? [] : [help]),
    },
  ),
  sourcePath: error<{ text: string; why: string; fix: string | undefined }>()(
    'CRF235',
    'A source of an image that it cannot have',
    {
      title: ({ text, why }) => `${text === '' ? 'this' : quote(text)} cannot be put into the image: ${why}`,
      help: ({ fix }) => (fix === undefined ? [] : [fix]),
    },
  ),
  mountFrom: error<{ text: string; odd: string }>()('CRF236', 'A path that cannot be mounted', {
    title: ({ text, odd }) => `${quote(text)} cannot be mounted: it holds ${quote(odd)}`,
    notes: () => ['runtimes take mounts in one option, of which such a character separates the parts'],
    help: () => ['rename the folder, or mount the one above it'],
  }),
});
