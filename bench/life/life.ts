// npm run life: three runs of the same program under a real Slurm and a real DMTCP: without checkpoints, with checkpoints, and with
// checkpoints and restarts. Writes docs/life.svg, the picture of the three with the same scales, and prints a table.
//   CRFLOW_LIFE_UNITS=6000  the work; a unit takes some 15 ms    CRFLOW_LIFE_MIB=400  the memory
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { compareSvg } from '../../src/report/compare.ts';
import { loadOf } from '../../src/report/load.ts';
import { readStatus } from '../../src/report/status.ts';
import { readStory } from '../../src/report/story.ts';
import { describeDuration } from '../../src/time/duration.ts';
import { describeSize } from '../../src/time/size.ts';
import { compile } from '../../test/support/compile.ts';
import { dmtcpEnvironment, dmtcpUnderTest, whyNoRealDmtcp } from '../../test/support/dmtcp.ts';
import { type Cluster, slurmAvailable, startCluster } from '../../test/support/slurm-cluster.ts';

const units = Number(process.env['CRFLOW_LIFE_UNITS'] ?? 6000);
const mib = Number(process.env['CRFLOW_LIFE_MIB'] ?? 400);
const docs = join(import.meta.dirname, '../../docs');

/** The runs, in the order of the picture. `lead`: in seconds; that of the last one is long, so that its attempts are short. */
const scenarios = [
  { name: 'without', checkpoint: 'engine = none  lead = 20s', minutes: 60, lead: 20 },
  { name: 'checkpoints_only', checkpoint: 'interval = 1min  lead = 2min', minutes: 60, lead: 120 },
  { name: 'checkpoints_and_restarts', checkpoint: 'interval = 1min  lead = 20s', minutes: 2, lead: 70 },
] as const;

const flow = ({ name, checkpoint, minutes }: (typeof scenarios)[number]) => `crflow 1
workflow ${name} {
  application { run = "python3 program.py ${units} ${mib}"  memory = ${mib}MiB }
  checkpoint { ${checkpoint} }
  schedule { time = ${minutes}min  total = 1d }
}
`;

test('the life of three runs', async () => {
  const slurm = slurmAvailable();
  if (!slurm.ok) throw new Error(`this needs a real Slurm: ${slurm.reason}`);
  if (whyNoRealDmtcp !== null) throw new Error(`this needs a real DMTCP: ${whyNoRealDmtcp}`);
  const cluster = await startCluster();
  try {
    const stories = [];
    for (const scenario of scenarios) stories.push(await run(cluster, scenario));
    writeFileSync(join(docs, 'life.svg'), compareSvg(stories));
    const rows = stories.map((story) => {
      const load = loadOf(story);
      const sealed = story.checkpoints.filter(({ generation }) => generation !== null).length;
      const words = [
        story.workflow,
        describeDuration(story.length),
        describeDuration(story.budget.used),
        describeDuration(story.times.save),
        story.attempts.length,
        sealed,
        describeSize(load?.peak ?? 0),
        load?.cores?.toFixed(2) ?? 'not measured',
      ];
      return `| ${words.join(' | ')} |`;
    });
    console.log(
      [
        `Measured with ${(await cluster.run('sbatch', ['--version'])).stdout.trim()} and ${dmtcpUnderTest().name}.`,
        '',
        '| run | from start to end | walltime | in checkpoints | attempts | checkpoints | memory | processors |',
        '| --- | --- | --- | --- | --- | --- | --- | --- |',
        ...rows,
      ].join('\n'),
    );
  } finally {
    await cluster.stop();
  }
});

async function run(cluster: Cluster, scenario: (typeof scenarios)[number]) {
  const folder = join(cluster.work, scenario.name);
  mkdirSync(folder);
  copyFileSync(join(import.meta.dirname, 'program.py'), join(folder, 'program.py'));
  const { flows, diagnostics } = compile({ name: 'life.crflow', text: flow(scenario) });
  if (flows[0] === undefined) throw new Error(JSON.stringify(diagnostics));
  const script = `${scenario.name}.sbatch`;
  writeFileSync(join(folder, script), flows[0].script.text);
  const { PATH } = dmtcpEnvironment(dmtcpUnderTest());
  const env = {
    PATH: String(PATH),
    CRFLOW_INTERVAL: '20',
    CRFLOW_PROVE: '0',
    CRFLOW_HEARTBEAT: '2',
    CRFLOW_MEASURE: '2',
    CRFLOW_LEAD: String(scenario.lead),
  };
  const id = await cluster.submit(script, { cwd: folder, env });
  await cluster.waitForJob(id, 'ended', 3600);
  const { stdout } = spawnSync('bash', [script, 'status', '--json', `${id}.${cluster.name}`], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...cluster.env },
  });
  const status = readStatus(stdout);
  if (status === undefined || !('journal' in status)) throw new Error(`no status of ${folder}: ${stdout}`);
  const story = readStory(status.journal, status.facts);
  if (!story.ok) throw new Error(`no story of ${folder}: ${story.why}`);
  if (story.story.ending.kind !== 'done')
    throw new Error(
      `${scenario.name} did not end: ${readFileSync(join(folder, `${scenario.name}-${id}.log`), 'utf8')}`,
    );
  return { ...story.story, run: null };
}
