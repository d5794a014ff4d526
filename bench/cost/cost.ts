// npm run cost: what a running job costs everybody else, scaled to an hour: questions to Slurm's controller, looks at the run's folder on
// the shared file system, processes started, and what the walks over /proc cost where many processes run. Prints tables.
//   CRFLOW_COST_SECONDS=300  the window    CRFLOW_COST_BASH=/path/bash-4.4:/path/bash-4.2  other bashes to run the script with
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { test } from 'vitest';
import { dmtcpUnderTest, whyNoRealDmtcp } from '../../test/support/dmtcp.ts';
import { byHand } from '../../test/support/emitted.ts';
import { type Cluster, slurmAvailable, startCluster } from '../../test/support/slurm-cluster.ts';
import { Job } from './job.ts';
import { foreignProcesses, traceOf } from './observe.ts';

const seconds = Number(process.env['CRFLOW_COST_SECONDS'] ?? 300);
const bashes = ['/bin/bash', ...(process.env['CRFLOW_COST_BASH'] ?? '').split(':').filter(Boolean)];
const hour = (count: number, during = seconds) => Math.round((count * 3600) / during);

test('what a job costs everybody else', async () => {
  const slurm = slurmAvailable();
  if (!slurm.ok) throw new Error(`this needs a real Slurm: ${slurm.reason}`);
  if (whyNoRealDmtcp !== null) throw new Error(`this needs a real DMTCP: ${whyNoRealDmtcp}`);
  const cluster = await startCluster({ cpus: 16 });
  try {
    const { stdout } = await cluster.run('sbatch', ['--version']);
    console.log(
      [
        `Measured with ${stdout.trim()} and ${dmtcpUnderTest().name}; a window of ${seconds} s.`,
        '',
        ...(await idle(cluster)),
        '',
        ...(await questions(cluster)),
        '',
        ...(await walks(cluster)),
        '',
        ...measurements(),
      ].join('\n'),
    );
  } finally {
    await cluster.stop();
  }
});

/** A job that only runs, with each bash: what its halves and its listening step do meanwhile. */
async function idle(cluster: Cluster): Promise<string[]> {
  const row = async (bash: string) => {
    const job = await Job.start(cluster, { bash, interval: 86_400 });
    const trace = await traceOf(await job.supervision(), seconds);
    await job.end();
    const looks = trace.files(job.state);
    return `| ${version(bash)} | ${hour(looks)} (${(looks / seconds).toFixed(2)} a second) | ${hour(trace.started)} | ${trace.programs.join(', ')} |`;
  };
  const rows = await Promise.all(bashes.map(row));
  return [
    '| bash | looks at the run’s folder an hour | processes started an hour | programs, in the window |',
    '| --- | --- | --- | --- |',
    ...rows,
  ];
}

/** What one job, and nobody else, asks the controller: at its start, while it runs, and when it is told to go on. */
async function questions(cluster: Cluster): Promise<string[]> {
  const before = await rpcs(cluster);
  const job = await Job.start(cluster, { interval: 86_400, warnedAfter: seconds + 60 });
  const start = await rpcs(cluster);
  await sleep(seconds * 1000);
  const running = await rpcs(cluster);
  await job.warn();
  const end = await rpcs(cluster);
  await job.end();
  return [
    '| moment | questions to the controller |',
    '| --- | --- |',
    `| start of an attempt | ${difference(before, start)} |`,
    `| running, ${seconds} s (a word in the queue each ${job.report} s) | ${difference(start, running)} |`,
    `| warning, checkpoint, requeue | ${difference(running, end)} |`,
  ];
}

/** Processor time of a checkpoint, on a node where others run little and much. */
async function walks(cluster: Cluster): Promise<string[]> {
  const rows: string[] = [];
  for (const foreign of [0, 500]) {
    const release = await foreignProcesses(foreign);
    const job = await Job.start(cluster, { interval: 10 });
    const window = Math.min(seconds, 120);
    const [from, began] = [await job.used(), job.generations()];
    await sleep(window * 1000);
    const [to, ended] = [await job.used(), job.generations()];
    await job.end();
    await release();
    const each = (to - from) / (ended - began);
    rows.push(`| ${foreign} | ${ended - began} | ${each.toFixed(2)} s |`);
  }
  return [
    '| processes of others | checkpoints | processor time of the job’s halves for each |',
    '| --- | --- | --- |',
    ...rows,
  ];
}

/** Processor time of noting what the application takes, by the number of its processes. */
function measurements(): string[] {
  using run = byHand(dmtcpUnderTest());
  const times = 20;
  const rows = [1, 10, 100, 1000].map((count) => {
    // A job's heartbeat may come within the same second.
    const said = run.functions(
      `run=$PWD attempt_dir=$PWD attempt=1 page_size=4096; find_first() { REPLY=$$; }
for ((i = 0; i < ${count}; i++)); do sleep 600 & done; disown -a
used() { read -r stat </proc/self/stat; stat=(\${stat##*) }); REPLY=$((stat[11] + stat[12])); }
used; from=$REPLY
for ((n = 0; n < ${times}; n++)); do measured_at=-1; measure; done
used; echo $((REPLY - from)); kill $(pgrep -P $$)`,
      { CRFLOW_MEASURE: '60' },
    );
    return `| ${count} | ${((Number.parseInt(said, 10) * 10) / times).toFixed(1)} ms |`;
  });
  return ['| processes of the application | processor time of one measurement |', '| --- | --- |', ...rows];
}

type Rpcs = ReadonlyMap<string, number>;

/** Counts by message, of what users' commands ask; slurmd's own messages and this one are left out. */
async function rpcs(cluster: Cluster): Promise<Rpcs> {
  const { stdout } = await cluster.run('sdiag');
  const types = /by message type([\s\S]*?)\n\S/.exec(`${stdout}\nX`)?.[1] ?? '';
  const counts = [...types.matchAll(/^\s*(\w+)\s*\(\s*\d+\)\s*count:(\d+)/gm)];
  const ours =
    /^(?!MESSAGE_|REQUEST_STATS_INFO|REQUEST_STEP_COMPLETE|REQUEST_COMPLETE_|REQUEST_SUBMIT|REQUEST_BUILD_INFO)/;
  return new Map(
    counts
      .map(([, type = '', count]): [string, number] => [type, Number(count)])
      .filter(([type]) => ours.test(type)),
  );
}

function difference(before: Rpcs, after: Rpcs): string {
  const found = [...after]
    .map(([type, count]): [string, number] => [type, count - (before.get(type) ?? 0)])
    .filter(([, count]) => count > 0);
  const sum = found.reduce((all, [, count]) => all + count, 0);
  return found.length === 0 ? '0' : `${sum}: ${found.map(([type, count]) => `${count} ${type}`).join(', ')}`;
}

function version(bash: string): string {
  const text = readFileSync(bash, 'latin1');
  return /@\(#\)Bash version ([\d.]+)/.exec(text)?.[1] ?? bash;
}
