import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FAULTS, faultNames } from '../../src/rehearse/faults/catalogue.ts';
import { drawFaults, inOrder, usualFaults } from '../../src/rehearse/faults/draw.ts';
import { MOMENTS, momentNames } from '../../src/rehearse/faults/moments.ts';
import { parseFault, unfit, written } from '../../src/rehearse/faults/parse.ts';

const why = (text: string) => {
  const read = parseFault(text);
  return 'why' in read ? read.why : `understood as ${written(read.fault)}`;
};

test.each([
  ['preempt@40s', 'preempt@40s'],
  ['preempt@1min', 'preempt@60s'],
  ['kill@checkpoint', 'kill@checkpoint'],
  ['kill', 'kill@running'],
  ['disk-full', 'disk-full@running'],
  ['controller-silent', 'controller-silent@running'],
  ['node-loss@running', 'node-loss@running'],
  ['refuse-requeue', 'refuse-requeue@running'],
  ['small-budget', 'small-budget'],
  // What people call it elsewhere.
  ['scancel', 'cancel@running'],
  ['oom', 'kill-program@running'],
  ['partition@ckpt', 'node-loss@checkpoint'],
])('%s is understood', (text, meant) => {
  const read = parseFault(text);
  expect('fault' in read && written(read.fault)).toBe(meant);
});

test.each([
  ['', /^a fault has a name: .*time-limit.*cancel\.$/],
  ['prempt', 'is no fault that crc knows. Did you mean preempt?'],
  ['disk_ful', 'Did you mean disk-full?'],
  ['volcano', /`volcano` is no fault that crc knows. It knows time-limit, /],
  ['kill@chekpoint', '`chekpoint` is no moment of a run. Did you mean kill@checkpoint?'],
  ['kill@noon', '`noon` is no moment of a run: kill can come at running, launch,'],
  ['kill@40', '`@40` has no unit: write kill@40s.'],
  ['kill@2h', 'a rehearsal lasts seconds, so kill@2h would come after its end; at most 600s.'],
  ['kill@1s@2s', 'more than one @'],
  ['damage@launch', 'damage cannot come at launch: it can come at running, or after a time such as 40s.'],
  ['small-budget@launch', 'small-budget changes the run from its beginning, so it takes no moment'],
])('%j is refused', (text, sentence) => {
  expect(why(text)).toMatch(sentence);
});

test('each fault is read back as it is written', () => {
  for (const { name, moments } of FAULTS)
    for (const at of moments) {
      const read = parseFault(written({ name, when: { at } }));
      expect('fault' in read && read.fault.name).toBe(name);
    }
});

test('names and moments are unique, their other names included', () => {
  for (const all of [FAULTS, MOMENTS]) {
    const names = all.flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
  }
  for (const { moments } of FAULTS) for (const one of moments) expect(momentNames).toContain(one);
});

test('each promise but the one that needs no fault is put to the test by some fault', () => {
  const tried = new Set(FAULTS.flatMap(({ tests }) => [...tests]));
  expect([1, 2, 3, 4, 5, 6, 7, 8].filter((one) => !tried.has(one as 1))).toEqual([]);
});

test('a fault that an engine cannot have is refused for it', () => {
  const read = parseFault('damage');
  if ('why' in read) throw new Error(read.why);
  expect(unfit(read.fault, 'none')).toContain(
    'says nothing about this flow, whose engine is none: it is for dmtcp and own',
  );
  expect(unfit(read.fault, 'own')).toBeUndefined();
});

test('a seed draws the same faults each time, others with another seed, and only those that fit', () => {
  const of = (seed: number, engine: 'dmtcp' | 'none') => drawFaults(seed, engine).map(written);
  expect(of(7, 'dmtcp')).toEqual(of(7, 'dmtcp'));
  const drawn = new Set(Array.from({ length: 200 }, (_, seed) => of(seed, 'dmtcp')).flat());
  for (const { name, always } of FAULTS.map((one) => ({ always: false, ...one })))
    expect(
      [...drawn].some((one) => one.startsWith(`${name}@`)),
      name,
    ).toBe(!always);
  for (let seed = 0; seed < 50; seed++)
    for (const one of drawFaults(seed, 'none')) expect(unfit(one, 'none')).toBeUndefined();
});

test('what comes at the end comes last, also among the usual ones', () => {
  for (const engine of ['dmtcp', 'own', 'none'] as const)
    for (const one of usualFaults(engine)) {
      expect(faultNames).toContain(one.name);
      expect(unfit(one, engine)).toBeUndefined();
    }
  const faults = usualFaults('dmtcp');
  expect(inOrder([...faults].reverse()).at(-1)).toEqual(faults.at(-1));
});

test('the page lists every fault, in the same words', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/rehearse.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `([\w-]+)` +\| (.*?) +\|$/gm)];
  expect(rows.map(([, name, title]) => [name, title])).toEqual(
    FAULTS.map(({ name, title }) => [name, title]),
  );
});
