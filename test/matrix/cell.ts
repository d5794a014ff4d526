import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { containersOf, type TestContainer } from '../support/containers.ts';
import type { Dmtcp } from '../support/dmtcp.ts';
import { filesUnder, processesIn } from '../support/run-folder.ts';
import { type RunOnSlurm, startRun } from '../support/run-on-slurm.ts';
import type { JobFields, NodeName } from '../support/slurm-cluster.ts';
import type { TestCluster } from '../support/test-cluster.ts';
import type { Fault } from './faults.ts';
import { generations, lines, type Moment } from './moments.ts';
import type { EngineUnderTest } from './tables.ts';

/** Settings of a cluster for cells; a node of it for each cell that runs at the same time, and one to flee to. */
export const clusterFor = (cells: number) => ({
  nodes: cells + 1,
  cpus: 3,
  graceSeconds: 25,
  settings: {
    // Each node its own temporary folder, as in life: an attempt does not see what another node runs.
    TaskProlog: join(import.meta.dirname, 'node-tmp.sh'),
    PartitionName: 'abrupt Nodes=ALL PriorityTier=1 PreemptMode=REQUEUE GraceTime=0',
  },
});

/** What a cell showed: what does not hold, nothing if all does; or why it cannot be had on this machine. */
export interface Verdict {
  readonly violated: readonly string[];
  readonly skipped?: string;
}

let cells = 0;

/** Brings a run to the moment, strikes, and judges what can be seen from outside. */
export async function runCell(
  cluster: TestCluster,
  node: NodeName,
  dmtcp: Dmtcp,
  fault: Fault,
  moment: Moment,
  engine: EngineUnderTest,
  container?: TestContainer,
): Promise<Verdict> {
  let skipped: string | undefined;
  let folder: string | undefined;
  let undo: unknown;
  let run: RunOnSlurm | undefined;
  try {
    run = await startRun(cluster, {
      dmtcp,
      // What separates the parts of a mount is refused where there are mounts.
      folder: `it's ${container ? 'a cell' : '"cell"'} $HOME * é ${++cells}`,
      container,
      held: true,
      last: lines,
      ...(engine.flow === undefined ? {} : { flow: engine.flow(lines) }),
      run: fault.program?.(lines),
      task: fault.options?.task,
      sbatchArgs: ['-w', node, '--time=3', ...(fault.options?.sbatchArgs ?? [])],
      env: { ...quick, ...engine.env, ...moment.env, ...fault.options?.env },
      commands: { ...moment.commands, ...fault.options?.commands },
      before(made) {
        folder = made;
        skipped = fault.prepare?.(made, dmtcp) ?? engine.prepare?.(made);
        if (skipped !== undefined) throw new Error(skipped);
      },
    });
    const others = (await fault.others?.(run)) ?? [];
    await (fault.reach ?? moment.reach)(run);
    const effect = afterEffect(run);
    undo = await fault.strike?.(run);
    const judging = Promise.all([run.id, ...others].map((id) => judge(run as RunOnSlurm, id, fault, engine)));
    const [judged] = await Promise.all([judging, effect().then(run.letOn)]);
    const violated = judged.flat();
    violated.push(...(await remains(run, container)));
    if (violated.length === 0) return { violated };
    return { violated: [...violated, story(run)] };
  } catch (error) {
    if (skipped !== undefined) return { violated: [], skipped };
    return { violated: [String(error), run === undefined ? '' : story(run)] };
  } finally {
    if (run !== undefined) await cluster.run('scancel', [run.id.replace(/_.*/, '')]);
    if (typeof undo === 'function') await undo();
    if (folder !== undefined) fault.cleanUp?.(folder);
  }
}

/**
 * Waits until what comes now had its effect: another attempt, the end of this one, or two more checkpoints, all as
 * seen in the folder. Until then the program must not end, or a slow machine would show nothing.
 */
function afterEffect(run: RunOnSlurm): () => Promise<void> {
  const attempt = Math.max(1, attempts(run));
  const generation = generations(run).at(-1) ?? 0;
  const over = () =>
    attempts(run) > attempt ||
    existsSync(join(run.state, `attempts/${attempt}/left`)) ||
    existsSync(join(run.state, 'status')) ||
    (generations(run).at(-1) ?? 0) >= generation + 2;
  return () => run.until('an effect', over, 300);
}

const attempts = (run: RunOnSlurm) =>
  existsSync(join(run.state, 'attempts')) ? readdirSync(join(run.state, 'attempts')).length : 0;

/** Quick, and always near the known end of the job, so that a warning is taken for what it is. */
const quick = {
  CRFLOW_INTERVAL: '4',
  CRFLOW_LEAD: '90',
  CRFLOW_HEARTBEAT: '5',
  CRFLOW_SUSPECT: '0',
  CRFLOW_CHECKPOINT_LIMIT: '60',
};

/** One run: how its jobs ended, and what its program printed. */
async function judge(run: RunOnSlurm, id: string, fault: Fault, engine: EngineUnderTest): Promise<string[]> {
  const endings = await endingsOf(run, id);
  const { ends = /^7:0$/ } = fault;
  const violated = ends.test(endings) ? [] : [`run ${id} ended ${endings}, not ${ends.source}`];
  // A shell says of its child that it was killed; that is not the program's output.
  const output = readText(join(run.folder, engine.output ?? `count-${id}.${run.cluster.name}.out`)).replace(
    /^.*: line \d+: .*Killed.*\n/gm,
    '',
  );
  const right =
    fault.output === 'beginning' && !/(^| )7:0$/.test(endings)
      ? run.expected.startsWith(output)
      : output === run.expected;
  const first = await run.cluster.job(id);
  if (endings.startsWith('CANCELLED') && first.JobState !== 'CANCELLED') violated.push(`${id} came back`);
  return right ? violated : [...violated, `run ${id} printed ${JSON.stringify(output)}`];
}

/** Follows a run from job to job as its owner would, resuming it where it stopped unfinished. */
async function endingsOf(run: RunOnSlurm, id: string): Promise<string> {
  const endings: string[] = [];
  for (let job = id; ; ) {
    const fields = await run.ended(job, 240);
    endings.push(ending(fields));
    if (
      existsSync(join(run.folder, 'crflow-state/count', `${id}.${run.cluster.name}`, 'status')) ||
      endings.length === 4
    )
      break;
    job = /job (\d+) continues the run/.exec(run.log(job))?.[1] ?? (await run.submit('resume', id));
  }
  return endings.join(' > ');
}

const ending = ({ JobState, ExitCode }: JobFields) =>
  /COMPLETED|FAILED/.test(JobState) && JobState !== 'NODE_FAIL' ? ExitCode : JobState;

/** What is left when all is over, and must not be. */
async function remains(run: RunOnSlurm, container?: TestContainer): Promise<string[]> {
  const violated: string[] = [];
  await run
    .until('no process', () => processesIn(run.folder).length === 0, 60)
    .catch(() => violated.push(`processes left: ${processesIn(run.folder).join('; ')}`));
  if (container !== undefined) {
    const left = () => containersOf(container, run.state);
    await run
      .until('no container', () => left().length === 0, 60)
      .catch(() => violated.push(`containers left: ${left().join('; ')}`));
  }
  const files = filesUnder(join(run.folder, 'crflow-state')).filter((path) =>
    /\.(temp|tmp|partial|old)$/.test(path),
  );
  if (files.length > 0) violated.push(`files left: ${files.join(' ')}`);
  if (generations(run).length > 3) violated.push(`generations left: ${generations(run).join(' ')}`);
  return violated;
}

/** For whoever has to find out why. */
function story(run: RunOnSlurm): string {
  return `${run.log(run.id)}\n${readText(join(run.state, 'journal.jsonl'))}`.trimEnd();
}

const readText = (path: string) => (existsSync(path) ? readFileSync(path, 'utf8') : '');
