import { expect, test } from 'vitest';
import { FAULTS } from '../../src/rehearse/faults/catalogue.ts';
import { MOMENTS } from '../../src/rehearse/faults/moments.ts';
import { cell, faults } from '../matrix/faults.ts';
import { momentNames, moments } from '../matrix/moments.ts';
import { rowOf } from '../matrix/names.ts';

// The faults of `crc rehearse` and those of the matrix strike in ways of their own; what they are called, and when they can come, is one.

test('the moments of the matrix are those of a rehearsal, in the same order', () => {
  expect(momentNames).toEqual(MOMENTS.map(({ title }) => title));
  expect(Object.keys(moments)).toEqual(momentNames);
});

const named = FAULTS.flatMap(({ name, moments: at }) => {
  const row = rowOf[name];
  return typeof row === 'string' ? at.map((moment) => [name, moment, row] as const) : [];
});

test.each(named)('%s at %s is a cell of the matrix: %s', (_, moment, row) => {
  const title = MOMENTS.find(({ name }) => name === moment)?.title ?? '';
  expect(cell(faults[row], title)).toBeTypeOf('object');
});

test('a fault without a row says why', () => {
  const without = FAULTS.flatMap(({ name }) => {
    const row = rowOf[name];
    return typeof row === 'string' ? [] : [row.none];
  });
  expect(without.filter((why) => !/^[a-z].*: test\/\S+\.test\.ts$/.test(why))).toEqual([]);
});
