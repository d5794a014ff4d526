import { expect, test } from 'vitest';
import type { Evidence, JournalLine, Look, Seal, Start } from '../../src/rehearse/evidence.ts';
import type { FaultName } from '../../src/rehearse/faults/catalogue.ts';
import { readLine } from '../../src/rehearse/journal.ts';
import { judge, together } from '../../src/rehearse/verdicts/promises.ts';

// A run as a rehearsal sees it, in two attempts, with all that was seen; each test changes what would be seen if the job were wrong.
// Times are seconds since its submission.

const T0 = Date.UTC(2030, 0, 1);
const at = (seconds: number) => T0 + seconds * 1000;
const line = (
  seconds: number,
  attempt: number,
  event: string,
  more: Record<string, string | number> = {},
): JournalLine =>
  readLine(
    JSON.stringify({
      time: new Date(at(seconds)).toISOString().replace(/\.\d+/, ''),
      attempt,
      event,
      ...more,
    }),
    at(seconds),
  );

const journal = [
  line(1, 1, 'started', { job: '1', node: 'n1', spent: 0, script: 's' }),
  line(2, 1, 'launched'),
  line(4, 1, 'sealed', { generation: 1, bytes: 1, seconds: 1 }),
  line(4.5, 1, 'inner_ended', { outcome: 'again', why: 'x', reason: '' }),
  line(5, 1, 'restored', { generation: 1 }),
  line(8, 1, 'sealed', { generation: 2, bytes: 1, seconds: 1 }),
  line(9, 1, 'asked', { signal: 'USR1', reason: 'limit' }),
  line(10, 1, 'sealed', { generation: 3, bytes: 1, seconds: 1 }),
  line(10.2, 1, 'inner_ended', { outcome: 'saved', why: 'x', reason: 'limit' }),
  line(10.4, 1, 'requeued', { reason: 'limit', try: 1 }),
  line(10.5, 1, 'left', { status: 75, whose: 'crflow', why: 'requeued' }),
  line(12, 2, 'started', { job: '1', node: 'n1', spent: 10, script: 's' }),
  line(13, 2, 'restored', { generation: 3 }),
  line(16, 2, 'sealed', { generation: 4, bytes: 1, seconds: 1 }),
  line(20, 2, 'inner_ended', { outcome: 'done', why: 'x', reason: '' }),
  line(20.2, 2, 'left', { status: 0, whose: 'application', why: 'done' }),
];

const starts: Start[] = [
  {
    job: '1',
    node: 'n1',
    from: at(1),
    to: at(11),
    exitCode: '0:15',
    state: 'PENDING',
    requeued: 'itself',
    left: [],
  },
  { job: '1', node: 'n1', from: at(12), to: at(20.5), exitCode: '0:0', state: 'COMPLETED', left: [] },
];

const seals: Seal[] = [
  { generation: 1, seen: at(4), whole: true, lines: 10, gone: at(10) },
  { generation: 2, seen: at(8), whole: true, lines: 40, gone: at(16) },
  { generation: 3, seen: at(10), whole: true, lines: 60 },
  { generation: 4, seen: at(16), whole: true, lines: 90 },
];

const look = (seconds: number, lines: number, generations: number[], more: Partial<Look> = {}): Look => ({
  at: at(seconds),
  lines,
  generations,
  ...more,
});
const looks: Look[] = [
  look(2, 0, []),
  look(4, 10, [1]),
  look(5.1, 10, [1]),
  look(8, 40, [1, 2]),
  look(10, 60, [2, 3]),
  look(13.1, 60, [2, 3]),
  look(16, 90, [3, 4]),
  look(19.9, 121, [3, 4], { status: 0 }),
  look(20.4, 121, [], { status: 0 }),
];

const good: Evidence = {
  engine: 'dmtcp',
  keep: 2,
  settings: { heartbeat: 1, interval: 3, lead: 4, total: 600, patience: 3 },
  slowness: 1,
  program: { counts: true, status: 0 },
  canAsk: true,
  journal,
  starts,
  looks,
  seals,
  struck: [{ fault: { name: 'time-limit', when: { at: 'running' } }, at: at(8.5) }],
  survivors: [],
  charged: [
    { attempt: 1, seconds: 10 },
    { attempt: 2, seconds: 8 },
  ],
  output: [...Array.from({ length: 120 }, (_, i) => String(i + 1)), 'done'],
  status: 0,
  left: [],
  asked: { folder: '/a "b"', value: "it's" },
  found: [{ folder: '/a "b"', value: "it's" }],
};

const struck = (name: FaultName, seconds: number) => ({
  fault: { name, when: { at: 'running' as const } },
  at: at(seconds),
});
const without = (event: string, attempt?: number) =>
  journal.filter(
    ({ entry }) => entry?.event !== event || (attempt !== undefined && entry.attempt !== attempt),
  );
const replaced = (event: string, attempt: number, more: Record<string, string | number>) =>
  journal.map((one) =>
    one.entry?.event === event && one.entry.attempt === attempt
      ? readLine(JSON.stringify({ ...one.entry, ...more }), one.seen)
      : one,
  );
const outcomes = (evidence: Evidence) =>
  Object.fromEntries(judge(evidence).map(({ promise, outcome }) => [promise, outcome]));

test('a good run: what was put to the test held, and the rest is said not to have been tried', () => {
  const verdicts = judge(good);
  expect(verdicts.flatMap(({ evidence }) => evidence)).toEqual([]);
  expect(outcomes(good)).toEqual({
    1: 'held',
    2: 'held',
    3: 'untried',
    4: 'untried',
    5: 'untried',
    6: 'untried',
    7: 'untried',
    8: 'untried',
    9: 'held',
    10: 'held',
  });
  for (const { outcome, why } of verdicts) if (outcome === 'untried') expect(why.length).toBeGreaterThan(20);
});

test('a program that is not saved begins anew, and prints all of it again', () => {
  const again = { ...good, engine: 'none' as const, output: ['1', '2', '3', '1', '2', 'done'] };
  const launched = [...journal, line(13, 2, 'launched')];
  const lost = (evidence: Evidence) =>
    judge(evidence)[1]?.evidence.filter((one) => one.includes('output is wrong'));
  expect(lost({ ...again, journal: launched })).toEqual([]);
  expect(lost(again)).toEqual(['the output is wrong: line 4 is "1", so work was done twice']);
  expect(lost({ ...again, journal: launched, engine: 'dmtcp' })).toHaveLength(1);
});

test('on a busy machine a job may need longer for everything', () => {
  const charged = [
    { attempt: 1, seconds: 4 },
    { attempt: 2, seconds: 1 },
  ];
  const late = { ...good, charged, journal: replaced('started', 2, { spent: 4 }) };
  expect(outcomes(late)[5]).toBe('broken');
  expect(outcomes({ ...late, slowness: 4 })[5]).toBe('untried');
});

/** What would be seen of a wrong job: the promise that it breaks, and words of the evidence. */
const wrong: [promise: number, what: string, seen: Partial<Evidence>, words: RegExp][] = [
  [
    1,
    'ends with 0 whatever the program said',
    { status: 3, program: { counts: true, status: 3 } },
    /ended with 0, but the status of the program is 3/,
  ],
  [
    1,
    'records another status',
    { status: 0, program: { counts: true, status: 3 } },
    /recorded the status 0, but the program ended with 3/,
  ],
  [
    1,
    'unfinished and 0',
    { status: null, journal: without('left', 1) },
    /no status of the program was recorded/,
  ],
  [1, 'the output is not complete', { output: ['1', '2'] }, /has 2 lines and no last one/],
  [
    2,
    'begins anew',
    { journal: [...without('restored', 1), line(13, 2, 'launched')] },
    /from its beginning, although generation 3/,
  ],
  [
    2,
    'an older generation',
    { journal: replaced('restored', 2, { generation: 2 }) },
    /restored generation 2, although generation 3/,
  ],
  [2, 'work twice', { output: ['1', '2', '2', '3', 'done'] }, /line 3 is "2", so work was done twice/],
  [2, 'work lost', { output: ['1', '2', '4', 'done'] }, /line 3 is "4", so work was lost/],
  [
    2,
    'nothing saved at the warning',
    {
      journal: replaced('inner_ended', 1, { outcome: 'unsaved', reason: 'limit' }).filter(
        ({ entry }) => entry?.['reason'] !== '',
      ),
    },
    /was warned \(limit\) and saved nothing/,
  ],
  [
    2,
    'no checkpoints on time',
    {
      journal: [...journal.slice(0, 6), line(60, 1, 'asked', { signal: 'USR1', reason: 'limit' })],
      starts: [],
    },
    /worked for 52 s without a checkpoint/,
  ],
  [
    3,
    'uses what was damaged',
    {
      seals: seals.map((one) => (one.generation === 3 ? { ...one, damaged: at(11) } : one)),
      struck: [struck('damage', 11)],
    },
    /used generation 3, which had been damaged/,
  ],
  [
    3,
    'seals too early',
    { seals: seals.map((one) => (one.generation === 2 ? { ...one, whole: false } : one)) },
    /generation 2 was in place although its seal did not fit/,
  ],
  [
    3,
    'a sealed one that cannot be restored',
    { journal: [...journal, line(18, 2, 'restore_failed', { generation: 4 })], struck: [] },
    /was sealed, but could not be restored/,
  ],
  [
    4,
    'both seal',
    { journal: [...journal, line(17, 1, 'sealed', { generation: 5, bytes: 1, seconds: 1 })] },
    /attempt 1 sealed generation 5 after attempt 2/,
  ],
  [
    4,
    'an older attempt lives on',
    { survivors: [{ at: at(14), older: 1, newer: 2, processes: ['7 x'] }] },
    /1 process of attempt 1 lived on/,
  ],
  [4, 'leaves processes', { left: ['7 x'] }, /these processes were left: 7 x/],
  [
    5,
    'forgets earlier attempts',
    { journal: replaced('started', 2, { spent: 0 }) },
    /began with 0 s on its account/,
  ],
  [
    5,
    'counts too little',
    {
      charged: [
        { attempt: 1, seconds: 10 },
        { attempt: 2, seconds: 0 },
      ],
      starts: [starts[0] as Start, { ...(starts[1] as Start), to: at(60) }],
    },
    /counted 10 s, but Slurm had allocated 58 s/,
  ],
  [
    5,
    'goes on beyond its total',
    { settings: { ...good.settings, total: 5 }, struck: [struck('small-budget', 1)] },
    /never stopped with 72/,
  ],
  [
    6,
    'goes on without progress',
    {
      journal: [
        ...journal.slice(0, 8),
        ...[2, 3, 4, 5, 6].map((n) => line(20 + n, n, 'asked', { signal: 'USR1', reason: 'limit' })),
      ],
    },
    /5 attempts came to their time limit without a new generation/,
  ],
  [6, 'does not stop', { struck: [struck('no-checkpoint', 5)] }, /did not stop with 73/],
  [
    6,
    'stops too early',
    { starts: [starts[0] as Start, { ...(starts[1] as Start), exitCode: '73:0' }], status: null },
    /stopped for lack of progress \(73\) although checkpoints worked/,
  ],
  [
    7,
    'runs it again',
    { journal: [...journal, line(25, 3, 'launched')] },
    /attempt 3 launched the program after its status/,
  ],
  [
    7,
    'writes again',
    { looks: [...looks, look(30, 130, [], { status: 0 })] },
    /the output changed after the status/,
  ],
  [
    7,
    'another status',
    { starts: [...starts, { ...(starts[1] as Start), from: at(25), to: at(26), exitCode: '70:0' }] },
    /started again when all was done, and ended with 70 instead of 0/,
  ],
  [
    8,
    'keeps all',
    { looks: [...looks, look(17, 95, [1, 2, 3, 4])] },
    /there were 4 generations at once, and the flow keeps 2/,
  ],
  [
    8,
    'removes the last one',
    { looks: [...looks.slice(0, 5), look(11, 60, []), ...looks.slice(5)] },
    /a moment without any good generation/,
  ],
  [
    8,
    'writes without looking',
    { struck: [struck('disk-full', 5)] },
    /did not look for space before it wrote/,
  ],
  [9, 'no JSON', { journal: [...journal, readLine('{"time":"x"', at(21))] }, /not what the schema asks for/],
  [
    9,
    'says nothing of a seal',
    { journal: without('sealed', 1) },
    /generation 1 is there, and no line says that it was sealed/,
  ],
  [
    9,
    'says nothing of a requeue',
    { journal: without('requeued') },
    /requeued itself 1 times, and 0 lines say so/,
  ],
  [9, 'says nothing of its end', { journal: without('left') }, /ended with 0, and no line says why/],
  [
    10,
    'another folder',
    { found: [{ folder: '/a', value: "it's" }] },
    /ran in "\/a" instead of "\/a \\"b\\""/,
  ],
  [10, 'never starts it', { found: [] }, /could not be started in "\/a \\"b\\""/],
  [
    10,
    'another value',
    { found: [{ folder: '/a "b"', value: 'its' }] },
    /reached the program as "its" instead of/,
  ],
];

test.each(wrong)('promise %i: %s', (promise, _, seen, words) => {
  const verdict = judge({ ...good, ...seen }).find((one) => one.promise === promise);
  expect(verdict?.outcome).toBe('broken');
  expect(verdict?.evidence.join('\n')).toMatch(words);
});

test('each promise has three ways to be broken', () => {
  for (let promise = 1; promise <= 10; promise++)
    expect(wrong.filter(([one]) => one === promise).length, `promise ${promise}`).toBeGreaterThanOrEqual(3);
});

test('of several runs, one that broke a promise counts, then one that tried it', () => {
  const broken = { ...good, left: ['7 x'] };
  const tried = { ...good, struck: [...good.struck, struck('kill-batch', 9)] };
  const of = (...all: Evidence[]) => together(all.map(judge)).find(({ promise }) => promise === 4)?.outcome;
  expect(of(good, tried)).toBe('held');
  expect(of(tried, broken)).toBe('broken');
  expect(of(good)).toBe('untried');
});
