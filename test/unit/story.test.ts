import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { painter } from '../../src/diagnostics/paint.ts';
import { widthOf } from '../../src/diagnostics/width.ts';
import type { Story } from '../../src/model/story.ts';
import { intervalsOf } from '../../src/report/interval.ts';
import { loadOf } from '../../src/report/load.ts';
import { storyPage } from '../../src/report/page.ts';
import { lifePicture } from '../../src/report/picture.ts';
import { readStory } from '../../src/report/story.ts';
import { storyText } from '../../src/report/text.ts';
import { shareLost } from '../../src/time/daly.ts';
import { formatUtc, parseUtc } from '../../src/time/utc.ts';
import { began, ended, left, line, read, restored, sealed, started } from '../support/journal.ts';

// What a journal says, read as the life of a run. Lines are written as the job writes them; `at` is in seconds.
/** Preempted in its first attempt; killed in its second, without a word; done in its third. */
const whole = [
  started(0, 1, 0),
  line(5, 1, 'launched'),
  sealed(65, 1, 1),
  ended(66, 1, 'again'),
  restored(70, 1, 1),
  sealed(172, 1, 2),
  line(200, 1, 'asked', { signal: 'USR1', reason: 'preemption' }),
  sealed(204, 1, 3, 3),
  ended(205, 1, 'saved', 'preemption'),
  line(206, 1, 'requeued', { reason: 'preemption', try: 1 }),
  left(206, 1, 75),
  started(330, 2, 206, 'n2'),
  restored(340, 2, 3),
  sealed(442, 2, 4),
  started(700, 3, 206 + 180, 'n3'),
  restored(710, 3, 4),
  sealed(812, 3, 5),
  ended(850, 3, 'done'),
  left(851, 3, 0, 'application'),
];
const phases = (story: Story, number: number) =>
  story.attempts[number - 1]?.phases.map(({ kind, from, to }) => `${kind} ${from}-${to}`);

describe('the story of a run', () => {
  test('has the phases of each attempt, and what was lost', () => {
    const story = read(whole);
    expect(phases(story, 1)).toEqual([
      'start 0-5',
      'work 5-63',
      'save 63-65',
      'restore 65-66',
      'restore 66-70',
      'work 70-170',
      'save 170-172',
      'work 172-201',
      'save 201-204',
      'end 204-205',
      'end 205-206',
    ]);
    // The next attempt found 386 s charged: so the second one, of which nobody knows the end, lasted 180.
    expect(phases(story, 2)).toEqual(['restore 330-340', 'work 340-440', 'save 440-442', 'lost 442-510']);
    expect(phases(story, 3)).toEqual([
      'restore 700-710',
      'work 710-810',
      'save 810-812',
      'work 812-850',
      'end 850-851',
    ]);
    expect(story.losses).toMatchObject([{ at: 510, attempt: 2, seconds: 68, failure: true }]);
    expect(story.waits).toEqual([
      { from: 206, to: 330, kind: 'queue' },
      { from: 510, to: 700, kind: 'queue' },
    ]);
    expect(story.ending).toMatchObject({ kind: 'done', status: 0 });
    expect(story.budget).toEqual({ used: 206 + 180 + 151, total: 7200 });
    expect(story.checkpoints.map(({ generation, last }) => [generation, last])).toEqual([
      [1, false],
      [2, false],
      [3, true],
      [4, false],
      [5, false],
    ]);
    expect(story.restores.map(({ kind, seconds }) => [kind, seconds])).toEqual([
      ['proof', 5],
      ['attempt', 10],
      ['attempt', 10],
    ]);
  });

  test('counts what newer generations had saved as lost if an older one is restored', () => {
    const story = read([
      ...whole.slice(0, 14),
      started(700, 3, 386),
      restored(712, 3, 3),
      ended(800, 3, 'done'),
      left(800, 3, 0, 'application'),
    ]);
    expect(phases(story, 2)).toEqual(['restore 330-340', 'lost 340-440', 'save 440-442', 'lost 442-510']);
    expect(story.losses.map(({ seconds, failure }) => [seconds, failure])).toEqual([
      [68, true],
      [100, false],
    ]);
  });

  test('knows that a last checkpoint right after another one saves what came in between not', () => {
    const story = read([
      started(0, 1, 0),
      line(5, 1, 'launched'),
      sealed(105, 1, 1),
      line(107, 1, 'asked', { signal: 'TERM', reason: 'preemption' }),
      ended(108, 1, 'saved', 'preemption'),
      left(109, 1, 75),
      started(200, 2, 109),
      restored(205, 2, 1),
    ]);
    expect(phases(story, 1)?.slice(-2)).toEqual(['lost 105-108', 'end 108-109']);
  });

  test('takes an attempt that another one follows, or that the folder says is over, for ended; else it may run', () => {
    const open = whole.slice(0, 14);
    expect(read(open).ending).toEqual({ kind: 'open' });
    expect(read(open).losses).toEqual([]);
    expect(read(open, { seconds: { 2: 150 } }).attempts[1]?.to).toBe(480);
    expect(read(open, { status: 3 }).ending).toMatchObject({ kind: 'done', status: 3 });
  });

  test('leaves suspension out of the walltime', () => {
    const story = read([
      started(0, 1, 0),
      line(5, 1, 'launched'),
      line(1000, 1, 'suspended', { seconds: 900 }),
      ended(1100, 1, 'done'),
      left(1100, 1, 0, 'application'),
    ]);
    expect(phases(story, 1)).toEqual(['start 0-5', 'work 5-100', 'suspended 100-1000', 'work 1000-1100']);
    expect(story.budget.used).toBe(200);
  });

  test('reads the line after a torn one, also if it was appended to it', () => {
    const [first = '', second = '', ...rest] = whole;
    const story = read([first, `${second.slice(0, 31)}${second}`, ...rest, '{"time":"2026-']);
    expect(story.journal.torn).toEqual([2, whole.length + 1]);
    expect({ ...story, journal: undefined }).toEqual({ ...read(whole), journal: undefined });
  });

  test('leaves out events of a newer version, and names them', () => {
    const story = read([...whole.slice(0, 3), line(66, 1, 'teleported', { to: 'Mars' }), ...whole.slice(3)]);
    expect(story.journal.unknown).toEqual(['teleported']);
    expect(story.attempts).toEqual(read(whole).attempts);
  });

  test.each([
    ['', 'empty'],
    ['\n\n', 'empty'],
    ['Dear diary,\n', 'foreign'],
    ['{"a":1}\n[]\nnull\n', 'foreign'],
    [`${line(0, 1, 'launched')}\n`, 'headless'],
  ])('does not take %j for a journal', (text, why) => {
    expect(readStory(text)).toEqual({ ok: false, why });
  });

  test('does not call it a failure if a job that was warned is killed before it has saved', () => {
    for (const reason of ['cancelled', 'preemption']) {
      const story = read([
        started(0, 1, 0),
        line(5, 1, 'launched'),
        sealed(65, 1, 1),
        line(100, 1, 'asked', { signal: 'TERM', reason }),
        started(200, 2, 130),
        restored(210, 2, 1),
      ]);
      expect(story.losses).toMatchObject([
        { at: 130, seconds: 65, failure: false, why: expect.stringContaining('told to end') },
      ]);
      expect(intervalsOf(story)?.failures).toBe(0);
    }
  });

  test('knows who made it go on: Slurm, the job itself, or the owner', () => {
    const kinds = (before: readonly string[], job: string) =>
      read([
        started(0, 1, 0),
        line(5, 1, 'launched'),
        ...before,
        line(1000, 2, 'started', { job, node: 'n2', spent: 100 }),
      ]).waits.map(({ kind }) => kind);
    const next = (event: string) => [line(100, 1, event, { reason: 'limit' }), left(101, 1, 75)];
    expect(kinds([], '7')).toEqual(['queue']);
    expect(kinds([], '8')).toEqual(['owner']);
    expect(kinds(next('resubmitted'), '8')).toEqual(['queue']);
    expect(kinds(next('requeued'), '7')).toEqual(['queue']);
    expect(kinds([left(100, 1, 71)], '8')).toEqual(['owner']);
  });

  test('has no negative time where a clock was set back, and says so', () => {
    const story = read([
      started(1000, 1, 0),
      line(1005, 1, 'launched'),
      sealed(1065, 1, 1),
      ended(1066, 1, 'again'),
      restored(970, 1, 1),
      sealed(1070, 1, 2),
      started(500, 2, 200),
      restored(510, 2, 2),
      ended(550, 2, 'done'),
      left(551, 2, 0, 'application'),
    ]);
    // After the first, nobody knows how long the restore took; after both, durations are as the clock measured them.
    expect(story.restores.map(({ seconds }) => seconds)).toEqual([1, 10]);
    expect(phases(story, 2)).toEqual(['restore 166-176', 'work 176-216', 'end 216-217']);
    const { waiting: _, ...times } = story.times;
    for (const time of Object.values(times)) expect(time).toBeGreaterThanOrEqual(0);
    expect(Object.values(times).reduce((sum, one) => sum + one)).toBe(story.budget.used);
    expect(story.remarks.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^The clock was set back by 1 min 36 s; /),
      expect.stringMatching(/^The clock was set back by /),
    ]);
    expect(began + 1000).toBe(story.began);
  });

  test('takes nothing negative from a line', () => {
    const story = read([
      started(0, 1, 0),
      line(5, 1, 'launched'),
      line(6, 1, 'measured', { processes: -1, resident: -5, processor: -1, written: -1 }),
      line(60, 1, 'sealed', { generation: 1, bytes: -7, seconds: -20 }),
      left(70, 1, 0, 'application'),
    ]);
    expect(story.checkpoints).toMatchObject([{ bytes: null, seconds: 0 }]);
    expect(loadOf(story)).toMatchObject({ peak: 0, processes: 0 });
    expect(story.length).toBe(70);
  });

  test('can be told after each line, and of any bytes', () => {
    fc.assert(
      fc.property(fc.nat(whole.join('\n').length), fc.string(), (length, noise) => {
        const answer = readStory(`${whole.join('\n').slice(0, length)}${noise}`);
        if (!answer.ok) return;
        const { story } = answer;
        for (const { from, to, phases } of story.attempts) {
          // Without gaps, in order.
          let clock = from;
          for (const phase of phases) {
            expect(phase.from).toBe(clock);
            clock = phase.to;
          }
          expect(clock).toBe(to);
        }
        const { waiting, suspended } = story.times;
        const sum = Object.values(story.times).reduce((all, one) => all + one, 0);
        expect(sum - waiting - suspended).toBe(story.budget.used);
        expect(storyPage(story)).toContain('</html>');
      }),
      { numRuns: 200 },
    );
  });
});

describe('what was measured', () => {
  test('gives the interval that would have been best, and the lead that was needed', () => {
    const found = intervalsOf(read(whole));
    // Five checkpoints of 2, 2, 3, 2 and 2 s; one failure in 537 s.
    expect(found).toMatchObject({ used: 100, cost: 2.2, longest: 3, failures: 1, mtbf: 537 });
    expect(found?.young).toBeCloseTo(Math.sqrt(2 * 2.2 * 537), 6);
    // The first attempt was asked at 200, and its program had ended at 205.
    expect(found?.lead).toEqual({ used: 60, needed: 5, recommended: 25, isTooShort: false });
    expect(found?.measured).toBeCloseTo((11 + 25 + 68) / 537, 10);
    expect(intervalsOf(read(whole.slice(0, 2)))).toBeUndefined();
  });

  test('takes a restart for as long as those after a failure, not the proofs, and a share of the walltime for at most all of it', () => {
    const found = intervalsOf(read(whole));
    expect(found?.restart).toBe(10);
    for (const interval of [1, 100, 10_000, 1e5]) {
      const share = found?.expected(interval) ?? 1;
      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    // Three times as long for the same work: two thirds are lost.
    expect(shareLost(2)).toBeCloseTo(2 / 3, 10);
  });

  test('gives rates from the start of each computation to its first sample, and between its samples', () => {
    const measured = (at: number, attempt: number, processor: number, resident: number, written: number) =>
      line(at, attempt, 'measured', { processes: 4, resident, processor, written });
    const story = read([
      started(0, 1, 0),
      line(5, 1, 'launched'),
      measured(10, 1, 1, 1000, 0),
      measured(20, 1, 21, 3000, 500),
      sealed(30, 1, 1),
      ended(31, 1, 'again'),
      restored(40, 1, 1),
      measured(45, 1, 30, 2000, 400),
      measured(50, 1, 35, 2000, 400),
    ]);
    expect(loadOf(story)).toEqual({
      peak: 3000,
      processes: 4,
      cores: (21 + 35) / (15 + 10),
      // With the checkpoint that ended the program for the proof.
      written: 500 + 400 + 1_048_576,
      rates: [
        { from: 5, to: 10, cores: 0.2, writing: 0 },
        { from: 10, to: 20, cores: 2, writing: 50 },
        { from: 40, to: 45, cores: 6, writing: 80 },
        { from: 45, to: 50, cores: 1, writing: 0 },
      ],
    });
  });
});

describe('what is shown', () => {
  test('has no line that is too long, and nothing that depends on colour', () => {
    for (const columns of [40, 60, 80, 200]) {
      const text = storyText(read(whole), columns, painter(false));
      for (const one of text.split('\n')) expect(widthOf(one)).toBeLessThanOrEqual(Math.min(columns, 100));
    }
    expect(storyText(read(whole), 80, painter(false))).toContain('n2: killed');
  });

  test('of a run of months fits on a page, with its extremes', () => {
    const lines = [started(0, 1, 0), line(5, 1, 'launched')];
    const count = 130_000;
    for (let i = 1; i <= count; i += 1)
      lines.push(
        i % 20 === 0
          ? sealed(i * 60, 1, i / 20, 1)
          : line(i * 60, 1, 'measured', {
              processes: 1,
              resident: i === 77_777 ? 1e9 : 1e6 + (i % 7) * 1000,
              processor: i,
              written: 0,
            }),
      );
    const story = read(lines);
    expect(loadOf(story)?.peak).toBe(1e9);
    expect(storyText(story, 80, painter(false))).toContain('953.7 MiB at most');
    const page = storyPage(story);
    expect(page.length).toBeLessThan(1e6);
    expect(page).toContain('is drawn together');
    expect(page).toContain('of 6500 checkpoints; --json has all of them');
    // The one measurement that is a thousand times the others: the curve reaches almost to the top of its panel in both pictures.
    const { body } = lifePicture(story, 960);
    const heights = [...body.matchAll(/class="curve" d="M([^"]+)"/g)].flatMap(([, d = '']) =>
      d.split('L').map((point) => Number(point.split(' ')[1])),
    );
    expect(Math.min(...heights.slice(0, 3000))).toBeLessThan(105);
    expect(body.length).toBeLessThan(3e5);
  });

  test('of thousands of short attempts fits on a page as well', () => {
    const lines: string[] = [];
    for (let i = 0; i < 3000; i += 1)
      lines.push(
        started(i * 1000, i + 1, i * 900),
        i === 0 ? line(5, 1, 'launched') : restored(i * 1000 + 5, i + 1, i),
        line(i * 1000 + 100, i + 1, 'measured', { processes: 1, resident: 5e6, processor: 9, written: 9 }),
        sealed(i * 1000 + 800, i + 1, i + 1),
      );
    const page = storyPage(read(lines));
    expect(page.length).toBeLessThan(1e6);
    expect(page).toMatch(/Table of \d+ of 3000 attempts/);
    expect(page).not.toMatch(/NaN|Infinity|="-\d{4}/);
  });

  test('is safe, whatever a journal contains', () => {
    const evil = '</script><img src=x onerror=alert(1)>&"\'\u001b[31m\u0000';
    const story = read([
      line(0, 1, 'started', { job: evil, node: evil, spent: 0, script: evil }),
      line(1, 1, 'launched'),
      line(2, 1, 'warned', { file: evil, why: evil }),
      line(3, 1, 'changed_since', { generation: 1, file: evil, how: evil }),
      ended(4, 1, 'lost'),
      line(5, 1, 'left', { status: 74, whose: 'crflow', why: evil }),
    ]);
    const page = storyPage(story, [{ title: evil, place: 'first', text: evil, printed: evil }]);
    expect(page).not.toContain('<img');
    expect(page).not.toMatch(/<script|\u001b|\u0000/);
    expect(page.replaceAll(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\s(?:src|href|on\w+)=|@import|url\((?!#)/);
    expect(storyText(story, 80, painter(false))).not.toContain('\u001b');
  });

  test('names each picture in words, and each identifier is used once', () => {
    const page = storyPage(read(whole));
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, named = ''] of page.matchAll(/aria-labelledby="([^"]+)"/g))
      for (const id of named.split(' ')) expect(ids).toContain(id);
    expect(page).toContain('<desc id="life-wide-desc">');
  });
});

test('calendar time is as others reckon it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_102_444_800 }), (seconds) => {
      const iso = new Date(seconds * 1000).toISOString().replace('.000', '');
      expect(formatUtc(seconds)).toBe(iso.slice(0, -1).replace('T', ' '));
      expect(parseUtc(iso)).toBe(seconds);
    }),
  );
  for (const wrong of ['', '2026-13-01T00:00:00Z', '2026-01-01 00:00:00', '2026-01-01T25:00:00Z'])
    expect(parseUtc(wrong)).toBeUndefined();
});
