import { resolve } from 'node:path';
import { readSource } from '../../host/files.ts';
import type { OwnCheckpoints, Plan } from '../../model/plan.ts';
import { readShell } from '../../shell/read.ts';
import type { Check } from './check.ts';

/** The text of a file of the work folder; undefined if it cannot be read. */
type ReadInput = (file: string) => Promise<string | undefined>;

/** A program with an input file in which something matters for its checkpoints. */
interface KnownInput {
  readonly title: string;
  /** Is it this word of a command? */
  readonly program: RegExp;
  /** The input among the words after the program. */
  readonly input: (words: readonly string[]) => string | undefined;
  /** What is wrong with it, in a sentence; undefined: nothing. `words` come after the program in the command. */
  readonly wrong: (text: string, own: OwnCheckpoints, words: readonly string[]) => string | undefined;
}

const after =
  (...options: readonly string[]) =>
  (words: readonly string[]) =>
    words[words.findIndex((word) => options.includes(word)) + 1 || words.length];

/** Sources: the facts of programs/*.json. */
const INPUTS: readonly KnownInput[] = [
  {
    title: 'LAMMPS',
    program: /^(?:lmp(?:_\w+)?|lammps)$/,
    input: after('-in', '-i', '--in'),
    wrong: (text, { ask }) => {
      const read = /^\s*read_restart\s+(\S*\*\S*)/m.exec(text)?.[1];
      if (read !== undefined)
        return `\`read_restart ${read}\` reads the file with the largest number in its name, which need not be the newest: give LAMMPS the file that crflow put back, as in \`-var from $CRFLOW_NEWEST\``;
      const again = /^\s*read_restart\b/m.test(text);
      if (again && /^\s*run\s+[^\s&]+\s*$/m.test(text))
        return 'after `read_restart`, `run N` runs N more steps at each start: `run N upto` is the total';
      const dump = [...text.matchAll(/^\s*dump\s+(\S+)/gm)].find(([, id = '']) => !isAppended(text, id))?.[1];
      if (again && dump !== undefined)
        return `the output of \`dump ${dump}\` is overwritten at each start: add \`dump_modify ${dump} append yes\``;
      if (ask?.how !== 'file') return undefined;
      if (!/^\s*fix\s+\S+\s+\S+\s+halt\b/m.test(text))
        return `it has no \`fix … halt\`: LAMMPS would not notice ${ask.file}, and would save nothing at the time limit`;
      return text.includes(`is_file(${ask.file})`)
        ? undefined
        : `it does not look for ${ask.file}: add \`variable asked equal is_file(${ask.file})\``;
    },
  },
  {
    title: 'CP2K',
    program: /^cp2k(?:\.\w+)?$/,
    input: after('-i'),
    wrong: (text, _, words) => {
      const given = words.flatMap((word, i) => (words[i - 1] === '-E' ? (word.split('=')[0] ?? []) : []));
      const set = given.find((name) => new RegExp(`^\\s*@SET\\s+${name}\\b`, 'im').test(text));
      if (set !== undefined)
        return `\`@SET ${set}\` beats \`-E ${set}=…\`, without a warning: use \${${set}-0} where it is read, and no @SET`;
      const [, md = ''] = /&MD\b([\s\S]*?)&END/i.exec(text) ?? [];
      return /^\s*STEPS\b/im.test(md) && !/^\s*MAX_STEPS\b/im.test(md)
        ? 'STEPS counts from the restart, so that each attempt would add as many: add MAX_STEPS, the last step plus 1'
        : undefined;
    },
  },
  {
    title: 'Python',
    program: /^python[\d.]*$/,
    input: (words) => words.find((word) => word.endsWith('.py')),
    wrong: (text) =>
      /^\s*(?:import|from)\s+(?:pytorch_)?lightning\b/m.test(text) &&
      !/\bauto_requeue\s*=\s*False\b/.test(text)
        ? 'it imports Lightning, which requeues jobs itself: give the Trainer `plugins=[SLURMEnvironment(auto_requeue=False)]`'
        : undefined,
  },
  {
    title: 'OpenFOAM',
    program: /^\w+Foam$/,
    input: () => 'system/controlDict',
    wrong: (text, { ask }) => {
      const number = ask?.how === 'signal' ? { USR1: 10, USR2: 12 }[ask.signal] : undefined;
      if (!/^[^/\n]*\bstartFrom\s+latestTime\b/m.test(text))
        return 'it needs `startFrom latestTime;`, or each attempt starts from the beginning';
      if (/^[^/\n]*\bstopAt\s+(?:writeNow|noWriteNow|nextWrite)\b/m.test(text))
        return 'it needs `stopAt endTime;`: with another word, each attempt ends after its first steps, also past endTime';
      return number !== undefined && !new RegExp(`[wW]riteNowSignal\\s+${number}\\b`).test(text)
        ? `no \`stopAtWriteNowSignal ${number};\` is in OptimisationSwitches: the signal would kill OpenFOAM`
        : undefined;
    },
  },
];

/** Checks the inputs of programs that save themselves, as far as `run` and `again` name them literally. */
export async function checkInputs(
  of: (what: string) => string,
  { run, checkpoint }: Plan,
  folder: string | undefined,
): Promise<readonly Check[]> {
  const { own } = checkpoint;
  if (own === undefined || folder === undefined) return [];
  const read: ReadInput = async (file) => {
    const found = await readSource(resolve(folder, file));
    return 'text' in found ? found.text : undefined;
  };
  const checks = new Map<string, Check>();
  const commands = [run.text, own.again ?? ''].flatMap((text) => readShell(text).commands);
  for (const { name, args } of commands) {
    const words = [name, ...args.map(({ text }) => text)];
    for (const { title, program, input, wrong } of INPUTS) {
      const at = words.findIndex((word) => program.test(word.replace(/^.*\//, '')));
      const file = at < 0 ? undefined : input(words.slice(at + 1));
      if (file === undefined || !/^[\w./+-]+$/.test(file) || isToBeMended(checks.get(file))) continue;
      const text = title === 'LAMMPS' ? await withIncludes(file, read) : await read(file);
      const what = of(`${file} for ${title}`);
      const why = text === undefined ? undefined : wrong(text, own, words.slice(at + 1));
      checks.set(
        file,
        text === undefined
          ? { what, verdict: 'unknown', says: 'it is not there, or cannot be read' }
          : {
              what,
              verdict: why === undefined ? 'fine' : 'wrong',
              says: why ?? 'nothing in it prevents checkpoints',
            },
      );
    }
  }
  return [...checks.values()];
}

/** The first thing that is wrong with an input is told; both `run` and `again` can name it, with other options. */
const isToBeMended = (check: Check | undefined) => check !== undefined && check.verdict !== 'fine';

const isAppended = (text: string, id: string) =>
  text
    .split('\n')
    .map((line) => line.trim().split(/\s+/).join(' '))
    .some((line) => line.startsWith(`dump_modify ${id} `) && line.includes(' append yes'));

/** A LAMMPS input with what it includes, in any order; 20 files at most. */
async function withIncludes(first: string, read: ReadInput): Promise<string | undefined> {
  const files = [first];
  const texts: string[] = [];
  for (const file of files) {
    const text = await read(file);
    if (text === undefined && file === first) return undefined;
    texts.push(text ?? '');
    for (const [, name = ''] of (text ?? '').matchAll(/^\s*include\s+(\S+)/gm))
      if (files.length < 20 && !files.includes(name)) files.push(name);
  }
  return texts.join('\n');
}
