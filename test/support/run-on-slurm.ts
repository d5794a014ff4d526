import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from './compile.ts';
import type { TestContainer } from './containers.ts';
import { type Dmtcp, dmtcpEnvironment } from './dmtcp.ts';
import { quoted } from './emitted.ts';
import { prefixOf } from './image.ts';
import { exists, journal } from './run-folder.ts';
import type { JobFields } from './slurm-cluster.ts';
import type { TestCluster } from './test-cluster.ts';

const count = join(import.meta.dirname, '../programs/count-alone.sh');

/** The counting program: 1 to `last`, a line each half second (or so many), then status 7. */
export const counting = (last: number, each = 0.5) => `bash '${count}' ${last} ${each} 7`;

const flow = (run: string, blocks: string, schedule: string) => `crflow 1

workflow count {
  application { run = ${quoted(run)} }
  ${blocks}
  checkpoint { interval = 10min   lead = 2min }
  schedule { time = 10min   total = 1h  ${schedule} }
}
`;

type Commands = Readonly<Record<string, string>>;

export interface RunOptions {
  readonly dmtcp: Dmtcp;
  /** Folder of submission, made new under the cluster's; may be as odd as one likes. */
  readonly folder: string;
  readonly last: number;
  /** A flow of another kind, whole; its workflow is called count. */
  readonly flow?: string;
  /** The flow's `run`; by default the counting program. */
  readonly run?: string | undefined;
  /** What it runs in, instead of the host. */
  readonly container?: TestContainer | undefined;
  /** Further keys of its block `schedule`. */
  readonly schedule?: string;
  /** The task to look at, where `sbatchArgs` make an array of it. */
  readonly task?: string | undefined;
  /** The counting program waits half way for `letOn`, so that no test depends on how fast the machine is. */
  readonly held?: boolean;
  /** Called with the folder before anything is submitted. */
  before?(folder: string): void;
  /**
   * Commands that the job finds before all others: text by name. In each, `next "$@"` becomes the command that it
   * stands before, and $FOLDER is the folder of submission.
   */
  readonly commands?: Commands;
  readonly sbatchArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A run of the counting program on a test cluster, and what can be seen of it from outside. */
export async function startRun(
  cluster: TestCluster,
  { dmtcp, last, sbatchArgs = [], ...options }: RunOptions,
) {
  const folder = join(cluster.work, options.folder);
  mkdirSync(folder);
  const { container, commands = {} } = options;
  const wrapped = container && Object.keys(commands).length > 0 ? 'inside' : undefined;
  if (wrapped) writeCommandsInside(join(folder, wrapped), dmtcp, commands);
  const text =
    options.flow ??
    flow(
      options.run ?? counting(last, 0.5 * cluster.pace),
      container?.blocks(dmtcp, wrapped) ?? '',
      options.schedule ?? '',
    );
  const { flows, diagnostics } = compile({ name: 'count.crflow', text });
  if (flows[0] === undefined) throw new Error(JSON.stringify(diagnostics));
  writeFileSync(join(folder, 'count.sbatch'), flows[0].script.text);
  const base = dmtcpEnvironment(dmtcp);
  const PATH = `${writeCommands(folder, commands)}${base['PATH']}`;
  const { DMTCP_STANDIN_NODE = '' } = base;
  // The same bytes as a user's script, only quicker.
  const env = {
    PATH,
    DMTCP_STANDIN_NODE,
    CRFLOW_INTERVAL: cluster.seconds(6),
    CRFLOW_HEARTBEAT: cluster.seconds(5),
    CRFLOW_SUSPECT: '0',
    ...(options.held ? { COUNT_GATE: 'gate' } : {}), // relative to the work folder
    ...container?.env,
    ...options.env,
  };
  const submit = (...args: string[]) =>
    cluster.submit('count.sbatch', {
      cwd: folder,
      env,
      // What is resumed is one task.
      sbatchArgs:
        args.length > 0 && options.task !== undefined
          ? [...sbatchArgs.filter((word) => !word.startsWith('--array')), `--array=${options.task}`]
          : sbatchArgs,
      args,
    });
  options.before?.(folder);
  const job = await submit();
  const id = options.task === undefined ? job : `${job}_${options.task}`;
  // A run is known by its job and its cluster.
  const name = `${id}.${cluster.name}`;
  const state = join(folder, 'crflow-state/count', name);
  const output = join(folder, `count-${name}.out`);
  const until = async (what: string, holds: () => boolean, seconds = 240) => {
    for (const deadline = Date.now() + seconds * 1000; !holds(); ) {
      if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s\n${log(id)}`);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };
  const log = (job: string) =>
    exists(join(folder, `count-${job}.log`)) ? readFileSync(join(folder, `count-${job}.log`), 'utf8') : '';
  const entries = () => (exists(join(state, 'journal.jsonl')) ? journal(state) : []);
  return {
    cluster,
    id,
    name,
    folder,
    state,
    log,
    entries,
    until,
    submit,
    /** Lets a program that is held go on to its end. */
    letOn: () => writeFileSync(join(folder, 'gate'), ''),
    output: () => (exists(output) ? readFileSync(output, 'utf8') : ''),
    /** What an undisturbed run prints. */
    expected: Array.from({ length: last }, (_, i) => `${i + 1}\n`).join(''),
    sealed: (generation: number) =>
      until(`generation ${generation}`, () =>
        entries().some((entry) => entry.event === 'sealed' && Number(entry['generation']) >= generation),
      ),
    verb: (...args: string[]) => cluster.run('bash', ['count.sbatch', ...args], { cwd: folder }),
    ended: (job = id, seconds = 280): Promise<JobFields> => cluster.waitForJob(job, 'ended', seconds),
  };
}

/** A run as `startRun` gives it. */
export type RunOnSlurm = Awaited<ReturnType<typeof startRun>>;

/** Submits an urgent job that needs the whole node, at once and for a moment. Returns when Slurm has taken it. */
export async function takeNode(run: RunOnSlurm, node: string): Promise<void> {
  writeFileSync(join(run.folder, 'urgent.sh'), '#!/bin/bash\nsleep 2\n');
  await run.cluster.submit('urgent.sh', {
    cwd: run.folder,
    sbatchArgs: ['-p', 'high', '-w', node, '--exclusive', '--output=/dev/null'],
  });
}

/** The same, and waits for the run's second attempt: the job requeues itself, or Slurm, which may be faster on a busy machine, does. */
export async function preempt(run: RunOnSlurm, node: string): Promise<void> {
  await takeNode(run, node);
  await run.until('a second attempt', () => run.entries().some(({ attempt }) => attempt === 2));
}

/** Writes the commands into a folder of their own and gives the beginning of a PATH. */
function writeCommands(folder: string, commands: Commands): string {
  if (Object.keys(commands).length === 0) return '';
  writeTo(
    join(folder, 'bin'),
    'FOLDER=${0%/bin/*}\nnext() { PATH=${PATH#*:}; exec "${0##*/}" "$@"; }',
    commands,
  );
  return `${join(folder, 'bin')}:`;
}

/** The same for a container, where the folder is instead of DMTCP's own: all of its commands are in it. */
function writeCommandsInside(bin: string, dmtcp: Dmtcp, commands: Commands): void {
  const all = Object.fromEntries(readdirSync(dmtcp.bin).map((name) => [name, 'next "$@"']));
  const folder = bin.slice(0, bin.lastIndexOf('/')).replaceAll("'", "'\\''");
  const head = `FOLDER='${folder}'\nnext() { PATH=${prefixOf(dmtcp)}/bin:\${PATH#*:}; exec "\${0##*/}" "$@"; }`;
  writeTo(bin, head, { ...all, ...commands });
}

function writeTo(bin: string, head: string, commands: Commands): void {
  mkdirSync(bin);
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(join(bin, name), `#!/bin/bash\n${head}\n${text}\n`);
    chmodSync(join(bin, name), 0o755);
  }
}
