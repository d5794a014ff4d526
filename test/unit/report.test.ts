import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { painter } from '../../src/diagnostics/paint.ts';
import type { Story } from '../../src/model/story.ts';
import { comparePage, compareSvg } from '../../src/report/compare.ts';
import { loadOf } from '../../src/report/load.ts';
import { manyPage, manyText } from '../../src/report/many.ts';
import { storyPage } from '../../src/report/page.ts';
import { lifePicture } from '../../src/report/picture.ts';
import { storyText } from '../../src/report/text.ts';
import { ended, left, line, read, restored, sealed, started } from '../support/journal.ts';

// What reports show of a run, and of several.
const failed = (at: number, attempt: number, why = 'the disk is full') =>
  line(at, attempt, 'checkpoint_failed', { why });
const done = (at: number, attempt: number) => [
  ended(at, attempt, 'done'),
  left(at + 1, attempt, 0, 'application'),
];
const plain = read([started(0, 1, 0), line(5, 1, 'launched'), ...done(50, 1)], {
  workflow: 'plain',
  run: '1.a',
});
/** Requeued once, with a checkpoint that failed and one that was skipped. */
const troubled = read(
  [
    started(0, 1, 0),
    line(5, 1, 'launched'),
    sealed(65, 1, 1),
    failed(120, 1),
    line(160, 1, 'checkpoint_skipped', { needs: 2048, free: 1024 }),
    line(200, 1, 'asked', { signal: 'USR1', reason: 'limit' }),
    sealed(204, 1, 2, 3),
    ended(205, 1, 'saved', 'limit'),
    left(206, 1, 75),
    started(330, 2, 206),
    restored(340, 2, 2),
    line(380, 2, 'suspended', { seconds: 10 }),
    ...done(400, 2),
  ],
  { workflow: 'troubled', run: '2.a' },
);
const text = (story: Story) => storyText(story, 80, painter(false));
const many = (...stories: Story[]) => manyText(stories, 80, painter(false));
const legendOf = (page: string) => /<ul class="legend">.*?<\/ul>/s.exec(page)?.[0] ?? '';

describe('pictures in files of their own', () => {
  const svg = compareSvg([plain, troubled]);
  const docs = join(import.meta.dirname, '../../docs');

  test.each([
    ['--svg', svg],
    ['docs/life.svg', readFileSync(join(docs, 'life.svg'), 'utf8')],
    ['docs/start-up.svg', readFileSync(join(docs, 'start-up.svg'), 'utf8')],
  ])('%s: every colour is literal, in light before any rule for the dark', (_, picture) => {
    expect(picture).not.toContain('var(');
    const style = /<style>(.*)<\/style>/s.exec(picture)?.[1] ?? '';
    const [light = '', dark = ''] = style.split('@media screen and (prefers-color-scheme:dark)');
    for (const [rules, paper, work] of [
      [light, '#fff', '#0072b2'],
      [dark, '#0d1117', '#56b4e9'],
    ] as const) {
      expect(rules).toContain(`.paper{fill:${paper}}`);
      expect(rules).toContain(`.work{fill:${work}}`);
    }
  });

  test('have their legend, inside of the picture', () => {
    for (const words of [
      'start-up, restore',
      'work',
      'checkpoint',
      'checkpoint that failed or was skipped',
      'end of an attempt',
      'suspended',
      'end of the program',
      'waiting between attempts',
    ])
      expect(svg).toContain(`>${words}</text>`);
    const height = Number(/ height="([\d.]+)" aria/.exec(svg)?.[1]);
    const [, y = '0'] = [...svg.matchAll(/<g transform="translate\(0 ([\d.]+)\)">/g)].at(-1) ?? [];
    expect(Number(y) + 20).toBeLessThanOrEqual(height);
  });

  test('are not black where rsvg-convert draws them', (context) => {
    const drawn = spawnSync('rsvg-convert', ['-f', 'png'], { input: svg });
    context.skip(drawn.error !== undefined);
    const black = spawnSync('rsvg-convert', ['-f', 'png'], { input: svg.replaceAll('#', 'none#') });
    expect(drawn.status).toBe(0);
    // A picture of one colour is compressed to almost nothing.
    expect(drawn.stdout.length).toBeGreaterThan(2 * black.stdout.length);
  });
});

describe('a checkpoint that failed or was skipped', () => {
  test('has a hollow mark on the line of time, and the legend explains it', () => {
    const { body, description } = lifePicture(troubled, 960);
    expect(body.match(/<circle class="failed"/g)?.length).toBe(2);
    expect(body).toContain('<title>no checkpoint: the disk is full</title>');
    expect(description).toContain('2 checkpoints and 2 that failed or were skipped');
    expect(lifePicture(plain, 960).body).not.toContain('failed');
    const page = storyPage(troubled);
    expect(legendOf(page)).toContain('checkpoint that failed or was skipped');
    // On the one axis, and where each attempt has a row; for a page and for a telephone.
    expect(page.match(/<circle class="failed"/g)?.length).toBe(2 * 2 * 2 + 1);
    expect(legendOf(storyPage(plain))).not.toContain('failed');
  });

  test('has a mark in the terminal', () => {
    expect(text(troubled)).toMatch(/attempt 1 .*\|-*o-*o-*#/);
    expect(text(troubled)).toContain('  o checkpoint that failed or was skipped');
    expect(text(plain)).not.toContain('o checkpoint');
  });
});

describe('legends', () => {
  test('of runs compared have what is drawn of any of them', () => {
    // The longest has none of it.
    const long = { ...plain, attempts: [...plain.attempts, ...plain.attempts, ...plain.attempts] };
    for (const stories of [
      [long, troubled],
      [troubled, long],
    ])
      for (const words of ['checkpoint', 'waiting between attempts', 'suspended', 'end of the program'])
        expect(legendOf(comparePage(stories))).toContain(`${words}</li>`);
  });

  test('of many runs have nothing that is not drawn', () => {
    const legend = legendOf(manyPage([plain, troubled]));
    expect(legend).toContain('checkpoint</li>');
    expect(legend).not.toMatch(/end of the program|suspended|waiting|failed/);
    expect(many(plain, plain)).not.toContain('| checkpoints');
    expect(many(plain, troubled)).toContain('| checkpoints');
    expect(many(plain, troubled)).toContain(', ends of attempts');
  });
});

test('a page is printed with the tables that are folded on a screen', { timeout: 120_000 }, (context) => {
  const lines = [started(0, 1, 0), line(5, 1, 'launched')];
  for (let number = 1; number <= 20; number += 1) lines.push(sealed(number * 100, 1, number + 4000));
  const page = storyPage(read([...lines, ...done(2100, 1)]));
  expect(page).toContain('<summary>Table of all 20 checkpoints</summary>');
  expect(page).toContain('@media print{details::details-content{content-visibility:visible}');
  const folder = mkdtempSync(join(tmpdir(), 'crflow-print-'));
  try {
    const [html, pdf] = [join(folder, 'page.html'), join(folder, 'page.pdf')];
    writeFileSync(html, page);
    const options = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${folder}/profile`];
    const printed = spawnSync('chromium', [...options, `--print-to-pdf=${pdf}`, `file://${html}`]);
    const words = spawnSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' });
    context.skip(printed.error !== undefined || words.error !== undefined);
    expect(words.stdout).toMatch(/^\s*4001\s+2026.*\n(.*\n)*\s*4020\s+2026/m);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe('several runs', () => {
  const stale = (workflow: string, run: string, file: string) =>
    read(
      [
        started(0, 1, 0),
        line(5, 1, 'launched'),
        sealed(65, 1, 1),
        started(100, 2, 80),
        line(101, 2, 'changed_since', { generation: 1, file, how: 'shorter' }),
        restored(105, 2, 1),
        ...done(150, 2),
      ],
      { workflow, run },
    );
  const runs = [stale('water', '7.a', '/w/one'), stale('water', '8.a', '/w/two'), plain];

  test('have what somebody should look at: each sentence once, with the runs', () => {
    const found = many(...runs).replaceAll(/\s+/g, ' ');
    expect(found).toContain(
      'Look at this - 2 files were not rolled back by a restore: /w/one; /w/two. Check the results in them; `protect` keeps copies. Runs: 7.a, 8.a.',
    );
    expect(found).toContain('- 2 failures came without a warning, and cost 30 s of work');
    for (const page of [manyPage(runs), comparePage(runs)]) {
      expect(page).toMatch(/<section class="alerts"><h2>Look at this<\/h2>.*2 files were not rolled back/s);
      expect(page).toContain('<td>1 file not rolled back, 1 failure</td>');
    }
    const more = ['1.a', '2.a', '3.a', '4.a', '5.a', '6.a', '7.a'].map((run) =>
      stale('water', run, '/w/one'),
    );
    expect(many(...more).replaceAll(/\s+/g, ' ')).toContain('Runs: 1.a, 2.a, 3.a, 4.a, 5.a and 2 more. ');
    expect(many(plain, plain)).not.toContain('Look at this');
    expect(manyPage([plain, plain])).not.toContain('<h2>Look at this');
  });

  test('have a mark where there is something', () => {
    expect(many(...runs)).toMatch(/^ {2}7\.a .* !$/m);
    expect(many(...runs)).toMatch(/^ {2}1\.a .*\d s$/m);
    expect(many(...runs)).toContain('! look at this');
  });

  test('say why runs stopped, most frequent first, and which they were', () => {
    const stopped = (run: string, status: number) =>
      read([started(0, 1, 0), line(5, 1, 'launched'), left(9, 1, status)], { workflow: 'w', run });
    const found = many(stopped('1.a', 74), stopped('2.a', 72), stopped('3.a', 72)).replaceAll(/\s+/g, ' ');
    expect(found).toContain(
      '- The run stopped with status 72: words. Runs: 2.a, 3.a. - The run stopped with status 74: words. Run: 1.a.',
    );
  });

  test('have names that tell them apart', () => {
    const named = (...ids: [string, string][]) =>
      many(...ids.map(([workflow, run]) => ({ ...plain, workflow, run })));
    expect(named(['a', '1.rehearsal'], ['b', '1.rehearsal'])).toMatch(/^ {2}a .*\n {2}b /m);
    expect(named(['a', '1.x'], ['a', '2.x'])).toMatch(/^ {2}1\.x .*\n {2}2\.x /m);
    expect(named(['a', '1.x'], ['a', '2.x'], ['b', '1.x'])).toMatch(
      /^ {2}a\/1\.x .*\n {2}a\/2\.x .*\n {2}b\/1\.x /m,
    );
  });
});

describe('a failure', () => {
  const killed = [
    started(0, 1, 0),
    line(5, 1, 'launched'),
    sealed(65, 1, 1),
    sealed(165, 1, 2),
    sealed(265, 1, 3),
    started(400, 2, 265),
  ];
  const cost = (...rest: string[]) =>
    /and cost (.*) of work/.exec(text(read([...killed, ...rest, ...done(500, 2)])))?.[1];

  test('costs what the generation did not have that was restored after it', () => {
    expect(cost(restored(410, 2, 3))).toBe('0 s');
    expect(cost(line(405, 2, 'passed_over', { generation: 3 }), restored(410, 2, 2))).toBe('1 min 38 s');
    expect(cost(line(410, 2, 'launched'))).toBe('4 min 14 s');
    // That the owner took an older one is no failure.
    expect(cost(line(405, 2, 'set_aside', { generation: 3 }), restored(410, 2, 2))).toBe('0 s');
    // Nor what was lost later.
    expect(
      cost(
        restored(410, 2, 3),
        line(420, 2, 'asked', { signal: 'TERM', reason: 'preemption' }),
        ended(430, 2, 'unsaved', 'preemption'),
        left(431, 2, 75),
        started(440, 3, 300),
        restored(445, 3, 2),
      ),
    ).toBe('0 s');
  });
});

describe('a wait', () => {
  const again = (job: string, status: number) =>
    text(
      read([
        started(0, 1, 0),
        line(5, 1, 'launched'),
        left(50, 1, status, status === 0 ? 'application' : 'crflow'),
        line(90, 2, 'started', { job, node: 'n1', spent: 50 }),
        left(91, 2, 0, 'application'),
      ]),
    );

  test('is one in the queue if the same job comes again, also after its end', () => {
    for (const status of [0, 71]) expect(again('7', status)).toContain('40 s in the queue, between attempts');
    expect(again('8', 71)).toContain('40 s until somebody resumed it');
  });

  test('is said to be drawn shorter only if one is', () => {
    const words = 'Long waits are drawn shorter';
    expect(storyPage(troubled)).toContain(words);
    const short = read([
      started(0, 1, 0),
      line(5, 1, 'launched'),
      sealed(65, 1, 1),
      left(66, 1, 75),
      started(70, 2, 66),
      restored(75, 2, 1),
      ...done(150, 2),
    ]);
    expect(short.waits.length).toBe(1);
    expect(storyPage(short)).not.toContain(words);
  });
});

test('a rehearsal has no advice on the interval: its faults came on purpose', () => {
  const heading = '<h2>The interval</h2>';
  expect(storyPage(troubled)).toContain(heading);
  expect(storyPage(troubled, [], { title: 'x, rehearsed', by: 'crc rehearse' })).not.toContain(heading);
  const kept = { ...troubled, run: '1.rehearsal' };
  expect(storyPage(kept)).not.toContain(heading);
  expect(text(troubled)).toContain('\nThe interval\n');
  expect(text(kept)).not.toContain('\nThe interval\n');
});

describe('the interval', () => {
  const lines = (page: string) => page.replaceAll(/\s+/g, ' ');
  const auto = read([
    line(0, 1, 'started', { job: '7', node: 'n1', spent: 0, engine: 'dmtcp', lead: 60, total: 7200 }),
    line(5, 1, 'launched'),
    sealed(65, 1, 1, 10),
    sealed(165, 1, 2, 10),
    ...done(200, 1),
  ]);

  test('that was used is the mean of what happened if the job calculates it', () => {
    expect(lines(text(auto))).toContain('used (mean) 1 min 10 s ');
    expect(storyPage(auto)).toContain('<th scope="row">used (mean)</th><td class="number">1 min 10 s</td>');
    expect(lines(text(troubled))).toContain(' used 1 min 40 s ');
    expect(storyPage(troubled)).toContain('<th scope="row">used</th><td class="number">1 min 40 s</td>');
  });

  test('has what it cost in this run, and what is expected is called that', () => {
    // 20 of 201 seconds.
    expect(lines(text(auto))).toContain('lost, this run 10.0 % of the walltime to checkpoints');
    expect(storyPage(auto)).toMatch(/<th scope="row">this run<\/th>.*?<td class="number">10.0 %, measured</);
    for (const label of ['used (mean)', 'best by Young', 'best by Daly']) {
      expect(lines(text(auto))).toMatch(
        new RegExp(`${label.replace('(', '\\(').replace(')', '\\)')} [^%]* % of the walltime, as expected`),
      );
      expect(storyPage(auto)).toMatch(
        new RegExp(`>${label.replace('(', '\\(').replace(')', '\\)')}<.*?%, as expected</td>`),
      );
    }
  });
});

describe('the lead', () => {
  const asked = (signal: string, reason: string, ...rest: string[]) => {
    const story = read([
      started(0, 1, 0),
      line(5, 1, 'launched'),
      // 1.5 times this and 20 s are more than the lead of 60 s.
      sealed(65, 1, 1, 40),
      line(200, 1, 'asked', { signal, reason }),
      ...rest,
      started(300, 2, 270),
      restored(310, 2, 1),
      ...done(350, 2),
    ]);
    return { words: text(story).replaceAll(/\s+/g, ' '), page: storyPage(story) };
  };
  const saved = (at: number) => [sealed(at - 1, 1, 2, 3), ended(at, 1, 'saved', 'limit'), left(at, 1, 75)];

  test('was not too short if every attempt ended within it', () => {
    const { words, page } = asked('clock', 'limit', ...saved(220));
    expect(words).toContain('lead it was 1 min; at most 20 s needed here; 1 min 20 s recommended');
    expect(page).toContain('Lead: it was 1 min; at most 20 s needed here; 1 min 20 s recommended.');
  });

  test.each([
    ['an attempt took longer', 'clock', 'limit', saved(265), true],
    ['its last checkpoint failed', 'USR1', 'limit', [failed(220, 1), left(221, 1, 75)], true],
    ['it was killed before it had saved', 'clock', 'limit', [], true],
    ['a preemption took longer', 'TERM', 'preemption', saved(265), false],
    ['the limit itself was the warning', 'TERM', 'limit', [failed(220, 1), left(221, 1, 75)], false],
  ])('was too short, or not: %s', (_, signal, reason, rest, isTooShort) => {
    const { words, page } = asked(signal, reason, ...rest);
    expect(words.includes('it was 1 min, too short;')).toBe(isTooShort);
    expect(page.includes('it was 1 min, too short;')).toBe(isTooShort);
  });
});

describe('the load', () => {
  const measured = (at: number, attempt: number, processor: number, written: number) =>
    line(at, attempt, 'measured', { processes: 2, resident: 4096, processor, written });

  test('of an attempt with one measurement is what was counted since its start', () => {
    const story = read([
      started(0, 1, 0),
      line(5, 1, 'launched'),
      measured(15, 1, 20, 1000),
      started(100, 2, 30),
      line(105, 2, 'launched'),
      measured(115, 2, 20, 1000),
      ...done(120, 2),
    ]);
    expect(text(story)).toMatch(/processor +2\.0 cores on average\n +written +at least 2 KiB/);
    expect(storyPage(story)).toContain('<dd>2.0 in use on average</dd>');
    // A curve of one point would not be seen.
    expect(lifePicture(story, 960).body.match(/<circle class="work"/g)?.length).toBe(2);
    expect(lifePicture(story, 960).body).toContain('processors in use');
  });

  test('that nobody measured is not zero', () => {
    const story = read([started(0, 1, 0), line(5, 1, 'launched'), measured(5, 1, 0, 0), ...done(50, 1)]);
    expect(text(story)).toMatch(/processor +not measured/);
    expect(storyPage(story)).toContain('<dt>Processors</dt><dd>not measured</dd>');
    expect(comparePage([story, plain])).toContain(
      '<td class="number">not measured</td><td class="number">not measured</td>',
    );
  });

  test('counts each checkpoint once: those that ended the program, and what was measured of the others', () => {
    const story = read([
      started(0, 1, 0),
      line(5, 1, 'launched'),
      measured(60, 1, 50, 10),
      sealed(65, 1, 1),
      measured(65, 1, 51, 1_048_586),
      line(100, 1, 'asked', { signal: 'USR1', reason: 'limit' }),
      measured(100, 1, 80, 1_048_586),
      sealed(110, 1, 2, 3),
      ended(111, 1, 'saved', 'limit'),
      left(112, 1, 75),
      started(200, 2, 112),
      restored(210, 2, 2),
      measured(211, 2, 0, 100),
      ...done(250, 2),
    ]);
    expect(loadOf(story)?.written).toBe(2 * 1_048_576 + 110);
  });
});
