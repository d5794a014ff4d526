import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { learnSite, readModules, scopeOf } from '../../src/site/learn.ts';
import { readProfile } from '../../src/site/read.ts';

const schema = readFileSync(join(import.meta.dirname, '../../specs/site.schema.json'), 'utf8');
const valid = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(schema));
const profileOf = (...says: Parameters<typeof learnSite>) => {
  const text = JSON.stringify(learnSite(...says));
  expect(valid(JSON.parse(text)), `${text} ${JSON.stringify(valid.errors)}`).toBe(true);
  const { profile, diagnostics } = readProfile({ name: 'x.json', text });
  expect(diagnostics).toEqual([]);
  return profile ?? expect.fail('no profile');
};

const config = `Configuration data as of 2026-11-21T12:00:00
AccountingStorageEnforce = associations,limits,qos
AuthInfo                = (null)
ClusterName             = Big Iron
JobRequeue              = 1
KillWait                = 60 sec
MaxArraySize            = 1001
OverTimeLimit           = 5 min
PreemptMode             = REQUEUE
PreemptType             = preempt/qos
PreemptParameters       = (null)
SLURM_VERSION           = 23.11.4

Slurmctld(primary) at head is UP
`;
const partitions = `PartitionName=batch AllowGroups=ALL Default=YES QoS=N/A DefaultTime=01:00:00 GraceTime=0 MaxNodes=UNLIMITED MaxTime=2-00:00:00 PreemptMode=REQUEUE State=UP TotalCPUs=640 TotalNodes=10
PartitionName=long AllowGroups=ALL Default=NO GraceTime=120 MaxTime=UNLIMITED PreemptMode=GANG,SUSPEND State=UP
`;
const nodes = `batch|8|64|257000|amd,thin
batch|2|128|1030000|amd,fat
long|2|128|1030000|amd,fat
debug|1|8|1|(null)
`;
const qos = `normal|1-00:00:00|00:00:00||00:00:00|1.000000
cheap||00:02:00|||0.250000
high|04:00:00|00:00:00|cheap,normal2||2.000000
`;

describe('what a profile learns', () => {
  test('from all that Slurm says', () => {
    const profile = profileOf({ config, partitions, nodes, qos });
    expect(profile.name).toBe('Big-Iron');
    expect(profile.complete).toEqual(['partitions', 'qos', 'nodes']);
    expect(profile.slurm).toMatchObject({
      killWait: 60,
      credExpire: 120,
      jobRequeue: true,
      userSignal: false,
      maxArraySize: 1001,
      overTimeLimit: 300,
    });
    expect(profile.slurm.managesMemory).toBeUndefined();
    const [mib, source] = [2 ** 20, 'scontrol show partition'];
    expect(profile.partitions).toEqual([
      {
        name: 'batch',
        default: true,
        maxTime: 172_800,
        nodes: 10,
        cpus: 128,
        memory: 1_030_000 * mib,
        grace: 0,
        preemptMode: 'requeue',
        source,
      },
      {
        name: 'long',
        nodes: 2,
        cpus: 128,
        memory: 1_030_000 * mib,
        grace: 120,
        preemptMode: 'suspend',
        source,
      },
    ]);
    expect(profile.qos).toMatchObject([
      { name: 'normal', maxTime: 86_400, preemptable: false, charge: 1, grace: 0 },
      { name: 'cheap', preemptable: true, grace: 120, charge: 0.25 },
      { name: 'high', maxTime: 14_400, preemptable: false, charge: 2 },
    ]);
    expect(profile.nodes.map(({ cpus, features }) => [cpus, features])).toEqual([
      [64, ['amd', 'thin']],
      [128, ['amd', 'fat']],
      [8, undefined],
    ]);
  });

  test('with nothing preempted says of nothing how it is', () => {
    const off = config.replace('preempt/qos', 'preempt/none');
    const profile = profileOf({ config: off, partitions, qos });
    expect(profile.partitions.map(({ preemptMode }) => preemptMode)).toEqual([undefined, undefined]);
    expect(profile.qos.map(({ preemptable }) => preemptable)).toEqual([undefined, undefined, undefined]);
  });

  test('where jobs get whole nodes, and where Slurm knows no memory', () => {
    const exclusive = partitions.replace('State=UP TotalCPUs', 'OverSubscribe=EXCLUSIVE State=UP TotalCPUs');
    const profile = profileOf({
      config: `${config}SelectType = select/linear\n`,
      partitions: exclusive,
      nodes: 'batch|8|64|1|amd\nlong|2|128|1|amd\n',
    });
    expect(profile.partitions.map(({ wholeNodes }) => wholeNodes)).toEqual([true, undefined]);
    expect(profile.slurm).toMatchObject({ wholeNodes: true, managesMemory: false });
    expect(profile.nodes.map(({ memory }) => memory)).toEqual([undefined, undefined]);
  });

  test('the credential of AuthInfo, and the signal of an older Slurm', () => {
    const other = `${config.replace('(null)', 'cred_expire=5,socket=/x')}SlurmctldParameters = preempt_send_user_signal\n`;
    expect(profileOf({ config: other }).slurm).toMatchObject({ credExpire: 5, userSignal: true });
  });

  test('from nothing is a profile still', () => {
    expect(profileOf({})).toMatchObject({ name: 'site', complete: [], partitions: [] });
  });

  test('fits the schema whatever Slurm prints', () => {
    const lines = fc
      .array(
        fc.constantFrom(...`${config}${partitions}${nodes}${qos}`.split(/[\s|=]/), '|', ' = ', '=', '\n'),
      )
      .map((words) => words.join(''));
    fc.assert(
      fc.property(lines, lines, lines, lines, (one, two, three, four) => {
        profileOf({ config: one, partitions: two, nodes: three, qos: four });
        profileOf({ config: `ClusterName = ${one}`, partitions: `PartitionName=${two}` });
      }),
    );
  });
});

describe('what else is read', () => {
  test('modules, in the ways in which they are listed', () => {
    const text = '/opt/modules:\ndmtcp/\ndmtcp/3.2.0\ndmtcp/4.1.1(default)\ndmtcp-tools/1\nlib/dmtcp\n';
    expect(readModules(text, 'dmtcp')).toEqual(['dmtcp', 'dmtcp/3.2.0', 'dmtcp/4.1.1']);
    expect(readModules('No module(s) or extension(s) found!', 'dmtcp')).toEqual([]);
  });

  test('who sees a file system', () => {
    expect(
      ['nfs', 'lustre', 'tmpfs', 'xfs', 'ext2/ext3', 'UNKNOWN (0x1)'].map((one) => scopeOf(one)?.scope),
    ).toEqual(['shared', 'shared', 'node-local', undefined, undefined, undefined]);
  });
});
