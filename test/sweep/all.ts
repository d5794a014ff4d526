import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { clusterFor } from '../matrix/cell.ts';
import { type Dmtcp, dmtcpImplementations, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { startCluster } from '../support/slurm-cluster.ts';
import { SmallCluster } from '../support/small-cluster.ts';
import { crash, type SweepEngine } from './crash.ts';
import { onCluster, type Place, withoutScheduler } from './place.ts';
import {
  describePoint,
  inWords,
  type Mode,
  type Point,
  pointsOf,
  sample,
  seeded,
  type Verdict,
} from './points.ts';

const usage = `npm run sweep -- [options]: kills an emitted job at each of its commands, starts it again, checks the promises.
  --with real|stand-in  DMTCP, or its stand-in (default)
  --engine dmtcp|own    what saves the program (default: dmtcp); with own, it saves itself
  --mode all|alone|both everything of the job dies (default: both), or only the half that runs the command
  --only TEXT           points whose id begins so, for instance inner:607 or inner:607.a3f2#1:all
  --every               also before commands that change nothing outside of their shell, as an assignment
  --part K/N            only each Nth point, from the Kth on, in order: N parts are all of them, with one seed
  --sample N            so many of them, by chance
  --seed N              which ones, and which later occurrence of each command (default: the time)
  --at-once N           runs at the same time (twice the number of processors)
  --on small|slurm|none where jobs run: the small scheduler (default), a real Slurm, or without one, where nobody ends what
                        a killed batch shell leaves behind
  --list                only print the points
`;

/** The complete sweep. Returns the exit status: 1 where a promise was broken. */
export async function all(words: string[]): Promise<number> {
  const { values: asked } = parseArgs({
    args: words,
    options: {
      engine: { type: 'string', default: 'dmtcp' },
      with: { type: 'string', default: 'stand-in' },
      mode: { type: 'string', default: 'both' },
      only: { type: 'string', default: '' },
      sample: { type: 'string' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      'at-once': { type: 'string', default: String(2 * availableParallelism()) },
      on: { type: 'string', default: 'small' },
      every: { type: 'boolean', default: false },
      part: { type: 'string', default: '1/1' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (asked.help) return say(usage, 0);
  const dmtcp = dmtcpImplementations.find(({ real }) => real === (asked.with === 'real'));
  if (!dmtcp) return say(`cannot use ${asked.with}: ${whyNoRealDmtcp}`, 2);
  if (asked.engine !== 'dmtcp' && asked.engine !== 'own') return say(usage, 2);
  const { engine } = asked;
  const atOnce = Number(asked['at-once']);
  const place = await placeOf(asked.on, dmtcp, atOnce);
  if (place === undefined) return say(usage, 2);
  try {
    return await swept(place, { ...asked, engine, atOnce, dmtcp: dmtcp.name });
  } finally {
    await place.close();
  }
}

async function placeOf(on: string, dmtcp: Dmtcp, atOnce: number): Promise<Place | undefined> {
  const { settings, cpus } = clusterFor(atOnce);
  if (on === 'small')
    return onCluster(dmtcp, await SmallCluster.start({ nodes: atOnce, cpus, requeueDelay: 0 }), atOnce);
  if (on === 'slurm') return onCluster(dmtcp, await startCluster({ nodes: atOnce, cpus, settings }), atOnce);
  return on === 'none' ? withoutScheduler(dmtcp) : undefined;
}

interface Asked {
  readonly engine: SweepEngine;
  /** The name of what saves. */
  readonly dmtcp: string;
  readonly mode: string;
  readonly only: string;
  readonly sample?: string | undefined;
  readonly seed: string;
  readonly atOnce: number;
  readonly every: boolean;
  readonly part: string;
  readonly list: boolean;
}

async function swept(place: Place, asked: Asked): Promise<number> {
  const { engine } = asked;
  const random = seeded(Number(asked.seed));
  const modes: Mode[] = asked.mode === 'both' ? ['all', 'alone'] : [asked.mode as Mode];

  let points: Point[] = [];
  const undisturbed = await crash(
    place,
    null,
    (file, script) => {
      points = pointsOf(file, script, modes, random, asked.every);
    },
    engine,
  );
  if (undisturbed.broken.length > 0) {
    say(`undisturbed, and: ${undisturbed.broken.join('; ')}\n${undisturbed.story}`);
    return 1;
  }
  const count = points.length;
  points = points.filter(({ id }) => id.startsWith(asked.only));
  if (points.length === 0)
    return say(`no point begins with ${asked.only}: line numbers change with the runtime; see --list`, 2);
  const [k = 1, n = 1] = asked.part.split('/').map(Number);
  points = points.filter((_, i) => i % n === k - 1);
  if (asked.sample) points = sample(points, Number(asked.sample), random);
  const what = engine === 'dmtcp' ? asked.dmtcp : `engine ${engine}`;
  say(`${points.length} of ${count} points, ${what}, on ${place.name}; --seed ${asked.seed}`);
  if (asked.list) {
    for (const point of points) say(describePoint(point));
    return 0;
  }

  const began = Date.now();
  const verdicts: [Point, Verdict][] = [];
  const queue = [...points];
  const worker = async () => {
    for (let point = queue.shift(); point; point = queue.shift()) {
      const verdict = await crash(place, point, undefined, engine);
      verdicts.push([point, verdict]);
      if (verdict.broken.length > 0) say(`VIOLATED ${inWords(point, verdict)}`);
      if (verdicts.length % 20 === 0) say(progress(verdicts, points.length, began));
    }
  };
  await Promise.all(Array.from({ length: asked.atOnce }, worker));
  return summary(verdicts, began);
}

const isViolated = ([, { broken }]: [Point, Verdict]) => broken.length > 0;

const minutes = (began: number) => `${((Date.now() - began) / 60_000).toFixed(1)} min`;

function progress(verdicts: readonly [Point, Verdict][], all: number, began: number): string {
  const reached = verdicts.filter(([, verdict]) => verdict.reached).length;
  return `${verdicts.length} of ${all}: ${reached} reached, ${verdicts.filter(isViolated).length} violated, after ${minutes(began)}`;
}

function summary(verdicts: [Point, Verdict][], began: number): number {
  const violated = verdicts.filter(isViolated);
  const reached = verdicts.filter(([, verdict]) => verdict.reached);
  say(
    `\n${verdicts.length} points: ${reached.length} reached, ${violated.length} violated, in ${minutes(began)}`,
  );
  const ways = new Map<string, number>();
  for (const [{ mode }, { statuses }] of reached) {
    const way = `${mode}: ${statuses.join(' ')}`;
    ways.set(way, (ways.get(way) ?? 0) + 1);
  }
  say('Statuses of the job, each time it ended:');
  for (const [way, count] of [...ways].sort()) say(`  ${String(count).padStart(4)}  ${way}`);
  for (const [point, { broken }] of violated)
    say(`violated: ${describePoint(point)}\n    ${broken.join('\n    ')}`);
  return violated.length > 0 ? 1 : 0;
}

/** Prints a line, and returns an exit status to end with. */
function say(text: string, status = 0): number {
  process.stdout.write(`${text}\n`);
  return status;
}
