import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { painter } from '../../src/diagnostics/paint.ts';
import type { Story } from '../../src/model/story.ts';
import { comparePage, compareSvg } from '../../src/report/compare.ts';
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
