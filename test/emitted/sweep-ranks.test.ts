import { describe, test } from 'vitest';
import { dmtcpUnderTest, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { whyNoMpich } from '../support/mpich.ts';
import { slow, whySlow } from '../support/slow.ts';
import { crash } from '../sweep/crash.ts';
import { withoutScheduler } from '../sweep/place.ts';
import { describePoint, inWords, type Point, pointsOf, sample, seeded } from '../sweep/points.ts';

// kill -9 of the whole job, or of one half of it, at commands of the emitted script, where the program is two ranks of MPICH: a few, others each
// time.
const why = whyNoRealDmtcp ?? whyNoMpich;
const reason = why === null ? whySlow : ` (skipped: ${why})`;
const dmtcp = dmtcpUnderTest();
const seed = Number(process.env['CRFLOW_SEED'] ?? Date.now() % 1_000_000);

describe.skipIf(why !== null || !slow)(
  `kill -9 at a command of a job with ranks (CRFLOW_SEED=${seed}), with ${dmtcp.name}${reason}`,
  () => {
    test('a few points', { timeout: 1_800_000 }, async ({ expect }) => {
      let points: Point[] = [];
      const random = seeded(seed);
      const undisturbed = await crash(
        withoutScheduler(dmtcp),
        null,
        (file, script) => {
          points = pointsOf(file, script, ['all', 'alone'], random);
        },
        'ranks',
      );
      expect(undisturbed.broken, undisturbed.story).toEqual([]);
      expect(undisturbed.statuses).toEqual([75, 7]);
      for (const point of sample(points, 6, random)) {
        const verdict = await crash(withoutScheduler(dmtcp), point, undefined, 'ranks');
        console.log(`${describePoint(point)}: ${verdict.statuses.join(' ')}`);
        expect(verdict.broken, inWords(point, verdict)).toEqual([]);
      }
    });
  },
);
