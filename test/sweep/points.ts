import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isQuiet, quietFunctions } from './quiet.ts';

/** Who dies: all of the job, as on a node that loses power, or only the half that is about to run the command. */
export type Mode = 'all' | 'alone';

/** A place where an emitted job can be killed: right before a command of it, at its `hit`-th time in a run. */
export interface Point {
  /** `inner:607.a3f2#1:all`: role, line, hash of the command, hit, mode. What `--only` takes, or how it begins. */
  readonly id: string;
  /** `ROLE:LINE#HIT`, as trap.sh wants it. */
  readonly at: string;
  readonly role: string;
  readonly mode: Mode;
  /** The command as bash prints it. */
  readonly command: string;
  readonly line: number;
  readonly inFunction: string;
}

/** What a run went through that was killed at a point, or at none. */
export interface Verdict {
  /** False where the run ended without coming to the point: a loop turned less often than in the trace. */
  readonly reached: boolean;
  /** Promises that were broken, in words; none is as it should be. */
  readonly broken: readonly string[];
  /** Exit statuses of all starts, in order. */
  readonly statuses: readonly number[];
  /** For people: the job's log, and what was in the run's folder at the end. */
  readonly story: string;
  /** The job script that was run. */
  readonly script: string;
}

/**
 * All points of a trace that trap.sh wrote: before each command that is not quiet, its first time, and a later one that `random`
 * chooses. `every`: also before those that are.
 */
export function pointsOf(
  trace: string,
  script: string,
  modes: readonly Mode[],
  random: () => number,
  every = false,
): Point[] {
  const functions = quietFunctions(script);
  const seen = new Map<
    string,
    { role: string; line: number; inFunction: string; command: string; n: number }
  >();
  for (const entry of readFileSync(trace, 'utf8').split('\0').filter(Boolean)) {
    const [role = '', line = '', inFunction = '', ...command] = entry.split('\t');
    const key = [role, line, command.join('\t')].join('\t');
    const found = seen.get(key);
    if (found) found.n += 1;
    else seen.set(key, { role, line: Number(line), inFunction, command: command.join('\t'), n: 1 });
  }
  // Settings at the head of the script change nothing but variables.
  const counts = [...seen.values()].filter(
    ({ inFunction, command }) =>
      ((inFunction !== 'main' && inFunction !== '') ||
        !/^(:|set|readonly|for|case|unset|declare|export|exec|\.|\[\[) |^\w+=/.test(command)) &&
      (every || !isQuiet(command, functions)),
  );
  return counts.flatMap(({ role, line, inFunction, command, n }) => {
    // Loops that wait turn more or less often each time: what is well before their end is reached every time.
    const hits = n < 2 ? [1] : [1, 2 + Math.floor(random() * Math.max(1, n * 0.7 - 1))];
    const hash = createHash('sha1').update(command).digest('hex').slice(0, 4);
    return hits.flatMap((hit) =>
      modes.map((mode) => ({
        id: `${role}:${line}.${hash}#${hit}:${mode}`,
        at: `${role}:${line}#${hit}`,
        role,
        mode,
        command,
        line,
        inFunction,
      })),
    );
  });
}

/** A point, and the command that was about to run. */
export const describePoint = ({ id, inFunction, command }: Point) =>
  `${id}  ${inFunction}: ${command.split('\n')[0]}`;

/** What became of a run that was killed at a point, in full. */
export const inWords = (point: Point, { broken, statuses, story, script }: Verdict) =>
  `${describePoint(point)}
  line ${point.line}: ${script.split('\n')[point.line - 1]?.trim()}
  statuses: ${statuses.join(' ')}
  ${broken.join('\n  ')}
${story.replaceAll(/^/gm, '  | ')}`;

/** A sequence of numbers in [0, 1) that is the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` of `all`, in an order that `random` chooses. */
export function sample<T>(all: readonly T[], count: number, random: () => number): T[] {
  return all
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ item }) => item);
}
