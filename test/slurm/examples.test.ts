import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { compile } from '../support/compile.ts';
import { dmtcpEnvironment, dmtcpUnderTest, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { journal } from '../support/run-folder.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// The examples with real programs, as they are committed: checkpointed by the real DMTCP, restored, and requeued where they
// are not done before; and what they have computed is what they compute if nothing disturbs them.
const examples = join(import.meta.dirname, '../../examples');

interface Example {
  readonly name: string;
  readonly program: string;
  /** What of it belongs to the flow, beside the script. */
  readonly input: string;
  /** Of Debian, for whoever wants to see this test run. */
  readonly packages: string;
  /** Files with what was computed, `output` for what the program prints; and their lines that hold results, without times. */
  readonly results: Readonly<Record<string, (line: string) => string | undefined>>;
}

/** A step, temperature, energies, pressure: all that `thermo` prints. */
const thermo = (line: string) => /^ +\d+(?: +-?[\d.e+-]+){5} *$/.exec(line)?.[0].trimEnd();

const all: readonly Example[] = [
  {
    name: 'melt',
    program: 'lmp',
    input: 'in.melt',
    packages: 'lammps',
    results: { output: thermo, 'log.lammps': thermo },
  },
  {
    name: 'water',
    program: 'cp2k.psmp',
    input: 'water.inp',
    packages: 'cp2k cp2k-data',
    results: {
      output: (line) => /^ ENERGY\|.*/.exec(line)?.[0],
      // The last column is the time that the step took.
      'water-1.ener': (line) => /^ +\d.*(?= \S+$)/.exec(line)?.[0].trimEnd(),
      'water-pos-1.xyz': (line) => line,
    },
  },
];

const slurm = slurmAvailable();
const withoutAll = [whyNoRealDmtcp ?? [], slurm.ok ? [] : slurm.reason].flat();
const missing = ({ program, packages }: Example) =>
  spawnSync('bash', ['-c', 'command -v "$0"', program]).status === 0
    ? []
    : [`no ${program} on PATH (Debian: ${packages})`];

/** What an attempt has until its clock warns it, so that a program of half a minute needs two or three. */
const attempt = 25;
const quicker = {
  CRFLOW_PROVE: '4',
  CRFLOW_INTERVAL: '8',
  CRFLOW_LEAD: String(60 - attempt),
  CRFLOW_HEARTBEAT: '5',
  CRFLOW_SUSPECT: '0',
};
// A signal that says nothing to the job: the clock warns, on time.
const sbatchArgs = ['--time=1', '--signal=B:URG@1'];

describe('the examples of real programs, carried to their end', () => {
  let cluster: Cluster | undefined;
  beforeAll(async () => {
    if (withoutAll.length === 0) cluster = await startCluster();
  });
  afterAll(() => cluster?.stop());

  for (const example of all) {
    const why = [...withoutAll, ...missing(example)].join(', ');
    test
      .skipIf(why !== '')
      .concurrent(
        `${example.name}: ${example.program} is restored, and its result is that of an undisturbed run${why === '' ? '' : ` (skipped: ${why})`}`,
        { timeout: 900_000 },
        async ({ expect }) => {
          if (cluster === undefined) throw new Error('there is no cluster');
          const { name, input, results } = example;
          const { PATH = '' } = dmtcpEnvironment(dmtcpUnderTest());
          const expected = await undisturbed(example, cluster);

          const folder = join(cluster.work, name);
          mkdirSync(folder);
          for (const file of [input, `${name}.sbatch`])
            copyFileSync(join(examples, file), join(folder, file));
          const env = { ...quicker, PATH, MODULESHOME: modules(cluster) };
          const id = await cluster.submit(`${name}.sbatch`, { cwd: folder, env, sbatchArgs });
          const job = await cluster.waitForJob(id, 'ended', 600);
          const run = `${id}.${cluster.name}`;
          const log = readFileSync(join(folder, `${name}-${id}.log`), 'utf8');
          expect(job, log).toMatchObject({ JobState: 'COMPLETED', ExitCode: '0:0' });

          const events = journal(join(folder, 'crflow-state', name, run)).map(({ event }) => event);
          const times = (event: string) => events.filter((one) => one === event).length;
          // Once as the proof, and once in each attempt but the first.
          expect(times('restored'), log).toBe(1 + Number(job.Restarts));
          expect(times('launched'), log).toBe(1);
          for (const [file, pick] of Object.entries(results)) {
            const path = join(folder, file === 'output' ? `${name}-${run}.out` : file);
            expect(picked(path, pick), file).toEqual(expected.get(file));
          }
        },
      );
  }
});

/** The lines of a file that hold results. */
const picked = (path: string, pick: (line: string) => string | undefined) =>
  readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => pick(line) ?? []);

/** What the flow's `run` computes by itself, in the flow's environment. */
async function undisturbed({ name, input, results }: Example, cluster: Cluster) {
  const folder = join(cluster.work, `${name}-undisturbed`);
  mkdirSync(folder);
  copyFileSync(join(examples, input), join(folder, input));
  const { run, set } = planOf(name);
  const env = Object.fromEntries(set.map((one) => [one.name, one.value]));
  const bash = ['-c', 'exec bash -eo pipefail -c "$0" >output 2>&1', run.text];
  const { status } = await cluster.run('bash', bash, { cwd: folder, env, timeoutSeconds: 300 });
  if (status !== 0) throw new Error(`${name}: ${status}\n${readFileSync(join(folder, 'output'), 'utf8')}`);
  const found = new Map(
    Object.entries(results).map(([file, pick]) => [file, picked(join(folder, file), pick)]),
  );
  for (const [file, lines] of found)
    if (lines.length < 10) throw new Error(`${name}: too few results in ${file}: ${lines.length} lines`);
  return found;
}

function planOf(name: string): Plan {
  const { flows } = compile({
    name: `${name}.crflow`,
    text: readFileSync(join(examples, `${name}.crflow`), 'utf8'),
  });
  if (flows[0] === undefined) throw new Error(`examples/${name}.crflow does not compile`);
  return flows[0].plan;
}

/** Environment modules, where sites have them; these find everything on PATH already. */
function modules(cluster: Cluster): string {
  const home = join(cluster.dir, 'modules');
  mkdirSync(join(home, 'init'), { recursive: true });
  writeFileSync(join(home, 'init/bash'), 'module() { echo "module $*"; }\n');
  return home;
}
