import { parseArgs } from 'node:util';
import { dmtcpImplementations, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { crash } from './crash.ts';
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
  --at-once N           runs at the same time (4)
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
      'at-once': { type: 'string', default: '4' },
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
  const random = seeded(Number(asked.seed));
  const modes: Mode[] = asked.mode === 'both' ? ['all', 'alone'] : [asked.mode as Mode];

  let points: Point[] = [];
  const undisturbed = await crash(
    dmtcp,
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
  say(`${points.length} of ${count} points, engine ${engine}, with ${dmtcp.name}; --seed ${asked.seed}`);
  if (asked.list) {
    for (const point of points) say(describePoint(point));
    return 0;
  }

  const verdicts: [Point, Verdict][] = [];
  const queue = [...points];
  const worker = async () => {
    for (let point = queue.shift(); point; point = queue.shift()) {
      const verdict = await crash(dmtcp, point, undefined, engine);
      verdicts.push([point, verdict]);
      if (verdict.broken.length > 0) say(`VIOLATED ${inWords(point, verdict)}`);
      if (verdicts.length % 20 === 0) say(`${verdicts.length} of ${points.length}`);
    }
  };
  await Promise.all(Array.from({ length: Number(asked['at-once']) }, worker));
  return summary(verdicts);
}

function summary(verdicts: [Point, Verdict][]): number {
  const violated = verdicts.filter(([, { broken }]) => broken.length > 0);
  const reached = verdicts.filter(([, verdict]) => verdict.reached);
  say(`\n${verdicts.length} points: ${reached.length} reached, ${violated.length} violated`);
  const ways = new Map<string, number>();
  for (const [{ mode }, { statuses }] of reached) {
    const way = `${mode}: ${statuses.join(' ')}`;
    ways.set(way, (ways.get(way) ?? 0) + 1);
  }
  say('Statuses of the attempts, one after the other:');
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
