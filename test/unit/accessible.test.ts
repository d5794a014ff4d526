import axe from 'axe-core';
import { JSDOM } from 'jsdom';
import { describe, expect, test } from 'vitest';
import { type OnPage, rehearsalPage } from '../../src/cli/rehearse/page.ts';
import type { Rehearsed } from '../../src/cli/rehearse/rehearsal.ts';
import { pageStyle } from '../../src/page/style.ts';
import { comparePage } from '../../src/report/compare.ts';
import { manyPage } from '../../src/report/many.ts';
import { storyPage } from '../../src/report/page.ts';
import { readStory } from '../../src/report/story.ts';

// The pages of crc report and crc rehearse, held against axe's rules, without a browser; what it cannot see without one are contrasts,
// which follow from the colours of the style.

const line = (seconds: number, attempt: number, event: string, more: object = {}) =>
  JSON.stringify({
    time: new Date(Date.UTC(2030, 0, 1, 0, 0, seconds)).toISOString(),
    attempt,
    event,
    ...more,
  });
const journal = [
  line(0, 1, 'started', { job: '1', node: 'n1', spent: 0, script: 's' }),
  line(2, 1, 'launched'),
  line(60, 1, 'sealed', { generation: 1, bytes: 4096, seconds: 1 }),
  line(90, 1, 'asked', { signal: 'USR1', reason: 'limit' }),
  line(91, 1, 'sealed', { generation: 2, bytes: 8192, seconds: 1 }),
  line(92, 1, 'inner_ended', { outcome: 'saved', why: 'x', reason: 'limit' }),
  line(93, 1, 'left', { status: 75, whose: 'crflow', why: 'requeued' }),
  line(200, 2, 'started', { job: '1', node: 'n2', spent: 93, script: 's' }),
  line(202, 2, 'restored', { generation: 2 }),
  line(300, 3, 'started', { job: '1', node: 'n2', spent: 150, script: 's' }),
  line(302, 3, 'restored', { generation: 2 }),
  line(360, 3, 'inner_ended', { outcome: 'done', why: 'x', reason: '' }),
  line(361, 3, 'left', { status: 0, whose: 'application', why: 'done' }),
].map((text) => `${text.replace('.000Z', 'Z')}\n`);
const read = readStory(journal.join(''), { workflow: 'water', total: 3600, interval: 60, lead: 30 });
if (!read.ok) throw new Error('the journal cannot be read');
const { story } = read;

/** A rehearsal with as many runs, of which the page needs only this much. */
const onPage = (workflow: string, runs: number): OnPage => ({
  workflow,
  engine: 'dmtcp',
  all: Array.from({ length: runs }, () => ({
    workflow,
    evidence: { settings: { total: 600, interval: 3, lead: 10 }, charged: [], status: 0, journal },
    struck: [{ fault: { name: 'kill', when: { at: 'running' } }, at: 0 }],
    missed: [],
    journal: journal.join(''),
    log: ['the last line'],
  })) as unknown as readonly Rehearsed[],
  verdicts: (['held', 'broken', 'untried'] as const).map((outcome) => ({
    promise: 1,
    title: 'Status',
    outcome,
    why: 'try --fault kill',
    evidence: ['it ended with 1'],
  })),
  predicted: [['attempts', '13', '2']],
  how: [['Script', 'byte for byte']],
});
const several = rehearsalPage(
  'water.crflow',
  [
    onPage('water', 1),
    onPage('ice', 2),
    { workflow: 'steam', engine: 'mana', why: 'it cannot be rehearsed' },
  ],
  3,
);

const pages = {
  'one run': storyPage(story),
  'a rehearsal': storyPage(
    story,
    [
      {
        title: 'Rehearsed: the promises',
        place: 'first',
        text: 'Promises: 1 held.',
        table: {
          head: ['Promise', 'Verdict', 'What was seen'],
          rows: (['good', 'bad', 'neutral'] as const).map((tone) => ({
            cells: ['1. Status', 'held', 'try --fault kill'],
            tone,
          })),
        },
      },
      { title: 'Run 2', place: 'after', printed: '---|||' },
      { title: 'How it was rehearsed', place: 'after', facts: [['Script', 'byte for byte']] },
    ],
    { title: 'water, rehearsed', by: 'crc rehearse' },
  ),
  'a rehearsal with two runs': rehearsalPage('water.crflow', [onPage('water', 2)], 1),
  'several workflows rehearsed': several,
  'many runs': manyPage([story, story]),
  'runs compared': comparePage([story, story]),
};

test.each(Object.entries(pages))('the page of %s is accessible, as far as axe can tell', async (_, page) => {
  const { window } = new JSDOM(page, { runScripts: 'outside-only' });
  window.eval(axe.source);
  const found = await window.eval(
    `axe.run(document, { rules: { 'color-contrast': { enabled: false } }, resultTypes: ['violations'] })`,
  );
  const violations = found.violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
  );
  window.close();
  expect(violations).toEqual([]);
  expect(found.passes.length).toBeGreaterThan(10);
});

test('no two elements of a page have the same id', () => {
  for (const page of Object.values(pages)) {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  }
});

test('a page of several workflows has each of them, each run drawn in the same way, and why one is not there', () => {
  const texts = (html: string, element: string) =>
    [...html.matchAll(new RegExp(`<${element}[ >].*?</${element}>`, 'gs'))].map(([text]) =>
      text.replaceAll(/<[^>]+>/g, ''),
    );
  expect(texts(several, 'h1')).toEqual(['2 of 3 workflows rehearsed']);
  expect(texts(several, 'h2')).toEqual(['The workflows', 'water', 'ice']);
  expect(texts(several, 'h3')).toContain('Run 2: kill@running');
  const lives = (level: string) =>
    texts(several, level).filter((one) => one === 'The life of the run').length;
  expect([lives('h3'), lives('h4')]).toEqual([1, 2]);
  const [rows = ''] = /<tbody>.*?<\/tbody>/s.exec(several) ?? [];
  expect(
    [...rows.matchAll(/<tr.*?<\/tr>/gs)].map(([row]) => [...texts(row, 'th'), ...texts(row, 'td')].join('|')),
  ).toEqual(['✗ water|dmtcp|1|1|1|', '✗ ice|dmtcp|1|1|1|', '– steam|mana||||it cannot be rehearsed']);
  const used = [...several.matchAll(/href="#([^"]+)"|url\(#([^)]+)\)|labelledby="([^ ]+) ([^ "]+)"/g)];
  expect(used.length).toBeGreaterThan(10);
  for (const [, ...ids] of used)
    for (const id of ids.filter((one) => one !== undefined)) expect(several).toContain(` id="${id}"`);
});

// Relative luminance and contrast as WCAG 2 defines them.
const luminance = (hex: string) => {
  const full = hex.length === 4 ? hex.replaceAll(/[\da-f]/gi, '$&$&') : hex;
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(full.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (one: string, other: string) => {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const coloursIn = (block: string) =>
  Object.fromEntries(
    [...block.matchAll(/--([a-z-]+):(#[\da-f]+)/gi)].map(([, name, value]) => [name, value]),
  );
const modes = {
  light: coloursIn(/:root\{color-scheme:light dark;([^}]*)\}/.exec(pageStyle)?.[1] ?? ''),
  dark: coloursIn(/prefers-color-scheme:dark\)\{:root\{([^}]*)\}/.exec(pageStyle)?.[1] ?? ''),
  print: coloursIn(/@media print\{:root\{([^}]*)\}/.exec(pageStyle)?.[1] ?? ''),
};

describe.each(Object.entries(modes))('colours, %s', (_, colours) => {
  const of = (name: string) => {
    const value = colours[name];
    if (value === undefined) throw new Error(`there is no colour ${name}`);
    return value;
  };
  test.each([
    ['ink', 'paper'],
    ['ink', 'ground'],
    ['muted', 'paper'],
    ['good', 'paper'],
    ['bad', 'paper'],
  ])('text in %s on %s has a contrast of 4.5', (text, ground) =>
    expect(contrast(of(text), of(ground))).toBeGreaterThanOrEqual(4.5));
  test.each([
    ['work', 'paper'],
    ['save', 'paper'],
    ['lost', 'paper'],
    ['lost', 'lost-ground'],
    ['restore', 'paper'],
    ['restore', 'restore-ground'],
    ['end', 'paper'],
    ['bad', 'ground'],
  ])('what is drawn in %s on %s has a contrast of 3', (drawn, ground) =>
    expect(contrast(of(drawn), of(ground))).toBeGreaterThanOrEqual(3));
});
