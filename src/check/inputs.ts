import { readShell, type ShellCommand } from '../shell/read.ts';

/** The text of a file of the work folder; undefined if it cannot be read. */
export type ReadInput = (file: string) => string | undefined;

/** What a flow says about the program, as far as inputs have to agree with it. */
export interface OwnSaves {
  /** The file or the signal that asks it to save. */
  readonly ask: { readonly file?: string | undefined; readonly signal?: string | undefined };
  readonly files: readonly string[];
  readonly doneText: string | undefined;
  readonly again: string | undefined;
}

/** What is wrong with an input, and what to do. */
export interface Wrong {
  readonly why: string;
  readonly help: string;
}

/** An input that a command names. */
export interface Input {
  readonly command: ShellCommand;
  readonly file: string;
  /** The program that reads it. */
  readonly title: string;
  readonly isThere: boolean;
  readonly wrong: Wrong | undefined;
}

/** Where an input is named. */
interface Named {
  /** The words after the program in the command. */
  readonly words: readonly string[];
  /** In `again`, and not in `run`. */
  readonly isAgain: boolean;
}

/** A program with an input file in which something matters for its checkpoints. */
interface KnownInput {
  readonly title: string;
  /** Is it this word of a command? */
  readonly program: RegExp;
  /** The input among the words after the program; `stdin`: the file that the command reads as its standard input. */
  readonly input: (words: readonly string[], stdin: string | undefined) => string | undefined;
  /** Undefined: nothing is wrong. */
  readonly wrong: (text: string, own: OwnSaves, named: Named) => Wrong | undefined;
}

const after = (words: readonly string[], ...options: readonly string[]): string | undefined =>
  words[words.findIndex((word) => options.includes(word)) + 1 || words.length];

/** Sources: the facts of programs/*.json. */
const INPUTS: readonly KnownInput[] = [
  {
    title: 'LAMMPS',
    program: /^(?:lmp(?:_\w+)?|lammps)$/,
    input: (words, stdin) => after(words, '-in', '-i', '--in') ?? stdin,
    wrong: wrongLammps,
  },
  {
    title: 'CP2K',
    program: /^cp2k(?:\.\w+)?$/,
    input: (words, stdin) =>
      after(words, '-i', '--input') ??
      words.find((word, i) => !word.startsWith('-') && !CP2K_VALUED.test(words[i - 1] ?? '')) ??
      stdin,
    wrong: wrongCp2k,
  },
  {
    title: 'Quantum ESPRESSO',
    program: /^pw\.x$/,
    input: (words, stdin) => after(words, '-i', '-in', '-inp', '-input', '--input') ?? stdin,
    wrong: wrongEspresso,
  },
  {
    title: 'Python',
    program: /^python[\d.]*$/,
    input: (words) => words.find((word) => word.endsWith('.py')),
    wrong: (text) =>
      /^\s*(?:import|from)\s+(?:pytorch_)?lightning\b/m.test(text) &&
      !/\bauto_requeue\s*=\s*False\b/.test(text)
        ? {
            why: 'it imports Lightning, which requeues jobs itself',
            help: 'give the Trainer `plugins=[SLURMEnvironment(auto_requeue=False)]`',
          }
        : undefined,
  },
  {
    title: 'OpenFOAM',
    program: /^\w+Foam$/,
    input: () => 'system/controlDict',
    wrong: wrongFoam,
  },
];

/** Options of CP2K that take a value. */
const CP2K_VALUED = /^(?:-[ioE]|--(?:input|output|set)|-mpi-mapping|--mpi-mapping)$/;

function wrongLammps(text: string, { ask, doneText }: OwnSaves): Wrong | undefined {
  const read = /^\s*read_restart\s+(\S*\*\S*)/m.exec(text)?.[1];
  if (read !== undefined)
    return {
      why: `\`read_restart ${read}\` reads the file with the largest number in its name, which need not be the newest`,
      help: 'give LAMMPS the file that crflow put back, as in `-var from $CRFLOW_NEWEST`',
    };
  const again = /^\s*read_restart\b/m.test(text);
  if (again && /^\s*run\s+[^\s&]+\s*$/m.test(text))
    return {
      why: 'after `read_restart`, `run N` runs N more steps at each start',
      help: '`run N upto` is the total',
    };
  const dump = [...text.matchAll(/^\s*dump\s+(\S+)/gm)].find(([, id = '']) => !isAppended(text, id))?.[1];
  if (again && dump !== undefined)
    return {
      why: `the output of \`dump ${dump}\` is overwritten at each start`,
      help: `add \`dump_modify ${dump} append yes\``,
    };
  if (ask.file === undefined) return undefined;
  if (!/^\s*fix\s+\S+\s+\S+\s+halt\b/m.test(text))
    return {
      why: `it has no \`fix … halt\`, so LAMMPS would not notice ${ask.file}, and would save nothing at the time limit`,
      help: `add \`variable asked equal is_file(${ask.file})\` and \`fix asked all halt 100 v_asked >= 1 error soft\``,
    };
  if (!text.includes(`is_file(${ask.file})`))
    return {
      why: `it does not look for ${ask.file}`,
      help: `add \`variable asked equal is_file(${ask.file})\``,
    };
  return doneText !== undefined && printsAlways(text, doneText)
    ? {
        why: `it prints ${doneText} after a halt as well, and crflow would take the work for done`,
        help: 'add before it `variable now equal step` and `if "${now} < 100000" then "write_restart restart.a" "quit 3"`, with the last step instead of 100000',
      }
    : undefined;
}

/** Does a LAMMPS input print this text also when a soft halt ended the run before? */
function printsAlways(input: string, text: string): boolean {
  const lines = input.replaceAll(/&[ \t]*\n/g, ' ').split('\n');
  // A hard halt ends LAMMPS at once.
  if (lines.some((line) => /^\s*fix\s+\S+\s+\S+\s+halt\b.*\berror\s+hard\b/.test(line))) return false;
  const at = lines.findIndex((line) => /^\s*print\b/.test(line) && line.includes(text));
  // Where an included file comes is not looked at.
  const before = lines.some((line) => /^\s*include\b/.test(line)) ? lines : lines.slice(0, Math.max(at, 0));
  return at >= 0 && !before.some((line) => /^\s*(?:if\b.*\b(?:quit|jump)\b|quit\b|jump\b)/.test(line));
}

const isAppended = (text: string, id: string) =>
  text
    .split('\n')
    .map((line) => line.trim().split(/\s+/).join(' '))
    .some((line) => line.startsWith(`dump_modify ${id} `) && line.includes(' append yes'));

function wrongCp2k(text: string, _: OwnSaves, { words }: Named): Wrong | undefined {
  const given = words.flatMap((word, i) => (words[i - 1] === '-E' ? (word.split('=')[0] ?? []) : []));
  const set = given.find((name) => new RegExp(`^\\s*@SET\\s+${name}\\b`, 'im').test(text));
  if (set !== undefined)
    return {
      why: `\`@SET ${set}\` beats \`-E ${set}=…\`, without a warning`,
      help: `use \${${set}-0} where it is read, and no @SET`,
    };
  const [, md = ''] = /&MD\b([\s\S]*?)&END/i.exec(text) ?? [];
  return /^\s*STEPS\b/im.test(md) && !/^\s*MAX_STEPS\b/im.test(md)
    ? {
        why: 'STEPS counts from the restart, so that each attempt would add as many',
        help: 'add MAX_STEPS, the last step plus 1',
      }
    : undefined;
}

function wrongEspresso(text: string, { ask, files, again }: OwnSaves, { isAgain }: Named): Wrong | undefined {
  const plain = text.replaceAll(/!.*$/gm, '');
  const given = (name: string) =>
    new RegExp(`\\b${name}\\s*=\\s*(?:'([^'\\n]*)'|"([^"\\n]*)")`, 'i')
      .exec(plain)
      ?.slice(1)
      .find((one) => one !== undefined);
  const asked = /^(?:.*\/)?([^/]+)\.EXIT$/.exec(ask.file ?? '')?.[1];
  const prefix = given('prefix') ?? 'pwscf';
  if (asked !== undefined && prefix !== asked)
    return {
      why: `its prefix is '${prefix}', and the flow asks by ${ask.file}, which pw.x would not notice`,
      help: `write prefix='${asked}', or \`with { prefix = "${prefix}" }\` in the flow`,
    };
  const outdir = given('outdir');
  if (files.length > 0 && !files.some((one) => isIn(one, outdir)))
    return {
      why:
        outdir === undefined
          ? 'it has no outdir, so pw.x saves in the folder itself, or where ESPRESSO_TMPDIR says'
          : `its outdir is '${outdir}', and the flow keeps the files of ${files.join(', ')}`,
      help: `write outdir='./${trimmed(files[0] ?? '')}', or change \`with { outdir = … }\` in the flow`,
    };
  const mode = given('restart_mode');
  if (isAgain && mode !== 'restart')
    return {
      why: "without restart_mode='restart' each attempt starts from step 0, over the outputs, with no complaint",
      help: "write restart_mode='restart' in it",
    };
  return again?.includes('from_scratch') && mode !== 'from_scratch' && mode !== 'restart'
    ? {
        why: "it has no restart_mode='from_scratch', which `again` changes to 'restart': each attempt would start from step 0",
        help: "write restart_mode='from_scratch' in &control",
      }
    : undefined;
}

/** A path without `./` and `/` at its ends. */
const trimmed = (path: string) => path.replace(/^(?:\.\/+)+/, '').replace(/\/+$/, '');

/** Does a pattern of the flow name this folder, or something in it? */
function isIn(pattern: string, folder: string | undefined): boolean {
  if (folder === undefined) return false;
  const [one, other] = [trimmed(pattern), trimmed(folder)];
  return one === other || one.startsWith(`${other}/`) || /[*?[{]/.test(one);
}

function wrongFoam(text: string, { ask }: OwnSaves): Wrong | undefined {
  const numbers: Readonly<Record<string, number>> = { USR1: 10, USR2: 12 };
  const number = numbers[ask.signal ?? ''];
  if (!/^[^/\n]*\bstartFrom\s+latestTime\b/m.test(text))
    return {
      why: 'each attempt starts from the beginning',
      help: 'it needs `startFrom latestTime;`',
    };
  if (/^[^/\n]*\bstopAt\s+(?:writeNow|noWriteNow|nextWrite)\b/m.test(text))
    return {
      why: 'each attempt ends after its first steps, also past endTime',
      help: 'it needs `stopAt endTime;`',
    };
  return number !== undefined && !new RegExp(`[wW]riteNowSignal\\s+${number}\\b`).test(text)
    ? {
        why: `the signal would kill OpenFOAM, because no \`stopAtWriteNowSignal ${number};\` is in OptimisationSwitches`,
        help: `add \`OptimisationSwitches { writeNowSignal ${number === 10 ? 12 : 10}; stopAtWriteNowSignal ${number}; }\``,
      }
    : undefined;
}

/** The inputs that commands of `run` and `again` name literally, each once: the first thing that is wrong with it. */
export function inputsOf(
  commands: readonly { readonly command: ShellCommand; readonly isAgain: boolean }[],
  own: OwnSaves,
  read: ReadInput,
): readonly Input[] {
  const inputs = new Map<string, Input>();
  for (const { command, isAgain } of commands) {
    const words = [command.name, ...command.args.map(({ value, text }) => value ?? text)];
    for (const { title, program, input, wrong } of INPUTS) {
      const at = words.findIndex((word) => program.test(word.replace(/^.*\//, '')));
      const file = at < 0 ? undefined : input(words.slice(at + 1), command.input);
      if (file === undefined || !/^[\w./+-]+$/.test(file) || inputs.get(file)?.wrong !== undefined) continue;
      const text = title === 'LAMMPS' ? withIncludes(file, read) : read(file);
      // What the job itself writes is not there yet.
      if (text === undefined && isWritten(own.again, file)) continue;
      inputs.set(file, {
        command,
        file,
        title,
        isThere: text !== undefined,
        wrong: text === undefined ? undefined : wrong(text, own, { words: words.slice(at + 1), isAgain }),
      });
    }
  }
  return [...inputs.values()];
}

const isWritten = (text: string | undefined, file: string): boolean =>
  text !== undefined && readShell(text).commands.some((one) => one.outputs?.includes(file) === true);

/** A LAMMPS input with what it includes, in any order; 20 files at most. */
function withIncludes(first: string, read: ReadInput): string | undefined {
  const files = [first];
  const texts: string[] = [];
  for (const file of files) {
    const text = read(file);
    if (text === undefined && file === first) return undefined;
    texts.push(text ?? '');
    for (const [, name = ''] of (text ?? '').matchAll(/^\s*include\s+(\S+)/gm))
      if (files.length < 20 && !files.includes(name)) files.push(name);
  }
  return texts.join('\n');
}
