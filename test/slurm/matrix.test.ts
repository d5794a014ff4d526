import { afterAll, beforeAll, describe, test, vi } from 'vitest';
import { clusterFor, runCell } from '../matrix/cell.ts';
import { cell } from '../matrix/faults.ts';
import type { Moment } from '../matrix/moments.ts';
import { engines } from '../matrix/tables.ts';
import { dmtcpUnderTest, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { whyNoMpich } from '../support/mpich.ts';
import { whySlow } from '../support/slow.ts';
import { startTestCluster, type TestCluster, whyNoScheduler } from '../support/test-cluster.ts';

// A sample of the fault matrix: what no other test here shows. All of it: `npm run matrix`.
const why = whyNoScheduler();
const dmtcp = dmtcpUnderTest();

const sample: readonly [fault: string, moment: string, engine?: keyof typeof engines][] = [
  ['warning 2 s after the start', 'before launch'],
  ['kill -9 everything', 'while checkpointing'],
  ['node lost, job still running there', 'running'],
  ['scontrol hangs', 'running'],
  ['kill -9 everything', 'while saving', 'own'],
  ["the program's newest file flipped", 'running', 'own'],
];

/** With two ranks of MPICH: they take minutes. */
const ofRanks: typeof sample = [
  ['kill -9 everything', 'while checkpointing', 'ranks'],
  ['kill -9 coordinator', 'running', 'ranks'],
  ['kill -9 inner half', 'while restoring', 'ranks'],
  ['preemption with grace', 'while checkpointing', 'ranks'],
  ['image truncated', 'running', 'ranks'],
];
const whyNoRanks = whyNoRealDmtcp ?? whyNoMpich;
const reason = whyNoRanks === null ? whySlow : ` (skipped: ${whyNoRanks})`;
const cells = reason === '' ? [...sample, ...ofRanks] : sample;

// Each has a node for itself, and mostly waits.
vi.setConfig({ maxConcurrency: sample.length });

describe.skipIf(why !== null)(
  `a fault at a moment, with ${dmtcp.name}${why === null ? '' : ` (skipped: ${why})`}`,
  () => {
    let cluster: TestCluster;
    beforeAll(async () => {
      cluster = await startTestCluster(clusterFor(cells.length));
    });
    afterAll(() => cluster?.stop());

    test.concurrent.for(
      cells.map(([fault, moment, name = 'dmtcp'], at) => [fault, moment, name, at] as const),
    )('%s, %s, engine %s', async ([fault, moment, name, at], { expect }) => {
      const engine = engines[name];
      if (engine === undefined) throw new Error(`no such engine: ${name}`);
      const todo = cell(engine.faults[fault] ?? {}, moment);
      if (typeof todo === 'string') throw new Error(`no such cell: ${todo}`);
      const node = cluster.nodes[at] ?? 'n1';
      const { violated } = await runCell(
        cluster,
        node,
        dmtcp,
        todo,
        engine.moments[moment] as Moment,
        engine,
      );
      expect(violated, violated.join('\n')).toEqual([]);
    });

    if (reason !== '')
      for (const [fault, moment] of ofRanks)
        test.skip(`${fault}, ${moment}, two ranks of MPICH${reason}`, () => {});
  },
);
