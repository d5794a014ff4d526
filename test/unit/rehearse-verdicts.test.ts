import { expect, test } from 'vitest';
import type { Forecast } from '../../src/model/forecast.ts';
import type { Evidence, JournalLine, Look, Seal, Start } from '../../src/rehearse/evidence.ts';
import type { FaultName } from '../../src/rehearse/faults/catalogue.ts';
import { readLine } from '../../src/rehearse/journal.ts';
import { compare } from '../../src/rehearse/summary.ts';
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

/** A run that lost its node twice, each time with its newest checkpoint: the generation after a damaged one continues an older one. */
const damagedTwice: Evidence = {
  ...good,
  journal: [
    line(1, 1, 'started', { job: '1', node: 'n1', spent: 0, script: 's' }),
    line(2, 1, 'launched'),
    line(4, 1, 'sealed', { generation: 1, bytes: 1, seconds: 1 }),
    line(8, 1, 'sealed', { generation: 2, bytes: 1, seconds: 1 }),
    line(12, 2, 'started', { job: '1', node: 'n1', spent: 10, script: 's' }),
    line(12.5, 2, 'passed_over', { generation: 2 }),
    line(13, 2, 'restored', { generation: 1 }),
    line(16, 2, 'sealed', { generation: 3, bytes: 1, seconds: 1 }),
    line(17, 2, 'sealed', { generation: 4, bytes: 1, seconds: 1 }),
    line(22, 3, 'started', { job: '1', node: 'n1', spent: 18, script: 's' }),
    line(22.5, 3, 'passed_over', { generation: 4 }),
    line(23, 3, 'restored', { generation: 3 }),
    line(25, 3, 'inner_ended', { outcome: 'done', why: 'x', reason: '' }),
    line(25.2, 3, 'left', { status: 0, whose: 'application', why: 'done' }),
  ],
  starts: [
    {
      job: '1',
      node: 'n1',
      from: at(1),
      to: at(11),
      exitCode: '0:9',
      state: 'PENDING',
      requeued: 'node failure',
      left: [],
    },
    {
      job: '1',
      node: 'n1',
      from: at(12),
      to: at(20),
      exitCode: '0:9',
      state: 'PENDING',
      requeued: 'node failure',
      left: [],
    },
    { job: '1', node: 'n1', from: at(22), to: at(25.5), exitCode: '0:0', state: 'COMPLETED', left: [] },
  ],
  seals: [
    { generation: 1, seen: at(4), whole: true, lines: 20 },
    { generation: 2, seen: at(8), whole: true, lines: 60, damaged: at(10) },
    { generation: 3, seen: at(16), whole: true, lines: 50 },
    { generation: 4, seen: at(17), whole: true, lines: 60, damaged: at(19) },
  ],
  looks: [
    look(4, 20, [1]),
    look(8, 60, [1, 2]),
    look(9.9, 70, [1, 2]),
    look(13.1, 20, [1, 2]),
    look(16, 50, [1, 2, 3]),
    look(19, 80, [3, 4]),
    look(23.1, 50, [3, 4]),
    look(24.9, 121, [3, 4], { status: 0 }),
    look(25.4, 121, [], { status: 0 }),
  ],
  struck: [],
  charged: [
    { attempt: 1, seconds: 10 },
    { attempt: 2, seconds: 8 },
    { attempt: 3, seconds: 3 },
  ],
};

/** A run whose only checkpoint was damaged. */
const hopeless: Evidence = {
  ...good,
  journal: [
    ...journal.slice(0, 3),
    line(12, 2, 'started', { job: '1', node: 'n1', spent: 10, script: 's' }),
    line(12.5, 2, 'passed_over', { generation: 1 }),
    line(12.8, 2, 'left', { status: 74, whose: 'crflow', why: 'no sealed generation can be restored' }),
  ],
  seals: [{ generation: 1, seen: at(4), whole: true, lines: 10, damaged: at(8) }],
  looks: [look(4, 10, [1]), look(8, 40, [1]), look(12.5, 40, [1])],
  starts: [
    { ...(starts[0] as Start), requeued: 'node failure' },
    { ...(starts[1] as Start), to: at(13), exitCode: '74:0' },
  ],
  output: [],
  status: null,
  cutShort: 'no checkpoint is left',
};

/** A job that ended before it had started the program. */
const unstarted: Evidence = {
  ...good,
  journal: [
    ...journal.slice(0, 1),
    line(8, 1, 'left', { status: 70, whose: 'crflow', why: 'the inner half of the job did not start' }),
  ],
  seals: [],
  looks: [look(4, 0, [])],
  starts: [{ ...(starts[1] as Start), from: at(1), to: at(8), exitCode: '70:0' }],
  output: [],
  found: [],
  status: null,
  struck: [],
  cutShort: 'the run stopped before: status 70',
};

const open = (start: Start): Start => ({ job: start.job, node: start.node, from: start.from, left: [] });
const ended = journal.slice(0, 8);

/** What is said of a promise: never more than was seen. */
const said: [promise: number, what: string, seen: Evidence, outcome: string, words: RegExp][] = [
  [
    2,
    'a generation is held against the one that it continues',
    damagedTwice,
    'held',
    /^2 restores, each from the newest whole generation; at most 50 lines/,
  ],
  [
    3,
    'each damaged one, and what was restored instead',
    damagedTwice,
    'held',
    /^generation 2 was damaged; it was passed over for generation 1. generation 4 .* for generation 3$/,
  ],
  [
    2,
    'all was lost',
    hopeless,
    'untried',
    /^no generation was left that could be restored, so all work since the start was lost$/,
  ],
  [
    3,
    'there was no other',
    hopeless,
    'held',
    /^generation 1 was damaged; it was passed over, and the run stopped with 74$/,
  ],
  [
    6,
    'how many checkpoints were made',
    hopeless,
    'untried',
    /^nothing kept checkpoints from succeeding \(1 was made\): --fault no-checkpoint$/,
  ],
  [
    10,
    'a job that ends before the program says nothing of names',
    unstarted,
    'untried',
    /^the program was never started: the job ended with 70, the inner half/,
  ],
  [2, 'nor of losses', unstarted, 'untried', /^the program was never started$/],
  [
    5,
    'no account is right that nobody could compare',
    { ...good, starts: starts.map(open) },
    'untried',
    /^the account was not compared with what Slurm had allocated/,
  ],
  [
    5,
    'how far over its total a run stopped',
    {
      ...good,
      struck: [struck('small-budget', 1)],
      settings: { ...good.settings, total: 6 },
      starts: [{ ...(starts[0] as Start), exitCode: '72:0' }, starts[1] as Start],
    },
    'held',
    /stopped with 72 at its total of 6 s and 4 s for its last checkpoint, and went on/,
  ],
  [
    4,
    'what was not looked for is not said',
    { ...good, starts: starts.map(open), cutShort: 'it was ended' },
    'untried',
    /^(?!.*was left)/,
  ],
  [
    4,
    'an attempt that was cut off, and none after it',
    { ...good, journal: ended, struck: [struck('node-loss', 9)], cutShort: 'it was ended' },
    'untried',
    /^no attempt worked after node-loss: it was ended$/,
  ],
  [
    7,
    'started again, and ended before its end',
    {
      ...good,
      starts: [...starts, { job: '1', node: 'n1', from: at(22), left: [] }],
      cutShort: 'it was ended',
    },
    'untried',
    /^the job was started again after its end, and did not come to an end again: it was ended$/,
  ],
  [
    8,
    'the oldest is removed when there are more than are kept',
    { ...good, seals: seals.slice(0, 3) },
    'untried',
    /^3 generations were sealed, and there were never more than 2 at once, but the disk was never full/,
  ],
  [
    8,
    'nothing is removed',
    { ...good, seals: seals.slice(0, 2) },
    'untried',
    /^only 2 generations were sealed, and none had to be removed$/,
  ],
  [
    8,
    'a disk that was full to the end',
    { ...good, struck: [struck('disk-full', 9)], cutShort: 'it was ended', status: null },
    'untried',
    /^it was ended$/,
  ],
  [
    8,
    'what the rehearsal damaged, the job has not removed',
    { ...hopeless, looks: [...hopeless.looks, look(14, 40, [1])] },
    'untried',
    /^only 1 generation was sealed/,
  ],
  [
    6,
    'a run that had no progress may stop',
    {
      ...good,
      journal: [
        ...journal.slice(0, 3),
        ...[2, 3, 4, 5].map((n) =>
          line(20 + n, n, 'started', { job: '1', node: 'n1', spent: 9, script: 's' }),
        ),
        line(30, 5, 'left', { status: 73, whose: 'crflow', why: 'no new generation' }),
      ],
      starts: [starts[0] as Start, { ...(starts[1] as Start), exitCode: '73:0' }],
      status: null,
    },
    'held',
    /^the run stopped with 73: no new generation$/,
  ],
];

test.each(said)('promise %i, %s', (promise, _, seen, outcome, words) => {
  const verdict = judge(seen).find((one) => one.promise === promise);
  expect(verdict).toMatchObject({ outcome, why: expect.stringMatching(words) });
});

test('the comparison: of each run, and only what was seen', () => {
  const forecast = {
    engine: 'dmtcp',
    interval: { used: { seconds: 600 }, cost: 4 },
    run: { attempts: 13, checkpoints: 149 },
    queue: { delay: 121 },
  } as unknown as Forecast;
  const of = (...all: Evidence[]) =>
    Object.fromEntries(compare(forecast, all, 0.1).map(([what, , here]) => [what, here]));
  expect(of(damagedTwice)).toMatchObject({
    attempts: '3',
    checkpoints: '4',
    'a failure costs': 'at most 5 s of work',
  });
  expect(of(good, damagedTwice)).toMatchObject({
    attempts: '2, 3 in the 2 runs, because of the faults',
    checkpoints: '4, 4 in the 2 runs',
    'a failure costs': 'at most 5 s of work',
  });
  expect(of(unstarted)).toMatchObject({ attempts: '1', 'a failure costs': 'nothing was restored' });
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

test('a job that Slurm requeued without an answer says so at its end', () => {
  const why = 'Slurm has requeued this job; its next attempt goes on from here';
  const told = without('requeued').map((one) =>
    one.entry?.event === 'left' && one.entry.attempt === 1
      ? line(10.5, 1, 'left', { status: 75, whose: 'crflow', why })
      : one,
  );
  expect(judge({ ...good, journal: told })[8]).toMatchObject({ promise: 9, outcome: 'held' });
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
    /1 process of attempt 1 survived/,
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
  [10, 'never starts it', { found: [] }, /was launched, but never ran in "\/a \\"b\\""/],
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
  const whys = together([good, tried].map(judge)).map(({ why }) => why);
  expect(whys[3]).toMatch(/^run 2: no process of an older attempt/);
  expect(whys[9]).toBe(judge(good)[9]?.why);
  expect(of(good, tried)).toBe('held');
  expect(of(tried, broken)).toBe('broken');
  expect(of(good)).toBe('untried');
});
