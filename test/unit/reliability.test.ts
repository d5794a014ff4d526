import { describe, expect, test } from 'vitest';
import { judge, type Remains } from '../../bench/reliability/judge.ts';

const ran = (...numbers: number[]) => numbers.map((number) => `${number} 1.5\n`).join('');
const printed = (...numbers: number[]) => numbers.map((number) => `${number}\n`).join('');
const well: Remains = {
  last: 4,
  step: 0.5,
  status: 0,
  output: printed(1, 2, 3, 4),
  progress: ran(1, 2, 3, 4),
  end: 'COMPLETED 0:0',
};

// docs/reliability.md says of both scripts what this says: it must not praise either for nothing.
describe('the verdict on a run', () => {
  test.for<[string, Partial<Remains>, string, object]>([
    ['all done', {}, 'complete', { lost: 0, doubled: 0, redone: 0 }],
    ['done, some of it twice', { progress: ran(1, 2, 3, 2, 3, 4) }, 'complete', { redone: 1 }],
    ['its status kept', { status: 7, end: 'FAILED 7:0' }, 'complete', {}],
    ['its status lost', { status: 7 }, 'complete, but **status 7 was lost**', {}],
    ['a success that is none', { end: 'TIMEOUT 0:0' }, 'complete, but **status 0 was lost**', {}],
    ['a line twice', { output: printed(1, 2, 2, 3, 4) }, '**complete, with a wrong output**', { doubled: 1 }],
    ['a line lost', { output: printed(1, 3, 4) }, '**complete, with a wrong output**', { lost: 1 }],
    ['a torn line', { output: '1\n2\n3\n4' }, '**complete, with a wrong output**', { lost: 1 }],
    [
      'half done, and 0',
      { output: printed(1, 2), progress: ran(1, 2) },
      '**said to have succeeded**, 1 s of 2 s of work undone',
      { lost: 2 },
    ],
    [
      'half done, and a status',
      { output: printed(1, 2), progress: ran(1, 2), end: 'FAILED 139:0' },
      'stopped, 1 s of 2 s of work undone',
      {},
    ],
    [
      'nothing done',
      { output: '', progress: '', end: 'FAILED 1:0' },
      'stopped, 2 s of 2 s of work undone',
      { lost: 4 },
    ],
    ['cancelled', { cancelled: true, cameBack: false, end: 'CANCELLED 0:15' }, 'stays cancelled', {}],
    ['cancelled in vain', { cancelled: true, cameBack: true }, '**came back after scancel** and ran on', {}],
    [
      'stuck',
      { stuckAfter: 90, progress: ran(1), end: 'RUNNING' },
      '**stuck**: no progress for 90 s, 1.5 s of 2 s of work undone',
      {},
    ],
  ])('%s', ([, change, outcome, counts]) => {
    expect(judge({ ...well, ...change })).toMatchObject({ outcome, ...counts });
  });
});
