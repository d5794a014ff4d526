import { defineDiagnostics, error } from './define.ts';
import { listing, quote } from './words.ts';

const ticks = (names: readonly string[]) => names.map((name) => `\`${name}\``);

/** CRF101 to CRF199: names and structure. */
export const names = defineDiagnostics(101, 199, {
  unknownKey: error<{ key: string; block: string; nearest: string | undefined; known: readonly string[] }>()(
    'CRF101',
    'A key that its block does not have',
    {
      title: ({ key, block }) => `\`${block}\` has no key ${quote(key)}`,
      help: ({ nearest, known }) =>
        nearest === undefined ? [`it takes ${listing(ticks(known))}`] : [`did you mean \`${nearest}\`?`],
    },
  ),
  unknownBlock: error<{ block: string; nearest: string | undefined; known: readonly string[] }>()(
    'CRF102',
    'A block that a workflow does not have',
    {
      title: ({ block }) => `a workflow has no block ${quote(block)}`,
      help: ({ nearest, known }) =>
        nearest === undefined ? [`it has ${listing(ticks(known))}`] : [`did you mean \`${nearest}\`?`],
    },
  ),
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
  notAKey: error<{ block: string }>()('CRF105', 'A value for a block', {
    title: ({ block }) => `\`${block}\` is a block, not a key with a value`,
    help: ({ block }) => [`write \`${block} { … }\``],
  }),
  missingKeys: error<{ block: string; keys: readonly string[]; examples: readonly string[] }>()(
    'CRF106',
    'A required key is not there',
    {
      title: ({ block, keys }) => `\`${block}\` lacks ${listing(ticks(keys))}`,
      help: ({ examples }) => [`add, for instance, ${listing(ticks(examples))}`],
    },
  ),
  missingBlocks: error<{ workflow: string; blocks: readonly string[]; examples: readonly string[] }>()(
    'CRF107',
    'A required block is not there',
    {
      title: ({ workflow, blocks }) => `the workflow ${quote(workflow)} lacks ${listing(ticks(blocks))}`,
      help: ({ examples }) => [`add, for instance, ${listing(ticks(examples))}`],
    },
  ),
  duplicate: error<{ key: string; what: 'key' | 'block' }>()('CRF108', 'A key or block that is given twice', {
    title: ({ key }) => `${quote(key)} is given twice`,
    label: () => 'given again here',
    help: ({ what }) => [what === 'key' ? 'remove one of them' : 'put the entries of both into one block'],
  }),
  duplicateWorkflow: error<{ name: string }>()('CRF109', 'Two workflows of one name', {
    title: ({ name }) => `two workflows are named ${quote(name)}`,
    label: () => 'named so again here',
    notes: ({ name }) => [`both would be compiled to ${name}.sbatch, and their runs would share their state`],
    help: () => ['give one of them another name'],
  }),
  workflowName: error<{ name: string; length: number }>()('CRF110', 'A workflow name that cannot be used', {
    title: ({ name, length }) =>
      length > 64
        ? `a workflow name has at most 64 characters, this one has ${length}`
        : `${quote(name)} cannot name a workflow`,
    notes: () => [
      'the name becomes the name of files and of the job: letters, digits, `_` and `-`, a letter first',
    ],
    help: () => ['choose another, for instance `water_box`'],
  }),
  environmentName: error<{ name: string }>()('CRF111', 'An environment variable that no shell can export', {
    title: ({ name }) => `${quote(name)} cannot name an environment variable`,
    notes: () => ['bash exports names of letters, digits and `_` that do not start with a digit'],
    help: ({ name }) => [`rename it, for instance \`${name.replaceAll('-', '_')}\``],
  }),
  reservedName: error<{ name: string; prefix: string; owner: string }>()(
    'CRF112',
    "An environment variable that is somebody else's",
    {
      title: ({ name, owner }) => `${quote(name)} belongs to ${owner}`,
      label: ({ prefix }) => `names that start with ${prefix} are taken`,
      notes: () => [
        'the job sets and reads such variables itself; a value from here could break its restart',
      ],
      help: () => ['choose another name'],
    },
  ),
  notYet: error<{ what: string; meaning: string; meanwhile: string | undefined }>()(
    'CRF113',
    'Something that this version of crc cannot do yet',
    {
      title: ({ what }) => `${quote(what)} is not yet in this version of crc`,
      notes: ({ meaning }) => [`it will ${meaning}`],
      help: ({ meanwhile }) => (meanwhile === undefined ? [] : [meanwhile]),
    },
  ),
  unknownInsert: error<{
    name: string;
    nearest: string | undefined;
    known: readonly string[];
  }>()('CRF114', 'A name in {{…}} that crc does not know', {
    title: ({ name }) => `crc knows no value named ${quote(name)} to put in for {{${name}}}`,
    notes: ({ known }) => [`it puts in ${listing(ticks(known))}: numbers, which no shell can misread`],
    help: ({ name, nearest }) => [
      ...(nearest === undefined ? [] : [`did you mean {{${nearest}}}?`]),
      `if the text is meant as it stands, write \\{{${name}}}`,
    ],
  }),
  insertNotGiven: error<{ name: string; block: string; example: string }>()(
    'CRF115',
    'A value in {{…}} that the workflow does not give',
    {
      title: ({ name }) => `{{${name}}} has no value: the workflow does not give \`${name}\``,
      help: ({ block, example }) => [`add it: \`${block} { ${example} }\``],
    },
  ),
  notAnEntry: error<{ key: string; blocks: readonly string[] }>()('CRF116', 'A key where only blocks stand', {
    title: ({ key }) => `a workflow has no key ${quote(key)}`,
    notes: () => ['a workflow holds blocks; keys stand inside them'],
    help: ({ blocks }) => [`its blocks are ${listing(ticks(blocks))}`],
  }),
});
