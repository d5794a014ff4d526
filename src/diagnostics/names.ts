import type { Fix } from '../model/diagnostic.ts';
import type { Span } from '../model/span.ts';
import { defineDiagnostics, error, warning } from './define.ts';
import { blanksBefore, type Here, insert, perhaps, removeEntry, rename, replace, sure } from './fix.ts';
import { listing, quote } from './words.ts';

const ticks = (names: readonly string[]) => names.map((name) => `\`${name}\``);

/** As many names as fit into a sentence, and how many more there are. */
const some = (names: readonly string[]) =>
  names.length <= MOST_LISTED
    ? names
    : [...names.slice(0, MOST_LISTED), `${names.length - MOST_LISTED} more`];
const MOST_LISTED = 30;

/** CRF101 to CRF199: names and structure. */
export const names = defineDiagnostics(101, 199, {
  unknownKey: error<{
    key: string;
    block: string;
    nearest: string | undefined;
    isSure?: boolean | undefined;
    known: readonly string[];
    /** An option of sbatch, as it is written in its block. */
    option?: string | undefined;
    /** For an option of sbatch that crc sets itself: what to write instead. */
    instead?: string | undefined;
  }>()('CRF101', 'A key that its block does not have', {
    title: ({ key, block }) => `\`${block}\` has no key ${quote(key)}`,
    help: ({ nearest, known, option, instead }) => {
      if (instead !== undefined) return [instead];
      if (option !== undefined) return [`it is an option of sbatch: write \`slurm { ${option} = … }\` here`];
      return nearest === undefined ? [`it takes ${listing(ticks(known))}`] : [`did you mean \`${nearest}\`?`];
    },
    fixes: ({ nearest, isSure }, here) => rename(here, nearest, isSure === true),
  }),
  unknownBlock: error<{
    block: string;
    nearest: string | undefined;
    isSure?: boolean | undefined;
    known: readonly string[];
  }>()('CRF102', 'A block that a workflow does not have', {
    title: ({ block }) => `a workflow has no block ${quote(block)}`,
    help: ({ nearest, known }) =>
      nearest === undefined ? [`it has ${listing(ticks(known))}`] : [`did you mean \`${nearest}\`?`],
    fixes: ({ nearest, isSure }, here) => rename(here, nearest, isSure === true),
  }),
  elsewhere: error<{ key: string; owner: string; here: string; note: string | undefined; example: string }>()(
    'CRF103',
    'A key in the wrong place',
    {
      title: ({ key, owner, here }) => `${quote(key)} belongs to \`${owner}\`, not to ${here}`,
      notes: ({ note }) => (note === undefined ? [] : [note]),
      help: ({ owner, example }) => [`move it: \`${owner} { ${example} }\``],
    },
  ),
  notABlock: error<{ key: string; example: string }>()('CRF104', 'Braces after a key that takes a value', {
    title: ({ key }) => `${quote(key)} is a key with a value, not a block`,
    help: ({ example }) => [`write, for instance, \`${example}\``],
  }),
  notAKey: error<{ block: string; owner: string | undefined }>()('CRF105', 'A value for a block', {
    title: ({ block }) => `\`${block}\` is a block, not a key with a value`,
    help: ({ block, owner }) => [
      ...(owner === undefined ? [] : [`the key of that name belongs to \`${owner}\``]),
      `write \`${block} { … }\`${owner === undefined ? '' : ' if the block is meant'}`,
    ],
  }),
  missingKeys: error<{ block: string; keys: readonly string[]; examples: readonly string[] }>()(
    'CRF106',
    'A required key is missing',
    {
      title: ({ block, keys }) => `\`${block}\` needs ${listing(ticks(keys))}`,
      help: ({ examples }) => [`add, for instance, ${listing(ticks(examples))}`],
    },
  ),
  missingBlocks: error<{ workflow: string; blocks: readonly string[]; examples: readonly string[] }>()(
    'CRF107',
    'A required block is missing',
    {
      title: ({ workflow, blocks }) => `the workflow ${quote(workflow)} needs ${listing(ticks(blocks))}`,
      help: ({ examples }) => [`add, for instance, ${listing(ticks(examples))}`],
    },
  ),
  duplicate: error<{
    key: string;
    what: 'key' | 'block';
    again: Again;
  }>()('CRF108', 'A key or block that is given twice', {
    title: ({ key }) => `${quote(key)} is given twice`,
    label: () => 'given again here',
    help: ({ what }) => [what === 'key' ? 'remove one of them' : 'merge them into one block'],
    fixes: ({ again }, { text }) => fixesForTwo(again, text),
  }),
  duplicateWorkflow: error<{ name: string }>()('CRF109', 'Two workflows with the same name', {
    title: ({ name }) => `two workflows are named ${quote(name)}`,
    label: () => 'the same name again here',
    notes: ({ name }) => [
      `both would be compiled to ${name}.sbatch, and their runs would share one state folder`,
    ],
    help: () => ['give one of them another name'],
  }),
  workflowName: error<{ name: string; length: number }>()('CRF110', 'A workflow name that cannot be used', {
    title: ({ name, length }) =>
      length > 64
        ? `a workflow name has at most 64 characters, this one has ${length}`
        : `${quote(name)} cannot name a workflow`,
    notes: () => [
      'files and the job get this name: it may have letters, digits, `_` and `-`, and starts with a letter',
    ],
    help: () => ['choose another, for instance `water_box`'],
  }),
  environmentName: error<{ name: string }>()('CRF111', 'An environment variable that no shell can export', {
    title: ({ name }) => `${quote(name)} cannot name an environment variable`,
    notes: () => ['a name may have letters, digits and `_`, and does not start with a digit'],
    help: ({ name }) => [`rename it, for instance \`${name.replaceAll('-', '_')}\``],
    fixes: ({ name }, here) => (name.includes('-') ? rename(here, name.replaceAll('-', '_'), false) : []),
  }),
  reservedName: error<{ name: string; prefix: string; owner: string }>()(
    'CRF112',
    'An environment variable that belongs to another program',
    {
      title: ({ name, owner }) => `${quote(name)} belongs to ${owner}`,
      label: ({ name, prefix }) =>
        name === prefix ? 'the job sets it' : `names that start with ${prefix} are reserved`,
      notes: () => ['the job uses such variables itself; a value from here could break its restart'],
      help: () => ['choose another name, or leave it out'],
    },
  ),
  unknownInsert: error<{
    name: string;
    nearest: string | undefined;
    isSure?: boolean | undefined;
    known: readonly string[];
    keys: boolean;
  }>()('CRF114', 'A name in {{…}} that crc does not know', {
    title: ({ name }) => `crc knows no value named ${quote(name)} to insert for {{${name}}}`,
    notes: ({ known, keys }) => [
      ...(known.length === 0 ? [] : [`it knows ${listing(some(ticks(known)))}`]),
      ...(keys ? [] : ['outside a workflow there are no keys to insert']),
    ],
    help: ({ name, nearest }) => [
      ...(nearest === undefined ? [] : [`did you mean {{${nearest}}}?`]),
      `if you mean the text itself, write \\{{${name}}}`,
    ],
    fixes: ({ name, nearest, isSure }, here) =>
      here.written === `{{${name}}}` ? rename(here, nearest && `{{${nearest}}}`, isSure === true) : [],
  }),
  insertNotGiven: error<{ name: string; block: string; example: string; auto: boolean }>()(
    'CRF115',
    'A value in {{…}} that the workflow does not give',
    {
      title: ({ name, auto }) =>
        auto
          ? `{{${name}}} has no value: the job calculates \`${name} = auto\` while it runs`
          : `{{${name}}} has no value: the workflow does not give \`${name}\``,
      help: ({ name, block, example, auto }) => [
        auto
          ? `write a duration in place of \`auto\`, or leave {{${name}}} out`
          : `add it: \`${block} { ${example} }\``,
      ],
    },
  ),
  notAnEntry: error<{ key: string; blocks: readonly string[] }>()(
    'CRF116',
    'A key where only blocks are allowed',
    {
      title: ({ key }) => `a workflow has no key ${quote(key)}`,
      notes: () => ['a workflow contains blocks, and blocks contain keys'],
      help: ({ blocks }) => [`its blocks are ${listing(ticks(blocks))}`],
    },
  ),
  unknownName: error<{
    name: string;
    nearest: string | undefined;
    isSure?: boolean | undefined;
    isKey: boolean;
    /** `yes` or `no`, if the name is how another language writes it. */
    truth: 'yes' | 'no' | undefined;
    /** The same with blanks around its dashes, if those are meant as minus signs. */
    minus?: string | undefined;
  }>()('CRF117', 'An undeclared name in a calculation, a let or a default', {
    title: ({ name }) => `${quote(name)} is not declared`,
    notes: ({ name, isKey, truth }) =>
      truth !== undefined
        ? ['a `Bool` is `yes` or `no`']
        : [
            isKey
              ? `${quote(name)} is a key; a calculation can use only names declared with \`param\` or \`let\``
              : 'a calculation can use names declared with `param` or `let`; text needs quotes',
          ],
    help: ({ name, nearest, truth, minus }) => [
      minus !== undefined
        ? `put blanks around the minus: \`${minus}\``
        : truth !== undefined
          ? `write \`${truth}\``
          : nearest === undefined
            ? `write \`let ${name} = …\` before the workflow`
            : `did you mean \`${nearest}\`?`,
    ],
    fixes: ({ nearest, truth, isSure, minus }, here) =>
      minus !== undefined
        ? rename(here, minus, true)
        : truth === undefined
          ? rename(here, nearest, isSure === true)
          : rename(here, truth, true),
  }),
  notForShell: error<{ name: string; character: string | undefined }>()(
    'CRF118',
    'A string in {{…}} that a shell would misread',
    {
      title: ({ name, character }) =>
        character === undefined
          ? `{{${name}}} is empty, and would disappear from the shell text`
          : `{{${name}}} contains ${character === ' ' ? 'a space' : quote(character)}, which a shell would interpret`,
      notes: ({ name }) => [
        `so crc does not insert it: it exports the variable \`${name}\` to the block, which can use it as $${name}`,
      ],
      help: ({ name }) => [`write "$${name}", with the double quotes`],
      fixes: ({ name }, here) =>
        here.written === `{{${name}}}`
          ? [perhaps(`write "$${name}"`, replace(here, asVariable(name, here)))]
          : [],
    },
  ),
  declaredTwice: error<{ name: string }>()('CRF119', 'A name that is declared twice', {
    title: ({ name }) => `${quote(name)} is declared twice`,
    label: () => 'declared again here',
    help: () => ['give one of them another name: a name has one meaning everywhere'],
  }),
  takenName: error<{ name: string; why: string }>()('CRF120', 'A param or let with a reserved name', {
    title: ({ name }) => `${quote(name)} cannot be the name of a param or let`,
    notes: ({ why }) => [why],
    help: ({ name }) => [`choose another name, for instance \`my_${name}\``],
  }),
  cycle: error<{ names: readonly string[] }>()('CRF121', 'Circular definitions', {
    title: ({ names }) => `definitions must not be circular: ${quote(names[0] ?? '')} depends on itself`,
    notes: ({ names }) =>
      names.length === 1 ? [] : [[...names, names[0]].map((name) => `\`${name}\``).join(' needs ')],
    help: () => ['give one of them a value that does not depend on the others'],
  }),
  unused: warning<{ name: string; keyword: string }>()('CRF122', 'A param or let that nothing uses', {
    title: ({ name }) => `${quote(name)} is not used`,
    help: ({ name, keyword }) => [
      `use it, as in \`threads = ${name}\` or {{${name}}}, or remove the \`${keyword}\``,
    ],
  }),
  noParamValue: error<{ name: string; type: string; example: string }>()(
    'CRF123',
    'A param without a default that was not set',
    {
      title: ({ name }) => `the parameter ${quote(name)} has no value`,
      help: ({ name, type, example }) => [
        `give it one: crc compile --set ${name}=${example.replaceAll('"', '')} …`,
        `or write a default: \`param ${name}: ${type} = ${example}\``,
      ],
    },
  ),
  unknownType: error<{
    type: string;
    nearest: string | undefined;
    isSure?: boolean | undefined;
    /** The corrected parameter, if the type is one with decimals. */
    decimal?: string | undefined;
  }>()('CRF124', 'A type that crc does not know', {
    title: ({ type }) => `crc knows no type ${quote(type)}`,
    help: ({ nearest, decimal }) => {
      if (decimal !== undefined)
        return [`a number with decimals is a \`String\`, inserted as written: \`${decimal}\``];
      return [
        nearest === undefined
          ? 'the types are `Int`, `Duration`, `Size`, `String` and `Bool`'
          : `did you mean \`${nearest}\`?`,
      ];
    },
    fixes: ({ nearest, isSure, decimal }, here) =>
      decimal === undefined ? rename(here, nearest, isSure === true) : [],
  }),
  unusableName: error<{ name: string; dash: boolean }>()(
    'CRF125',
    'A param or let with a name that cannot be used',
    {
      title: ({ name }) => `${quote(name)} cannot be the name of a param or let`,
      notes: ({ dash }) => [
        dash
          ? 'the dash would be read as a minus'
          : "names that start with CRFLOW_, DMTCP_ or SLURM_ are the job's own variables",
      ],
      help: ({ name }) => [
        `write, for instance, \`${name.replaceAll('-', '_').replace(/^(?:CRFLOW|DMTCP|SLURM)_/, 'my_')}\``,
      ],
    },
  ),
  misplacedStatement: error<{ keyword: string; where: string }>()(
    'CRF126',
    'A param, let, include or site in the wrong place',
    {
      title: ({ keyword, where }) =>
        `\`${keyword}\` belongs ${where}, not inside a ${keyword === 'let' ? 'block' : 'workflow'}`,
      help: () => ['move it out'],
    },
  ),
  namesTooDeep: error<{ name: string; limit: number }>()('CRF127', 'A chain of names that is too long', {
    title: ({ name, limit }) => `${quote(name)} depends on a chain of more than ${limit} names`,
    help: () => ['write some of the values directly'],
  }),
  unknownSetting: error<{
    name: string;
    nearest: string | undefined;
    isLet: boolean;
    known: readonly string[];
    /** The `let` as a `param`. */
    param?: string | undefined;
  }>()('CRF128', 'A name in --set that no param has', {
    title: ({ name, isLet }) =>
      isLet
        ? `--set ${name}: \`${name}\` is a \`let\`, and cannot be set`
        : `--set ${name}: no parameter has this name`,
    help: ({ nearest, isLet, known, param }) => [
      isLet
        ? param === undefined
          ? 'to set it with --set, declare it with `param` and its type'
          : `to set it with --set, declare it as a parameter: \`${param}\``
        : nearest !== undefined
          ? `did you mean \`${nearest}\`?`
          : known.length === 0
            ? 'the flow has no parameters'
            : `its parameters are ${listing(ticks(known))}`,
    ],
  }),
  unknownOption: error<{ option: string; nearest: string | undefined; isSure?: boolean | undefined }>()(
    'CRF130',
    'An option of Slurm that crc does not know',
    {
      title: ({ option }) => `sbatch has no option --${option}`,
      help: ({ nearest }) => [
        nearest === undefined
          ? 'see `man sbatch` for its options; give an option that is newer than this crc at submission: sbatch --… NAME.sbatch'
          : `did you mean \`${nearest.replaceAll('-', '_')}\`?`,
      ],
      fixes: ({ nearest, isSure }, here) => rename(here, nearest?.replaceAll('-', '_'), isSure === true),
    },
  ),
  refusedOption: error<{ option: string; why: string }>()(
    'CRF131',
    'An option of Slurm that crc sets itself',
    {
      title: ({ option }) => `--${option} cannot be given in \`slurm\``,
      notes: ({ why }) => [why],
    },
  ),
  shellVariable: error<{ name: string; what: 'sets' | 'reads'; key: 'set' | 'pass' }>()(
    'CRF133',
    'A variable that bash itself uses',
    {
      title: ({ name }) => `bash itself uses the variable ${quote(name)}`,
      notes: ({ what }) => [
        what === 'sets'
          ? 'bash sets it: your value would be lost, or evaluated'
          : 'bash reads it to decide how to behave, and `run` is bash',
      ],
      help: ({ name, what, key }) => [
        what === 'reads'
          ? `if you want that, write \`${name}=…\` as the first line of \`run\``
          : key === 'set'
            ? `choose another name, for instance \`MY_${name}\``
            : 'leave it out: bash in the container sets it',
      ],
    },
  ),
  pathVariable: error<{ name: string; isJobs: boolean }>()(
    'CRF134',
    'A variable in a path that does not come from the submission',
    {
      title: ({ name, isJobs }) =>
        isJobs
          ? `$${name} is a shell variable of the job itself`
          : `$${name} has a different value each time`,
      notes: ({ isJobs }) => [
        isJobs
          ? 'the path would get its value, not the one that you export'
          : 'a run that continues would look for its files in another place',
      ],
      help: () => ['export a variable with another name when you submit, and use that here'],
    },
  ),
  blanksInInsert: warning<{ name: string; text: string }>()(
    'CRF135',
    'A name between two braces with blanks around it',
    {
      title: ({ name, text }) => `\`${text}\` stays as it is: only {{${name}}}, without blanks, is filled in`,
      help: ({ name, text }) => [
        `for the value of \`${name}\`, write {{${name}}}`,
        `if you mean the text itself, write \\${text}`,
      ],
      fixes: ({ name, text }, here) =>
        here.written === text
          ? [
              perhaps(`write {{${name}}}`, replace(here, `{{${name}}}`)),
              perhaps(`write \\${text}`, insert(here.at.start, '\\')),
            ]
          : [],
    },
  ),
});

/** Two entries of one name: where they are, whether both are whole blocks, and whether these have no key in common. */
interface Again {
  readonly first: Span;
  readonly second: Span;
  readonly isBlock: boolean;
  readonly disjoint: boolean;
}

/** Of two equal entries, one goes; two blocks become one. */
function fixesForTwo({ first, second, isBlock, disjoint }: Again, text: string): readonly Fix[] {
  const [one, other] = [first, second].map(({ start, end }) => text.slice(start, end)) as [string, string];
  if (one.replaceAll(/\s+/g, ' ') === other.replaceAll(/\s+/g, ' '))
    return [sure('remove this one: both say the same', removeEntry(text, second))];
  if (!isBlock || !one.endsWith('}') || !other.endsWith('}')) return [];
  const inner = other.slice(other.indexOf('{') + 1, -1);
  const indent = /[ \t]*$/.exec(text.slice(0, first.start))?.[0] ?? '';
  const blanks = blanksBefore(text, first.end - 1);
  const more = inner.includes('\n')
    ? inner.replace(/^[ \t]*\r?\n/, '').trimEnd()
    : `${indent}  ${inner.trim()}`;
  const isOnLines = /\n[ \t]*$/.test(one.slice(0, -1));
  const inserted =
    isOnLines || inner.includes('\n')
      ? {
          start: isOnLines ? first.end - 1 - indentBefore(one) : blanks,
          text: `${isOnLines ? '' : '\n'}${more}\n${isOnLines ? '' : indent}`,
        }
      : { start: blanks, text: `  ${inner.trim()} ` };
  const start = inserted.start;
  const end = isOnLines ? start : first.end - 1;
  const edits = [{ span: { start, end }, text: inserted.text }, removeEntry(text, second)];
  return [{ title: 'merge them into one block', certain: disjoint, edits }];
}

/** How many blanks precede the closing brace on its line. */
const indentBefore = (block: string) => /[ \t]*$/.exec(block.slice(0, -1))?.[0].length ?? 0;

/** A variable in double quotes, as they are written at that place; without them if it is in some already. */
function asVariable(name: string, { text, at }: Here): string {
  const before = text.slice(0, at.start);
  const isBlock = before.split('"""').length % 2 === 0;
  const mark = isBlock ? '"' : '\\"';
  return before.endsWith(mark) ? `$${name}` : `${mark}$${name}${mark}`;
}
