import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isQuiet, quietFunctions, redirectingFunctions, writesFile } from './quiet.ts';

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

/** One entry of a trace: a command that is about to run. */
interface Step {
  readonly role: string;
  readonly line: number;
  readonly inFunction: string;
  /** The process id of the shell, and how many functions it is in. */
  readonly shell: string;
  readonly depth: number;
  readonly command: string;
  /** The number of a moment: to be killed at steps of the same moment is the same. */
  moment: number;
}

/**
 * All points of a trace that trap.sh wrote: before each command that is not quiet, its first time, and a later one that `random`
 * chooses. Where a point is the same moment as another one, as the call of a function and the first command in it, one of them is left
 * out. `every`: also before quiet ones, and nothing is left out.
 */
export function pointsOf(
  trace: string,
  script: string,
  modes: readonly Mode[],
  random: () => number,
  every = false,
): Point[] {
  const functions = quietFunctions(script);
  const steps = readSteps(readFileSync(trace, 'utf8'));
  tellMoments(steps, functions, redirectingFunctions(script));
  const seen = new Map<string, Step[]>();
  for (const step of steps) {
    const key = [step.role, step.line, step.command].join('\t');
    seen.set(key, [...(seen.get(key) ?? []), step]);
  }
  // Settings at the head of the script change nothing but variables.
  const places = [...seen.values()].filter(
    ([{ inFunction, command } = nowhere]) =>
      ((inFunction !== 'main' && inFunction !== '') ||
        !/^(:|set|readonly|for|case|unset|declare|export|exec|\.|\[\[) |^\w+=/.test(command)) &&
      (every || !isQuiet(command, functions)),
  );
  const covered = new Set<number>();
  return places.flatMap((times) => {
    const { role, line, inFunction, command } = times[0] ?? nowhere;
    const isNew = (hit: number) => every || !covered.has(times[hit - 1]?.moment ?? -1);
    const hits = isNew(1) ? [1] : [];
    for (const hit of hits) covered.add(times[hit - 1]?.moment ?? -1);
    // Loops that wait turn more or less often each time: what is well before their end is reached every time.
    const later = times.map((_, at) => at + 1).slice(1, Math.max(2, Math.ceil(times.length * 0.7)));
    const open = later.filter(isNew);
    const chosen = open[Math.floor(random() * open.length)];
    if (chosen !== undefined) {
      hits.push(chosen);
      covered.add(times[chosen - 1]?.moment ?? -1);
    }
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

const nowhere: Step = { role: '', line: 0, inFunction: '', shell: '', depth: 0, command: '', moment: -1 };

function readSteps(trace: string): Step[] {
  return trace
    .split('\0')
    .filter(Boolean)
    .map((entry, moment) => {
      const [role = '', line = '', inFunction = '', shell = '', depth = '', ...command] = entry.split('\t');
      return {
        role,
        line: Number(line),
        inFunction,
        shell,
        depth: Number(depth),
        command: command.join('\t'),
        moment,
      };
    });
}

/**
 * Steps between which nothing changes outside of their shell get the same moment: a quiet command and the next one, the call of a function
 * and its first command. Only where the same shell goes on at once, and nothing else of its half comes between.
 */
function tellMoments(
  steps: readonly Step[],
  quiet: ReadonlySet<string>,
  redirecting: ReadonlySet<string>,
): void {
  const before = new Map<string, Step>();
  const entered = new Set<Step>();
  for (const step of steps) {
    const last = before.get(step.role);
    before.set(step.role, step);
    if (last === undefined || last.shell !== step.shell) continue;
    if (redirecting.has(step.inFunction) || redirecting.has(last.inFunction)) continue;
    const isCall = step.depth === last.depth + 1;
    // bash names the call once more when it is in the function.
    if (isCall && step.command === last.command) entered.add(step);
    const isNothing =
      entered.has(last) || isQuiet(last.command, quiet) || (isCall && !writesFile(last.command));
    if (isNothing) step.moment = last.moment;
  }
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
