import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';
import { exists } from '../support/run-folder.ts';

// A node that is not fit for a run, and what another job is asked for. On a real Slurm: test/slurm/elsewhere.test.ts.
const [dmtcp] = dmtcpImplementations;
if (dmtcp === undefined) throw new Error('there is always the stand-in');
type Run = ReturnType<typeof byHand>;

const command = (run: Run, name: string, text: string) => {
  mkdirSync(join(run.folder, '.bin'), { recursive: true });
  writeFileSync(join(run.folder, '.bin', name), `#!/bin/bash\n${text}\n`, { mode: 0o755 });
};
/** An sbatch that takes the job, and tells what it was asked for, a word a line. */
const sbatch = (run: Run) =>
  command(run, 'sbatch', `printf '%s\\n' "$@" >'${join(run.folder, 'asked')}'; echo 4712`);
const asked = (run: Run) => run.read('asked').trimEnd().split('\n');

const unfit: readonly [string, (run: Run) => Record<string, string>, string][] = [
  [
    'has no DMTCP',
    (run) => {
      command(run, 'dmtcp_launch', 'exit 127');
      return {};
    },
    'does not print a version',
  ],
  [
    'has no folder for temporary files',
    () => ({ TMPDIR: '/nowhere/at all' }),
    'cannot make a temporary folder in /nowhere/at all',
  ],
  [
    'restores nothing, though another did',
    (run) => {
      writeFileSync(join(run.state, 'proven'), '');
      command(run, 'dmtcp_restart', 'exit 99');
      return {};
    },
    'no sealed generation can be restored',
  ],
];

describe('a node that', { concurrent: true }, () => {
  test.for(unfit)('%s: another job goes on elsewhere', async ([, spoil, why], { expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1);
    sbatch(run);
    expect(await run.start({ SLURMD_NODENAME: 'n7', ...spoil(run) }), run.log()).toBe(75);
    expect(run.log()).toContain('n7 is unfit for this run: ');
    expect(run.log()).toContain(why);
    expect(run.log()).toContain('job 4712 continues the run, on another node');
    expect(asked(run)).toContain('--exclude=n7');
    expect(asked(run).slice(-2)).toEqual(['continue', '4711']);
    expect(run.left()).toEqual([]);
    for (const name of ['dmtcp_launch', 'dmtcp_restart'])
      rmSync(join(run.folder, '.bin', name), { force: true });
    expect(
      await run.start({ SLURM_JOB_ID: '4712', SLURMD_NODENAME: 'n8' }, 'continue', '4711'),
      run.log(),
    ).toBe(7);
    expect(run.output()).toBe(run.expected);
    // It is forgotten where the run goes on.
    expect(exists(join(run.state, 'avoid'))).toBe(false);
  });

  test('is not the only one: as many as the patience allows, then 70', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    await run.lostAttempt(1);
    sbatch(run);
    command(run, 'dmtcp_launch', 'exit 127');
    const patience = { CRFLOW_PATIENCE: '2' };
    expect(await run.start({ SLURMD_NODENAME: 'n7', ...patience }), run.log()).toBe(75);
    const next = { SLURM_JOB_ID: '4712', ...patience };
    expect(await run.start({ SLURMD_NODENAME: 'n8', ...next }, 'continue', '4711'), run.log()).toBe(75);
    expect(asked(run)).toContain('--exclude=n7,n8');
    expect(await run.start({ SLURMD_NODENAME: 'n9', ...next }, 'continue', '4711'), run.log()).toBe(70);
    expect(run.log()).toContain('to resume: sbatch count.sbatch resume 4711');
  });

  test('has no DMTCP at the first attempt says so: it is more likely the flow', async ({ expect }) => {
    using run = byHand(dmtcp);
    sbatch(run);
    command(run, 'dmtcp_launch', 'exit 127');
    expect(await run.start(), run.log()).toBe(70);
    expect(run.read('asked')).toBe('');
  });
});

/** A job as `scontrol show job` tells of it; `gres` as 22.05 spells it, and 23.11 and newer. */
const record = (gres: string) => `JobId=4711 JobName=x
   UserId=u(1) GroupId=u(1) MCS_label=N/A
   Priority=1 Nice=50 Account=m1 QOS=long WCKey=*
   JobState=RUNNING Reason=None Dependency=(null)
   Requeue=1 Restarts=0 BatchFlag=1 Reboot=0 ExitCode=0:0
   RunTime=00:01:00 TimeLimit=00:10:00 TimeMin=00:05:00
   StartTime=2030-01-01T00:00:00+0000 EndTime=END Deadline=N/A
   PreemptEligibleTime=2030-01-01T00:00:00+0000 PreemptTime=None
   Partition=big AllocNode:Sid=login:1
   ReqNodeList=n[3-4] ExcNodeList=n9
   NumNodes=1 NumCPUs=4 NumTasks=1 CPUs/Task=4 ReqB:S:C:T=0:0:*:*
   MinCPUsNode=4 MinMemoryNode=8G MinTmpDiskNode=0
   Features=haswell&hbm DelayBoot=00:00:00
   Reservation=course
   OverSubscribe=NO Contiguous=0 Licenses=cfs:1 Network=(null)
   Command=/x/y --gres=no
   WorkDir=/x
   StdOut=/x/y.log
   Power=
   TresPerNode=${gres}
`;

test.for([
  'gres:gpu:a100:2,gres:disk:1',
  'gres/gpu:a100:2,gres/disk:1',
])('another job asks for what was given on the command line: %s', async (gres, { expect }) => {
  using run = byHand(dmtcp, { schedule: 'continue = resubmit', count: held });
  sbatch(run);
  writeFileSync(join(run.folder, 'record'), record(gres));
  command(
    run,
    'scontrol',
    `[[ $1 != update ]] || echo "$*" >>'${join(run.folder, 'updates')}'
[[ $1 != show ]] || sed "s/END/$(date -d '+30 minutes' +%FT%T%z)/" '${join(run.folder, 'record')}'`,
  );
  const limit = { CRFLOW_LEAD: '3600', CRFLOW_INTERVAL: '600' };
  expect(await run.start(limit), run.log()).toBe(75);
  // Or Slurm 24.11 and newer would requeue this job, too, if a preemption ended it.
  expect(run.read('updates')).toContain('JobId=4711 Requeue=0\n');
  const options = asked(run).filter((word) => /^--(?!parsable|dependency)/.test(word));
  expect(options.sort()).toEqual([
    '--account=m1',
    '--constraint=haswell&hbm',
    '--cpus-per-task=4',
    '--exclude=n9',
    '--exclusive',
    '--gres=gpu:a100:2,disk:1',
    '--licenses=cfs:1',
    '--mem=8G',
    '--nice=50',
    '--nodelist=n[3-4]',
    '--partition=big',
    '--qos=long',
    '--reservation=course',
    '--time-min=00:05:00',
    '--time=00:10:00',
    '--wckey=*',
  ]);
});
