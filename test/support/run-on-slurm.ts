import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from '../../src/compile.ts';
import { type Dmtcp, dmtcpEnvironment } from './dmtcp.ts';
import { exists, journal } from './run-folder.ts';
import type { Cluster, JobFields } from './slurm-cluster.ts';

const count = join(import.meta.dirname, '../programs/count-alone.sh');

/** The counting program as a flow: 1 to `last`, a line each half second, then status 7. */
const flow = (last: number) => `crflow 1

workflow count {
  application { run = "bash '${count}' ${last} 0.5 7" }
  checkpoint { interval = 10min   lead = 2min }
  schedule { time = 10min   total = 1h }
}
`;

export interface RunOptions {
  readonly dmtcp: Dmtcp;
  /** Folder of submission, made new under the cluster's; may be as odd as one likes. */
  readonly folder: string;
  readonly last: number;
  readonly sbatchArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A run of the counting program on a test cluster, and what can be seen of it from outside. */
export async function startRun(cluster: Cluster, { dmtcp, last, sbatchArgs = [], ...options }: RunOptions) {
  const folder = join(cluster.work, options.folder);
  mkdirSync(folder);
  const { flows } = compile({ name: 'count.crflow', text: flow(last) });
  writeFileSync(join(folder, 'count.sbatch'), flows[0]?.script.text ?? '');
  const { PATH = '', DMTCP_STANDIN_NODE = '' } = dmtcpEnvironment(dmtcp);
  // The same bytes as a user's script, only quicker.
  const env = { PATH, DMTCP_STANDIN_NODE, CRFLOW_INTERVAL: '6', CRFLOW_HEARTBEAT: '5', ...options.env };
  const submit = (...args: string[]) =>
    cluster.submit('count.sbatch', { cwd: folder, env, sbatchArgs, args });
  const id = await submit();
  const state = join(folder, 'crflow-state/count', id);
  const output = join(folder, `count-${id}.out`);
  const until = async (what: string, holds: () => boolean, seconds = 60) => {
    for (const deadline = Date.now() + seconds * 1000; !holds(); ) {
      if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s\n${log(id)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const log = (job: string) =>
    exists(join(folder, `count-${job}.log`)) ? readFileSync(join(folder, `count-${job}.log`), 'utf8') : '';
  const entries = () => (exists(join(state, 'journal.jsonl')) ? journal(state) : []);
  return {
    id,
    folder,
    state,
    log,
    entries,
    until,
    submit,
    output: () => readFileSync(output, 'utf8'),
    /** What an undisturbed run prints. */
    expected: Array.from({ length: last }, (_, i) => `${i + 1}\n`).join(''),
    sealed: (generation: number) =>
      until(`generation ${generation}`, () =>
        entries().some((entry) => entry.event === 'sealed' && Number(entry['generation']) >= generation),
      ),
    verb: (...args: string[]) => cluster.run('bash', ['count.sbatch', ...args], { cwd: folder }),
    ended: (job = id, seconds = 120): Promise<JobFields> => cluster.waitForJob(job, 'ended', seconds),
  };
}
