import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { RuntimeName } from '../../src/model/container.ts';
import { containersIn, removeContainers, runtimes, type TestContainer } from '../support/containers.ts';
import { dmtcpImplementations, dmtcpUnderTest } from '../support/dmtcp.ts';
import type { NodeName } from '../support/slurm-cluster.ts';
import { scheduler, startTestCluster, type TestCluster, whyNoScheduler } from '../support/test-cluster.ts';
import { clusterFor, runCell } from './cell.ts';
import { cell } from './faults.ts';
import type { Moment } from './moments.ts';
import { engines } from './tables.ts';

// The complete matrix, on demand: `npm run matrix`, on the small scheduler; with CRFLOW_TEST_SCHEDULER=slurm, on a real Slurm. CRFLOW_MATRIX is a pattern for `fault, moment`; CRFLOW_MATRIX_ENGINE the
// engine: dmtcp (default), own, ranks (two of MPICH, saved by DMTCP); CRFLOW_MATRIX_CELLS how many run at the same time; CRFLOW_MATRIX_DMTCP a pattern for the name of the DMTCP; CRFLOW_MATRIX_RUNTIME the container
// runtime, for which the cells are fewer by default: those in which a container differs from the host.
const why = whyNoScheduler();
const atOnce = Number(process.env['CRFLOW_MATRIX_CELLS'] ?? 6);
const runtime = process.env['CRFLOW_MATRIX_RUNTIME'] as RuntimeName | undefined;
const engineName = process.env['CRFLOW_MATRIX_ENGINE'] ?? 'dmtcp';
const engine = engines[engineName as keyof typeof engines];
if (engine === undefined) throw new Error(`there is no matrix for the engine ${engineName}`);
const { faults, moments } = engine;
const momentNames = Object.keys(moments);
const inContainers =
  /^(kill -9 .*|node lost.*|scancel|preemption with grace|time limit|stop by its owner|disk full.*|image truncated), (running|while .*)$/;
const wanted = process.env['CRFLOW_MATRIX']
  ? new RegExp(process.env['CRFLOW_MATRIX'])
  : runtime
    ? inContainers
    : /^/;
const wantedDmtcp = new RegExp(process.env['CRFLOW_MATRIX_DMTCP'] ?? '');

const implementations = dmtcpImplementations.filter(({ name }) => wantedDmtcp.test(name));

/** The stand-in does where the program saves itself, and cannot save ranks. */
const subjects = {
  dmtcp: implementations,
  own: implementations.slice(0, 1),
  ranks: [dmtcpUnderTest()],
}[engineName as 'dmtcp' | 'own' | 'ranks'];

describe.skipIf(why !== null).each(subjects)(
  `the matrix, engine ${engineName}, with $name${runtime ? ` in ${runtime}` : ''} on ${scheduler}${why === null ? '' : ` (skipped: ${why})`}`,
  { timeout: 3_600_000 },
  (dmtcp) => {
    let cluster: TestCluster;
    let images: string | undefined;
    let container: TestContainer | undefined;
    const free: NodeName[] = [];
    const words = new Map<string, string>();
    const pairs = Object.keys(faults).flatMap((fault) =>
      momentNames.map((moment) => [fault, moment] as const),
    );

    beforeAll(async () => {
      if (runtime) {
        images = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-images-')));
        container = containersIn(images, runtime)[0];
        if (container === undefined)
          throw new Error(
            runtimes.find((one) => one.runtime === runtime)?.why ?? `no runtime is called ${runtime}`,
          );
      }
      cluster = await startTestCluster(clusterFor(atOnce));
      free.push(...cluster.nodes.slice(0, atOnce));
    });
    afterAll(async () => {
      const what = engineName === 'dmtcp' ? dmtcp.name : `engine ${engineName}`;
      console.log(table([what, ...(runtime ? [runtime] : [])].join(' in '), words));
      await cluster?.stop();
      if (images) removeContainers(images);
    });

    test('every cell holds', async ({ expect }) => {
      const queue = pairs.filter((pair) => wanted.test(pair.join(', ')));
      const worker = async (node: NodeName) => {
        for (let pair = queue.shift(); pair !== undefined; pair = queue.shift()) {
          const [fault, moment] = pair;
          const todo = cell(faults[fault] ?? {}, moment);
          const word =
            typeof todo === 'string'
              ? `no sense: ${todo}`
              : await judged(node, todo, moment, pair.join(', '));
          words.set(pair.join(', '), word);
        }
      };
      const judged = async (
        node: NodeName,
        todo: Exclude<ReturnType<typeof cell>, string>,
        moment: string,
        name: string,
      ) => {
        const { violated, skipped } = await runCell(
          cluster,
          node,
          dmtcp,
          todo,
          moments[moment] as Moment,
          engine,
          container,
        );
        const word = skipped ? `skipped: ${skipped}` : violated.length > 0 ? 'VIOLATED' : 'held';
        console.log([`${name}: ${word}`, ...violated].join('\n'));
        return word;
      };
      await Promise.all(free.map(worker));
      expect([...words].filter(([, word]) => word === 'VIOLATED').map(([name]) => name)).toEqual([]);
    });
  },
);

/** Faults down, moments across. What makes no sense is a number, explained below. */
function table(dmtcp: string, words: ReadonlyMap<string, string>): string {
  const notes: string[] = [];
  const short = (word = 'not run') => {
    if (!word.includes(': ')) return word;
    if (!notes.includes(word)) notes.push(word);
    return `(${notes.indexOf(word) + 1})`;
  };
  const rows = Object.keys(faults).map((fault) => [
    fault,
    ...momentNames.map((name) => short(words.get(`${fault}, ${name}`))),
  ]);
  const lines = [['fault', ...momentNames], ['---', ...momentNames.map(() => '---')], ...rows];
  return [
    `Fault matrix, with ${dmtcp}`,
    ...lines.map((line) => `| ${line.join(' | ')} |`),
    ...notes.map((note, at) => `(${at + 1}) ${note}`),
  ].join('\n');
}
