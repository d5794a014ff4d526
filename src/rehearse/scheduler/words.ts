import { OPTIONS, type OptionKind, REFUSED } from '../../language/sbatch.ts';

/** The options of a command line, by their long names without dashes, and what comes after them. */
export interface CommandLine {
  readonly options: ReadonlyMap<string, string>;
  readonly rest: readonly string[];
}

/** Which options a command has. */
export interface Grammar {
  readonly long: ReadonlyMap<string, OptionKind>;
  /** Long names by their letters. */
  readonly short: Readonly<Record<string, string>>;
  /** Do options end at the first word that is none, as for commands that are given a program? */
  readonly ordered: boolean;
}

const FLAGS = new Set([
  'requeue',
  'no-requeue',
  'parsable',
  'quiet',
  'verbose',
  'wait',
  'test-only',
  'help',
  'usage',
  'version',
  'overlap',
  'exact',
  'label',
  'unbuffered',
  'pty',
  'multi-prog',
]);

const jobOptions = new Map<string, OptionKind>([
  ...[...REFUSED.keys()].map((name) => [name, FLAGS.has(name) ? 'flag' : 'value'] as const),
  ...OPTIONS,
]);

const jobLetters = {
  a: 'array',
  A: 'account',
  b: 'begin',
  c: 'cpus-per-task',
  C: 'constraint',
  d: 'dependency',
  D: 'chdir',
  e: 'error',
  G: 'gpus',
  H: 'hold',
  i: 'input',
  J: 'job-name',
  k: 'no-kill',
  L: 'licenses',
  m: 'distribution',
  M: 'clusters',
  n: 'ntasks',
  N: 'nodes',
  o: 'output',
  O: 'overcommit',
  p: 'partition',
  q: 'qos',
  Q: 'quiet',
  s: 'oversubscribe',
  t: 'time',
  v: 'verbose',
  V: 'version',
  w: 'nodelist',
  W: 'wait',
  x: 'exclude',
};

export const SBATCH: Grammar = { long: jobOptions, short: jobLetters, ordered: true };

export const SRUN: Grammar = {
  long: new Map<string, OptionKind>([
    ...jobOptions,
    ...(['overlap', 'exact', 'label', 'unbuffered', 'pty', 'multi-prog'] as const).map(
      (name) => [name, 'flag'] as const,
    ),
    ...(
      ['cpu-bind', 'mpi', 'jobid', 'het-group', 'relative', 'epilog', 'prolog', 'task-prolog'] as const
    ).map((name) => [name, 'value'] as const),
    ...(['task-epilog', 'slurmd-debug', 'resv-ports', 'wait'] as const).map(
      (name) => [name, 'value'] as const,
    ),
    ...(['kill-on-bad-exit', 'immediate', 'exclusive'] as const).map((name) => [name, 'optional'] as const),
  ]),
  short: { ...jobLetters, K: 'kill-on-bad-exit', I: 'immediate', l: 'label', u: 'unbuffered', r: 'relative' },
  ordered: true,
};

export const SQUEUE: Grammar = {
  long: new Map<string, OptionKind>([
    ...(['noheader', 'array', 'all', 'long', 'me', 'start', 'version'] as const).map(
      (name) => [name, 'flag'] as const,
    ),
    ...(['jobs', 'steps'] as const).map((name) => [name, 'optional'] as const),
    ...(
      ['format', 'Format', 'name', 'user', 'partition', 'states', 'sort', 'account', 'clusters'] as const
    ).map((name) => [name, 'value'] as const),
  ]),
  short: {
    h: 'noheader',
    r: 'array',
    a: 'all',
    l: 'long',
    j: 'jobs',
    s: 'steps',
    o: 'format',
    O: 'Format',
    n: 'name',
    u: 'user',
    p: 'partition',
    t: 'states',
    S: 'sort',
    A: 'account',
    M: 'clusters',
    V: 'version',
  },
  ordered: false,
};

export const SINFO: Grammar = {
  long: new Map<string, OptionKind>([
    ...(['noheader', 'all', 'long', 'Node', 'summarize', 'version'] as const).map(
      (name) => [name, 'flag'] as const,
    ),
    ...(['partition', 'nodes', 'format', 'states'] as const).map((name) => [name, 'value'] as const),
  ]),
  short: {
    h: 'noheader',
    a: 'all',
    l: 'long',
    N: 'Node',
    s: 'summarize',
    p: 'partition',
    n: 'nodes',
    o: 'format',
    t: 'states',
  },
  ordered: false,
};

export const SCANCEL: Grammar = {
  long: new Map<string, OptionKind>([
    ...(['batch', 'full', 'quiet', 'verbose', 'hurry', 'ctld', 'me', 'interactive', 'version'] as const).map(
      (name) => [name, 'flag'] as const,
    ),
    ...(['signal', 'name', 'user', 'partition', 'state', 'account', 'clusters'] as const).map(
      (name) => [name, 'value'] as const,
    ),
  ]),
  short: { b: 'batch', f: 'full', Q: 'quiet', v: 'verbose', s: 'signal', n: 'name', u: 'user', V: 'version' },
  ordered: false,
};

/** Reads the words of a command as getopt_long does: `--name=value`, `--name value`, `-xvalue`, unambiguous beginnings of names. */
export function readCommandLine(
  words: readonly string[],
  { long, short, ordered }: Grammar,
): CommandLine | string {
  const options = new Map<string, string>();
  const rest: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return { options, rest: [...rest, ...words.slice(at + 1)] };
    if (word.startsWith('--')) {
      const [, written = '', value] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      const name = nameOf(written, long);
      if (name === undefined) return `unrecognized option '${word}'`;
      const kind = long.get(name);
      if (kind === 'flag' && value !== undefined) return `option '--${name}' doesn't allow an argument`;
      if (kind === 'value' && value === undefined && at + 1 >= words.length)
        return `option '--${name}' requires an argument`;
      options.set(name, value ?? (kind === 'value' ? (words[++at] ?? '') : ''));
    } else if (/^-./s.test(word)) {
      for (let letter = 1; letter < word.length; letter++) {
        const name = short[word[letter] ?? ''];
        if (name === undefined) return `invalid option -- '${word[letter]}'`;
        if (long.get(name) === 'flag') {
          options.set(name, '');
          continue;
        }
        const joined = word.slice(letter + 1);
        // One that may have a value, as a long option, takes the next word after its letter.
        if (joined === '' && at + 1 >= words.length)
          return `option requires an argument -- '${word[letter]}'`;
        options.set(name, joined === '' ? (words[++at] ?? '') : joined);
        break;
      }
    } else if (ordered) {
      return { options, rest: words.slice(at) };
    } else {
      rest.push(word);
    }
  }
  return { options, rest };
}

function nameOf(written: string, long: Grammar['long']): string | undefined {
  if (long.has(written)) return written;
  const begun = [...long.keys()].filter((name) => name.startsWith(written));
  return begun.length === 1 ? begun[0] : undefined;
}

/** The options in the `#SBATCH` lines of a script: up to its first command, quoted as in a shell. */
export function directivesOf(script: string): string[] {
  const words: string[] = [];
  for (const line of script.split('\n').slice(1)) {
    if (/^#SBATCH\s/.test(line)) words.push(...shellWords(line.slice('#SBATCH'.length)));
    else if (!/^\s*(#|$)/.test(line)) break;
  }
  return words;
}

/** The words of a line up to a comment, without their quotes. */
function shellWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? '';
    if (character === "'" || character === '"') {
      word ??= '';
      for (at++; at < line.length && line[at] !== character; at++) {
        if (character === '"' && line[at] === '\\') at++;
        word += line[at] ?? '';
      }
    } else if (character === '\\') {
      word = (word ?? '') + (line[++at] ?? '');
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#' && word === undefined) {
      break;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/**
 * A time as Slurm reads it, in seconds: `60` is 60 minutes, `2:30` is minutes and seconds, `1:00:00`, `1-12`, `1-12:30`, `1-12:30:15`.
 * Null for no limit; undefined for what is not a time.
 */
export function parseSlurmTime(text: string): number | null | undefined {
  if (/^(UNLIMITED|INFINITE|-1)$/i.test(text)) return null;
  const [, days, list] = /^(?:(\d+)-)?(\d+(?::\d+){0,2})$/.exec(text) ?? [];
  if (list === undefined) return undefined;
  const [first = 0, second = 0, third = 0] = list.split(':').map(Number);
  if (days !== undefined) return Number(days) * 86_400 + first * 3600 + second * 60 + third;
  return (
    { 1: first * 60, 2: first * 60 + second }[list.split(':').length] ?? first * 3600 + second * 60 + third
  );
}

/** The nodes of an expression such as `n[1-3,7],m2`. */
export function nodesOf(text: string): string[] {
  return (text.match(/[^,[\]]+(?:\[[^\]]*\])?/g) ?? []).flatMap((part) => {
    const [, stem = part, list] = /^([^[]*)\[(.*)\]$/.exec(part) ?? [];
    if (list === undefined) return [part];
    return list.split(',').flatMap((range) => {
      const [low = '', high = low] = range.split('-');
      const many = Math.max(0, Number(high) - Number(low) + 1);
      return Array.from({ length: many }, (_, i) => stem + String(Number(low) + i).padStart(low.length, '0'));
    });
  });
}

/** Nodes as Slurm writes them: `n[1-3,7]`. */
export function expressionOf(nodes: readonly string[]): string {
  const stems = new Map<string, number[]>();
  for (const node of nodes) {
    const [, stem = node, number] = /^(.*?)(0|[1-9]\d*)$/.exec(node) ?? [];
    stems.set(stem, [...(stems.get(stem) ?? []), ...(number === undefined ? [] : [Number(number)])]);
  }
  return [...stems]
    .map(([stem, numbers]) => {
      const sorted = [...new Set(numbers)].sort((a, b) => a - b);
      if (sorted.length <= 1) return `${stem}${sorted[0] ?? ''}`;
      const ranges: [number, number][] = [];
      for (const number of sorted) {
        const last = ranges.at(-1);
        if (last !== undefined && last[1] === number - 1) last[1] = number;
        else ranges.push([number, number]);
      }
      return `${stem}[${ranges.map(([low, high]) => (low === high ? low : `${low}-${high}`)).join(',')}]`;
    })
    .join(',');
}

/** The tasks of an array and how many may run at once, or undefined if the text is none. */
export function parseTasks(text: string): { readonly tasks: number[]; readonly atOnce?: number } | undefined {
  const [, list = '', most] = /^([\d,:-]+)(?:%(\d+))?$/.exec(text) ?? [];
  const tasks = new Set<number>();
  for (const part of list.split(',')) {
    const [, low, high = low, step = '1'] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part) ?? [];
    if (low === undefined || Number(step) === 0) return undefined;
    for (let task = Number(low); task <= Number(high); task += Number(step)) tasks.add(task);
  }
  const sorted = [...tasks].sort((a, b) => a - b);
  return { tasks: sorted, ...(most === undefined || most === '0' ? {} : { atOnce: Number(most) }) };
}

const SIGNALS =
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU'.split(
    ' ',
  );

/** The name of a signal without SIG, from a name or a number; undefined if there is none. */
export function signalNamed(text: string): string | undefined {
  if (/^\d+$/.test(text)) return SIGNALS[Number(text) - 1];
  const name = text.toUpperCase().replace(/^SIG/, '');
  return SIGNALS.includes(name) ? name : undefined;
}
