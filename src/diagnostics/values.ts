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
  insertInPath: error<{ name: string; key: string }>()('CRF215', '{{…}} in a path', {
    title: ({ name, key }) => `{{${name}}} is not filled in in ${quote(key)}`,
    notes: () => ['this version of crc fills in {{…}} in `run` and in the values of `set`'],
    help: ({ name }) => [`write the value; if the braces are meant, write \\{{${name}}}`],
  }),
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
});
