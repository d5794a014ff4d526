import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkpointCost, leadFor, restoreCost } from '../../src/time/cost.ts';
import {
  describeDuration,
  formatClock,
  formatDuration,
  LONGEST,
  parseDuration,
} from '../../src/time/duration.ts';
import { describeSize, formatSize, LARGEST, parseSize } from '../../src/time/size.ts';
import { slurmMinutes, usableTime } from '../../src/time/slurm.ts';

const seconds = (text: string) => {
  const result = parseDuration(text);
  return result.ok ? result.seconds : result.mistake;
};
const bytes = (text: string) => {
  const result = parseSize(text);
  return result.ok ? result.bytes : result.mistake;
};

describe('durations', () => {
  test.each([
    ['0s', 0],
    ['90s', 90],
    ['10min', 600],
    ['2h', 7200],
    ['1d', 86_400],
    ['007min', 420],
    ['1h30min', 5400],
    ['1d2h3min4s', 93_784],
    ['1d30s', 86_430],
    ['00:00:00', 0],
    ['1:02:03', 3723],
    ['100:00:00', 360_000],
    ['1-00:00:00', 86_400],
    ['2-23:59:59', 259_199],
    ['3650d', LONGEST],
  ])('%s is %d s', (text, expected) => expect(seconds(text)).toBe(expected));

  test.each([
    ['300', { kind: 'no-unit', count: 300 }],
    ['5m', { kind: 'bare-m', count: 5 }],
    ['5M', { kind: 'bare-m', count: 5 }],
    ['2:30', { kind: 'two-fields', slurm: 150, people: 9000 }],
    ['1-12', { kind: 'day-hours', slurm: 129_600 }],
    ['1-12:30', { kind: 'day-hours', slurm: 131_400 }],
    ['1.5h', { kind: 'fraction', exact: 5400 }],
    ['0.3s', { kind: 'fraction', exact: undefined }],
    ['30min1h', { kind: 'compound', total: 5400 }],
    ['1h1h', { kind: 'compound', total: 7200 }],
    ['1h 30min', { kind: 'compound', total: 5400 }],
    ['10 min', { kind: 'spelling', total: 600, written: 'min' }],
    ['2Hours', { kind: 'spelling', total: 7200, written: 'Hours' }],
    ['UNLIMITED', { kind: 'unlimited' }],
    ['00:60:00', { kind: 'field', field: 'minutes', most: 59 }],
    ['1-24:00:00', { kind: 'field', field: 'hours', most: 23 }],
    ['3651d', { kind: 'too-long' }],
    ['99999999999999999999 days', { kind: 'too-long' }],
    ['', { kind: 'other', exact: undefined }],
    ['1w', { kind: 'other', exact: undefined }],
    ['-5min', { kind: 'other', exact: undefined }],
  ])('%s is explained', (text, mistake) => expect(seconds(text)).toMatchObject(mistake));

  test('what is formatted is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: LONGEST }), (value) => {
        expect(seconds(formatDuration(value))).toBe(value);
        expect(seconds(formatClock(value))).toBe(value);
      }),
    );
  });

  test('parsing never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseDuration(text)));
    fc.assert(
      fc.property(
        fc.stringMatching(/^[0-9]{1,3}[:.a-z -]{0,3}[0-9]{0,3}[a-z]{0,4}$/),
        (text) => void parseDuration(text),
      ),
    );
  });

  test.each([
    [0, '0s', '0 s'],
    [90, '90s', '1 min 30 s'],
    [600, '10min', '10 min'],
    [5400, '90min', '1 h 30 min'],
    [5430, '01:30:30', '1 h 30 min 30 s'],
    [129_600, '36h', '1 d 12 h'],
    [90_061, '1-01:01:01', '1 d 1 h 1 min 1 s'],
  ])('%d s is %s, for people %s', (value, written, said) => {
    expect(formatDuration(value)).toBe(written);
    expect(describeDuration(value)).toBe(said);
  });
});

describe('sizes', () => {
  test.each([
    ['1KiB', 1024],
    ['200MiB', 209_715_200],
    ['4GiB', 4 * 1024 ** 3],
    ['1024TiB', LARGEST],
  ])('%s is %d bytes', (text, expected) => expect(bytes(text)).toBe(expected));

  test.each([
    ['4096', { kind: 'no-unit', count: 4096 }],
    ['4G', { kind: 'spelling', written: 'G', unit: 'GiB', exact: '4GiB' }],
    ['4GB', { kind: 'spelling', written: 'GB', exact: '4GiB' }],
    ['4 GiB', { kind: 'spelling', written: 'GiB', exact: '4GiB' }],
    ['1.5GiB', { kind: 'fraction', exact: '1536MiB' }],
    ['0.3KiB', { kind: 'fraction', exact: undefined }],
    ['1025TiB', { kind: 'too-large' }],
    ['4B', { kind: 'other' }],
    ['', { kind: 'other' }],
  ])('%s is explained', (text, mistake) => expect(bytes(text)).toMatchObject(mistake));

  test('what is formatted is read back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 30 }), (kib) => {
        expect(bytes(formatSize(kib * 1024))).toBe(kib * 1024);
      }),
    );
  });

  test('for people with one decimal', () => {
    expect(describeSize(1.5 * 1024 ** 3)).toBe('1.5 GiB');
    expect(describeSize(12)).toBe('12 B');
  });
});

describe('Slurm', () => {
  test('limits are whole minutes, rounded up, never 0', () => {
    expect([0, 1, 60, 61, 7200].map(slurmMinutes)).toEqual([1, 1, 1, 2, 120]);
  });

  test('an attempt loses its lead and the 60 s that the signal may come early', () => {
    expect(usableTime(900, 90)).toBe(750);
    expect(usableTime(120, 90)).toBe(-30);
  });

  test('a checkpoint is written and handled; a restore reads twice', () => {
    expect(checkpointCost(4 * 1024 ** 3)).toBe(18 + 3);
    expect(checkpointCost(1)).toBe(1 + 3);
    expect(restoreCost(4 * 1024 ** 3, 1e9)).toBe(2 * 5 + 3);
  });

  test('a lead has 1.5 times the writing and 20 s, which have the handling in them', () => {
    expect(leadFor(4 * 1024 ** 3)).toBe(46);
    expect(leadFor(0)).toBe(20);
  });
});
