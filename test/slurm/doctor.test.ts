import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readProfile } from '../../src/site/read.ts';
import { crc } from '../support/crc.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

const available = slurmAvailable();
const title = available.ok ? 'crc doctor' : `crc doctor (skipped: ${available.reason})`;
const schema = JSON.parse(readFileSync(join(import.meta.dirname, '../../specs/site.schema.json'), 'utf8'));

describe.skipIf(!available.ok)(title, () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({
      nodes: 2,
      cpus: 4,
      graceSeconds: 47,
      settings: {
        KillWait: '11',
        MaxArraySize: '77',
        JobRequeue: '0',
        SlurmctldParameters: 'preempt_send_user_signal',
      },
    });
    const limited = await cluster.run('scontrol', ['update', 'PartitionName=high', 'MaxTime=1-12:00:00']);
    expect(limited.status, limited.stderr).toBe(0);
  }, 120_000);

  afterAll(async () => {
    await cluster?.stop();
  }, 120_000);

  test('writes a profile that fits the schema, and says of the cluster what is so', () => {
    const { status, stdout } = crc(['doctor', '--write', 'here.json'], {
      cwd: cluster.work,
      env: cluster.env,
    });
    expect(stdout).toContain('here.json: written');
    // This cluster has no accounting: the doctor says that it could not learn of it.
    expect(stdout).toMatch(/QOS: sacctmgr show qos: ./);
    expect(status).toBe(0);
    const text = readFileSync(join(cluster.work, 'here.json'), 'utf8');
    const valid = new Ajv({ allowUnionTypes: true }).compile(schema);
    expect(valid(JSON.parse(text)), JSON.stringify(valid.errors)).toBe(true);
    const { profile, diagnostics } = readProfile({ name: 'here.json', text });
    expect(diagnostics).toEqual([]);
    expect(profile?.complete).toEqual(['partitions', 'nodes']);
    const memory = 16384 * 2 ** 20;
    const byName = profile?.partitions.toSorted((a, b) => (a.name < b.name ? -1 : 1)) ?? [];
    expect(byName).toMatchObject([
      { name: 'high', maxTime: 129_600, cpus: 4, memory, preemptMode: 'off' },
      { name: 'low', default: true, cpus: 4, memory, grace: 47, preemptMode: 'requeue' },
    ]);
    expect(byName[1]?.maxTime).toBeUndefined();
    expect(profile?.slurm).toMatchObject({
      killWait: 11,
      credExpire: 5,
      jobRequeue: false,
      userSignal: true,
      maxArraySize: 77,
      overTimeLimit: 0,
    });
  });

  test('makes a profile that a flow is then held against', () => {
    const flow = (partition: string, time: string) =>
      `crflow 1\nsite "./here.json"\nworkflow a { application { run = "true" } checkpoint { interval = 10min lead = 30s } schedule { continue = resubmit partition = "${partition}" time = ${time} total = 3d } }\n`;
    const check = (text: string) =>
      crc(['check', '-', '--format', 'json'], { cwd: cluster.work, input: text, env: cluster.env });
    const codes = ({ stdout }: { stdout: string }) =>
      (JSON.parse(stdout) as { diagnostics: { code: string }[] }).diagnostics.map(({ code }) => code);
    expect(codes(check(flow('hihg', '1h')))).toEqual(['CRF420']);
    expect(codes(check(flow('high', '37h')))).toEqual(['CRF423']);
    expect(codes(check(flow('high', '36h')))).toEqual([]);
  });

  test('checks this machine for what a flow needs', () => {
    const input = `crflow 1
workflow a {
  application { run = "true" workdir = "nowhere" }
  checkpoint { interval = 10min lead = 2min state = "$CRFLOW_TEST_STATE/a" }
  schedule { time = 1h total = 1d }
}
`;
    const { status, stdout } = crc(['doctor', '-', '--format', 'json'], {
      cwd: cluster.work,
      input,
      env: { ...cluster.env, CRFLOW_TEST_STATE: '' },
    });
    const { slurm, checks } = JSON.parse(stdout) as {
      slurm: boolean;
      checks: { what: string; verdict: string; says: string }[];
    };
    expect(slurm).toBe(true);
    const verdict = (what: string) => checks.find((one) => one.what === what)?.verdict;
    expect(['sbatch', 'scontrol', 'squeue', 'srun', 'bash'].map(verdict)).toEqual(Array(5).fill('fine'));
    expect([verdict('a, $CRFLOW_TEST_STATE'), verdict('a, workdir')]).toEqual(['wrong', 'wrong']);
    expect(status).toBe(1);
  });
});
