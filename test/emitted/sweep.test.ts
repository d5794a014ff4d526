import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { crash } from '../sweep/crash.ts';
import { withoutScheduler } from '../sweep/place.ts';
import { describePoint, inWords, type Point, pointsOf, sample, seeded } from '../sweep/points.ts';

// kill -9 of the whole job, or of one half of it, at commands of the emitted script: a dozen of them, others each
// time. All of them: npm run sweep.

const [dmtcp] = dmtcpImplementations;
if (dmtcp === undefined) throw new Error('there is always the stand-in');

// Nobody but the job itself ends what a killed half leaves behind.
const place = withoutScheduler(dmtcp);
const seed = Number(process.env['CRFLOW_SEED'] ?? Date.now() % 1_000_000);
const random = seeded(seed);
let points: Point[] = [];
let every: Point[] = [];
const undisturbed = await crash(place, null, (file, script) => {
  points = pointsOf(file, script, ['all', 'alone'], random);
  every = pointsOf(file, script, ['all', 'alone'], random, true);
});

/** Points that broke a promise once: where, what, which time, who died, and what came of it. */
const once: [where: string, command: string, hit: number, mode: Point['mode'], what: string][] = [
  ['outer watch_inner_half', 'holds_lease', 1, 'alone', 'two computations wrote the same output'],
  ['inner launch', 'trim_output', 1, 'alone', 'a coordinator stayed without an application'],
  ['inner launch', 'came_up 60', 1, 'alone', 'an application that was just starting stayed, without a half'],
  ['inner prune', 'rm -rf "$entry.old"', 1, 'all', 'a generation that was half removed stayed for ever'],
  ['outer make_tmp', 'find_tmp', 3, 'all', 'a folder in TMPDIR stayed'],
  [
    'outer relay_words',
    'relay_words 7>&- 8>&- 9>&- < /dev/null > /dev/null 2>&1',
    1,
    'alone',
    'the process that relays words waited for ever for somebody to open its pipe',
  ],
];

describe(`kill -9 at a command of the job (CRFLOW_SEED=${seed}), with ${dmtcp.name}`, {
  concurrent: true,
}, () => {
  test('nowhere: the run that the others are compared with', ({ expect }) => {
    expect(undisturbed.broken, undisturbed.story).toEqual([]);
    expect(undisturbed.statuses).toEqual([75, 7]);
  });

  test.for(once)('%s, %s, time %i, %s: no more, %s', async ([where, command, hit, mode], { expect }) => {
    const point = every.find(
      (each) => `${each.role} ${each.inFunction}` === where && each.command === command && each.mode === mode,
    );
    if (point === undefined) throw new Error(`${where} has no ${command} any more: name the point anew`);
    const verdict = await crash(place, { ...point, at: `${point.role}:${point.line}#${hit}` });
    expect(verdict.broken, inWords(point, verdict)).toEqual([]);
    expect(verdict.reached, inWords(point, verdict)).toBe(true);
  });

  test.for(sample(points, 8, random).map((point) => [describePoint(point), point] as const))('%s', async ([
    ,
    point,
  ], { expect }) => {
    const verdict = await crash(place, point);
    expect(verdict.broken, inWords(point, verdict)).toEqual([]);
  });
});
