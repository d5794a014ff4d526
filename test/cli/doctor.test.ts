import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';
import { elf } from '../support/elf.ts';
import { flowOf, inputOf } from '../support/known-programs.ts';
import { SEARCH_PATH } from '../support/slurm-available.ts';

// Commands of a Slurm that answer as told; the real ones are asked in test/slurm/doctor.test.ts.
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-doctor-'));
  mkdirSync(join(folder, 'bin'));
  provide('bash', 'sh', 'stat', 'sleep');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function provide(...names: readonly string[]): void {
  for (const name of names) {
    const path = SEARCH_PATH.map((one) => join(one, name)).find((one) => existsSync(one));
    if (path !== undefined) symlinkSync(path, join(folder, 'bin', name));
  }
}

const command = (name: string, text: string) =>
  writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
const doctor = (args: string[], input = '') =>
  crc(['doctor', ...args], {
    cwd: folder,
    input,
    env: { PATH: join(folder, 'bin'), HOME: folder, SCRATCH: '', TMPDIR: '' },
  });
const flow = (more = '') => `crflow 1
workflow a {
  application { run = "true" }
  ${more}
  checkpoint { interval = 10min lead = 2min }
  schedule { time = 1h total = 1d }
}
`;

/** An input of pw.x that fits the record's example. */
const pwInput = () => `&CONTROL
  prefix = 'si'
  outdir='./tmp' ! outdir='/elsewhere'
  restart_mode='from_scratch'
/
`;

describe('crc doctor', () => {
  test('where there is no Slurm says so, and writes nothing', () => {
    const { status, stdout, stderr } = doctor(['--write', 'here.json']);
    expect(stdout).toMatch(/^Slurm does not answer here\./);
    expect(stdout).toContain('scontrol show config: there is no such command');
    expect([status, stderr, existsSync(join(folder, 'here.json'))]).toEqual([1, '', false]);
  });

  test('tells a command that is missing from one that hangs and one that refuses', () => {
    command('scontrol', 'case $2 in config) echo "ClusterName = c";; *) sleep 600 & sleep 600;; esac');
    command('sinfo', 'echo "sinfo: error: you may not" >&2; exit 1');
    const { status, stdout } = doctor(['--limit', '2', '--format', 'json']);
    const { slurm, unknown } = JSON.parse(stdout) as {
      slurm: boolean;
      unknown: { what: string; why: string }[];
    };
    expect([status, slurm]).toEqual([0, true]);
    expect(unknown).toEqual(
      expect.arrayContaining([
        { what: 'partitions', why: 'scontrol show partition: no answer within 2 s' },
        { what: 'QOS', why: 'sacctmgr show qos: there is no such command' },
        { what: 'nodes', why: 'sinfo: sinfo: error: you may not' },
      ]),
    );
  });

  // Which clusters: test/unit/remarks.test.ts.
  test('warns where a preemption hides that a run is done', () => {
    const config = ['ClusterName = c', 'SLURM_VERSION = 24.11.5', 'PreemptType = preempt/partition_prio'];
    command(
      'scontrol',
      `case $2 in config) echo '${config.join('\n')}';; *) echo 'PartitionName=spot PreemptMode=CANCEL MaxTime=1:00:00';; esac`,
    );
    const { status, stdout } = doctor([]);
    expect(status).toBe(0);
    expect(stdout).toContain('Look out:\n  preemption cancels jobs in spot (PreemptMode=CANCEL)');
    const { remarks } = JSON.parse(doctor(['--format', 'json']).stdout) as { remarks: string[] };
    expect(remarks).toEqual([expect.stringMatching(/PREEMPTED, with status 0:0.*afterany/)]);
  });

  test.each([
    ['dmtcp_launch (DMTCP) 4.1.1', 'fine', '4.1.1'],
    ['dmtcp_launch (DMTCP) 3.2.0', 'fine', '3.2.0'],
    ['dmtcp_launch (DMTCP) 2.6.0', 'wrong', 'crflow needs 3 or 4'],
    ['hello', 'unknown', 'does not report its version'],
  ])('of a DMTCP that says %j: %s', (says, verdict, why) => {
    command('dmtcp_launch', `echo "${says}"`);
    const { status, stdout } = doctor(['-', '--format', 'json'], flow());
    const { checks } = JSON.parse(stdout) as { checks: { what: string; verdict: string; says: string }[] };
    const one = checks.find(({ what }) => what === 'a, DMTCP');
    expect([status, one?.verdict]).toEqual([1, verdict]);
    expect(one?.says).toContain(why);
  });

  test('says that DMTCP is not there, and the way out', () => {
    expect(doctor(['-'], flow()).stdout).toMatch(/NO {2}a, DMTCP: dmtcp_launch is not on PATH; load it/);
    const load = flow('environment { load = ["dmtcp/4"] }');
    expect(doctor(['-'], load).stdout).toMatch(/NO {2}a, DMTCP: .*after module load dmtcp\/4/);
  });

  test('reports what is wrong with a flow as check does', () => {
    const { status, stderr } = doctor(['-'], flow().replace('1h', '1-12'));
    expect([status, stderr]).toEqual([1, expect.stringContaining('error[CRF')]);
  });

  test('of a flow that is not there is wrong usage', () => {
    expect(doctor(['nowhere.crflow']).status).toBe(2);
  });

  test.each([
    ['lammps', 'in.begin', inputOf('lammps'), undefined],
    ['lammps', 'in.again', inputOf('lammps').replace(/^fix .*$/m, ''), 'it has no `fix … halt`'],
    [
      'lammps',
      'in.begin',
      inputOf('lammps').replace('is_file(STOP)', 'is_file(HALT)'),
      'does not look for STOP',
    ],
    ['lammps', 'in.begin', 'include in.more', undefined, { 'in.more': inputOf('lammps') }],
    ['lammps', 'in.again', `read_restart \${from}\n${inputOf('lammps')}`, undefined],
    ['lammps', 'in.again', `read_restart 'lj.*'\n${inputOf('lammps')}`, 'the largest number in its name'],
    [
      'lammps',
      'in.again',
      `read_restart \${from}\n${inputOf('lammps').replace(' upto', '')}`,
      '`run N upto` is the total',
    ],
    [
      'lammps',
      'in.again',
      `read_restart \${from}\n${inputOf('lammps').replace(/^dump_modify .*$/m, '')}`,
      'add `dump_modify frames append yes`',
    ],
    ['lammps', 'in.begin', undefined, 'it is not there'],
    ['cp2k', 'md.inp', '&MD\n  STEPS 100\n  MAX_STEPS 101\n&END MD\n', undefined],
    ['cp2k', 'md.inp', '&MD\n  STEPS 100\n&END MD\n', 'add MAX_STEPS'],
    ['cp2k', 'md.inp', '@SET RST 0\n', '`@SET RST` beats `-E RST=…`'],
    [
      'lammps',
      'in.begin',
      inputOf('lammps').replace(/^.*quit 3.*$/m, ''),
      'it prints ALL_STEPS_DONE after a halt',
    ],
    ['quantum-espresso', 'pw.in', pwInput(), undefined],
    [
      'quantum-espresso',
      'pw.in',
      pwInput().replace(/restart_mode=.*/, ''),
      "it has no restart_mode='from_scratch'",
    ],
    ['quantum-espresso', 'pw.in', pwInput().replace('from_scratch', 'restart'), undefined],
    ['quantum-espresso', 'pw.in', pwInput().replace("'si'", "'other'"), "its prefix is 'other'"],
    ['quantum-espresso', 'pw.in', pwInput().replace(/^ *prefix.*$/m, ''), "its prefix is 'pwscf'"],
    ['quantum-espresso', 'pw.in', pwInput().replace('./tmp', './out'), "its outdir is './out'"],
    ['quantum-espresso', 'pw.in', pwInput().replace(/^ *outdir.*$/m, ''), 'it has no outdir'],
    ['pytorch', 'train.py', 'import torch\n', undefined],
    ['pytorch', 'train.py', 'from lightning.pytorch import Trainer\n', 'requeues jobs itself'],
    ['pytorch', 'train.py', 'import pytorch_lightning\nSLURMEnvironment(auto_requeue=False)\n', undefined],
    ['openfoam', 'system/controlDict', inputOf('openfoam'), undefined],
    ['openfoam', 'system/controlDict', 'startFrom latestTime;', 'stopAtWriteNowSignal 12'],
    ['openfoam', 'system/controlDict', 'startFrom startTime;', 'startFrom latestTime'],
    [
      'openfoam',
      'system/controlDict',
      'startFrom latestTime; stopAt writeNow;',
      'it needs `stopAt endTime;`',
    ],
  ] as const)('reads the input of %s, %s: %j', (program, file, text, wrong, others?: Readonly<
    Record<string, string>
  >) => {
    mkdirSync(join(folder, 'system'));
    for (const [name, one] of Object.entries({ ...others, ...(text === undefined ? {} : { [file]: text }) }))
      writeFileSync(join(folder, name), one);
    const { stdout } = doctor(
      ['-', '--format', 'json'],
      flowOf(program, (flow) => flow),
    );
    const { checks } = JSON.parse(stdout) as { checks: { what: string; verdict: string; says: string }[] };
    const one = checks.find(({ what }) => what.startsWith(`count, ${file} for `));
    expect(one?.verdict).toBe(wrong === undefined ? 'fine' : text === undefined ? 'unknown' : 'wrong');
    expect(one?.says).toContain(wrong ?? 'nothing in it prevents checkpoints');
  });

  test.each([
    ['lammps', '-in in.begin', '<in.begin', 'in.begin'],
    ['cp2k', '-i md.inp', '-o out.txt md.inp', 'md.inp'],
    ['quantum-espresso', '-i pw.in', '-inp pw.in', 'pw.in'],
    ['quantum-espresso', '-i pw.in', '-nk 2 <pw.in', 'pw.in'],
  ] as const)('finds the input of %s, however the command names it: %s, %s', (program, usual, other, file) => {
    const { stdout } = doctor(
      ['-', '--format', 'json'],
      flowOf(program, (flow) => flow.replaceAll(usual, other)),
    );
    const { checks } = JSON.parse(stdout) as { checks: { what: string }[] };
    const read = checks.map(({ what }) => what).filter((what) => / for [A-Z]/.test(what));
    // What `again` writes itself is not missing.
    const all = program === 'lammps' ? [file, 'in.again'] : [file];
    expect(read.map((what) => what.replace(/^count, (\S+) for .*$/, '$1'))).toEqual(all);
  });

  describe('of a flow in a container', () => {
    const container = flow('container { runtime = podman image = "localhost/a:1" }');
    /** A Podman with that image, which runs what it is told to on the host. */
    const podman = (more = '') =>
      command(
        'podman',
        `case $1 in image) echo 0123abcd;; ps) ;; run) ${more}
while [ "$1" != sh ]; do shift; done; exec "$@";; esac`,
      );

    test('tries it by the bash of its job: the image, DMTCP in it, the tools', () => {
      podman();
      command('timeout', 'shift 3; exec "$@"');
      command('dmtcp_launch', 'echo "dmtcp_launch (DMTCP) 4.1.1"');
      writeFileSync(join(folder, 'a.crflow'), container.replace('a:1"', `a:1" dmtcp = "${folder}"`));
      const { stdout } = doctor(['a.crflow']);
      expect(stdout).toContain('ok  a, image for podman: 0123abcd');
      expect(stdout).toContain('ok  a, DMTCP in the image: 4.1.1');
      expect(stdout).toMatch(/NO {2}a, tools in the image: missing: awk, cat, .*xargs/);
      expect(stdout).not.toContain('a, DMTCP:');
    });

    test.each([undefined, ''])('variables of its paths that are not set, by their names: %j', (value) => {
      command('apptainer', 'exit 1');
      command('timeout', 'shift 3; exec "$@"');
      const file = container.replace('podman', 'apptainer').replace('localhost/a:1', '$SCRATCH/a.sif');
      const says = (text: string) => {
        writeFileSync(join(folder, 'a.crflow'), text);
        const env = { PATH: join(folder, 'bin'), HOME: folder, SCRATCH: value };
        return crc(['doctor', 'a.crflow'], { cwd: folder, env }).stdout;
      };
      const image = says(file);
      expect(image).toContain(
        "NO  a, image for apptainer: $SCRATCH, which the image's path uses, is not set here\n",
      );
      expect(image).toContain('NO  a, $SCRATCH: not set: the job would stop when it starts\n');
      const state = says(
        container
          .replace('podman', 'apptainer')
          .replace('localhost/', 'registry.example.org/')
          .replace('lead = 2min', 'lead = 2min state = "$SCRATCH/runs"'),
      );
      expect(state).toContain(
        "a, image for apptainer: $SCRATCH, which the state's path uses, is not set here\n",
      );
      expect(image + state).not.toMatch(/bash: line|unbound/);
    });

    test('two flows in the same runtime leave the containers of each other alone', () => {
      command(
        'podman',
        `case $1 in image) echo 0123abcd;; ps) for last; do :; done; echo "$last" >>'${folder}/sought';; *) exit 125;; esac`,
      );
      command('timeout', 'shift 3; exec "$@"');
      writeFileSync(join(folder, 'a.crflow'), container);
      writeFileSync(join(folder, 'b.crflow'), container.replace('workflow a', 'workflow b'));
      doctor(['a.crflow', 'b.crflow']);
      const sought = readFileSync(join(folder, 'sought'), 'utf8').trim().split('\n');
      expect(sought).toHaveLength(4);
      expect(new Set(sought).size).toBe(4);
    });

    test('what it would stop for at its start: mounts, a work folder and an output that are not here', () => {
      podman();
      command('timeout', 'shift 3; exec "$@"');
      mkdirSync(join(folder, 'data'));
      const text = container
        .replace('"localhost/a:1"', '"localhost/a:1" mount "data" to "/data" mount "/data" to "/in"')
        .replace('"true"', '"true" workdir = "/work4" output = "/results/b.out"');
      writeFileSync(join(folder, 'a.crflow'), text);
      const { status, stdout } = doctor(['a.crflow']);
      expect(stdout).toContain(`ok  a, mount at /data: ${realpathSync(join(folder, 'data'))}\n`);
      expect(stdout).toContain('NO  a, mount at /in: /data does not exist here\n');
      expect(stdout).toContain('NO  a, workdir: there is no folder /work4\n');
      expect(stdout).toContain('NO  a, output: /results does not exist, or is not writable\n');
      expect(status).toBe(1);
      writeFileSync(
        join(folder, 'a.crflow'),
        text.replace('"/work4"', '"/data/in"').replace('/results/', '/data/'),
      );
      const below = doctor(['a.crflow']).stdout;
      expect(below).toContain(
        `NO  a, workdir: there is no folder ${join(realpathSync(folder), 'data/in')}\n`,
      );
      expect(below).not.toMatch(/a, output/);
      mkdirSync(join(folder, 'data/in'));
      expect(doctor(['a.crflow']).stdout).toMatch(/ \? {2}a, workdir: \S+data\/in is writable/);
    });

    test('programs that run names by their full paths, and the libraries that they need', () => {
      podman();
      command('timeout', 'shift 3; exec "$@"');
      command(
        'sed',
        `exec ${SEARCH_PATH.map((one) => join(one, 'sed')).find((one) => existsSync(one))} "$@"`,
      );
      command('ldd', 'echo "	libc.so.6 => /lib/libc.so.6 (0x1)"; echo "	libgomp.so.1 => not found"');
      const text = container
        .replace('"localhost/a:1"', '"localhost/a:1" mount "bin" to "/data" }\n  image { from = "debian:12"')
        .replace(
          '"true"',
          `"""\n    /opt/orbit/bin/orbit 3\n    ${folder}/bin/sh -c true\n    /data/own\n    orbit\n  """`,
        );
      writeFileSync(join(folder, 'a.crflow'), text);
      const { stdout } = doctor(['a.crflow']);
      expect(
        stdout.split('\n').filter((line) => line.includes(' in the image: it') && !line.includes('tools')),
      ).toEqual([
        '  NO  a, orbit in the image: it is not on the PATH: see `results` and `packages` of its recipe',
        '  NO  a, /opt/orbit/bin/orbit in the image: it does not exist: see `results` and `packages` of its recipe',
        `  NO  a, ${folder}/bin/sh in the image: it needs libgomp.so.1, which does not exist: see \`results\` and \`packages\` of its recipe`,
      ]);
    });

    test('programs that run names from the work folder, which a mount shows', () => {
      podman();
      command('timeout', 'shift 3; exec "$@"');
      mkdirSync(join(folder, 'data/run/bin'), { recursive: true });
      writeFileSync(join(folder, 'data/run/bin/there'), '', { mode: 0o755 });
      writeFileSync(join(folder, 'data/run/bin/text'), '');
      const text = container
        .replace('"localhost/a:1"', '"localhost/a:1" mount "data" to "/data"')
        .replace('"true"', '"bin/there 3 && ./bin/text || bin/absent | cat" workdir = "/data/run"');
      writeFileSync(join(folder, 'a.crflow'), text);
      const lines = doctor(['a.crflow']).stdout.replaceAll(realpathSync(folder), '').split('\n');
      expect(lines.filter((line) => line.includes('bin/'))).toEqual([
        '  NO  a, ./bin/text: /data/run/bin/text cannot be executed',
        '  NO  a, bin/absent: /data/run/bin/absent does not exist',
      ]);
    });

    test('another DMTCP on the PATH of the image is not the one that the flow names', () => {
      podman();
      command('timeout', 'shift 3; exec "$@"');
      command('dmtcp_launch', 'echo "dmtcp_launch (DMTCP) 4.1.1"');
      writeFileSync(join(folder, 'a.crflow'), container.replace('a:1"', 'a:1" dmtcp = "/opt/dmtcp"'));
      expect(doctor(['a.crflow']).stdout).toContain(
        'NO  a, DMTCP in the image: there is no dmtcp_launch in /opt/dmtcp/bin',
      );
    });

    test.each([
      [
        '  --module=MODULES',
        ["  NO  a, sbatch --image: sbatch has no --image here: shifter's plug-in for Slurm is not set up"],
      ],
      ['  --image=IMAGE', []],
      [
        '',
        ["  NO  a, sbatch --image: sbatch has no --image here: shifter's plug-in for Slurm is not set up"],
      ],
    ])('whether sbatch has the options of a plug-in: %j', (help, wanted) => {
      command('shifter', 'exit 1');
      command('shifterimg', 'echo 4711');
      command('timeout', 'shift 3; exec "$@"');
      command('sbatch', `echo "Usage: sbatch"; echo "${help}"`);
      const text = container.replace('podman', 'shifter').replace('localhost/', 'registry.example.org/');
      writeFileSync(join(folder, 'a.crflow'), text);
      const lines = doctor(['a.crflow']).stdout.split('\n');
      expect(lines.filter((line) => line.includes('a, sbatch'))).toEqual(wanted);
    });

    test('an image of a registry that is not there is pulled, and not built', () => {
      command('podman', 'echo "Error: image not known"; exit 125');
      command('timeout', 'shift 3; exec "$@"');
      writeFileSync(join(folder, 'a.crflow'), container.replace('localhost/', 'example.org/'));
      expect(doctor(['a.crflow']).stdout).toMatch(
        /NO {2}a, image for podman: .*: podman pull example.org\/a:1\n/,
      );
    });

    test('modules that use variables which are not set', () => {
      podman();
      command('timeout', 'shift 3; exec "$@"');
      writeFileSync(
        join(folder, '.bash_profile'),
        `PATH='${join(folder, 'bin')}'; module() { : "$LOADEDMODULES_OF_NOBODY"; }\n`,
      );
      writeFileSync(
        join(folder, 'a.crflow'),
        container.replace('container', 'environment { load = ["podman"] }\n  container'),
      );
      expect(doctor(['a.crflow']).stdout).toContain('ok  a, image for podman: 0123abcd');
    });

    test('fetches no image: it says how', () => {
      command('apptainer', `touch '${join(folder, 'fetched')}'`);
      command('timeout', 'shift 3; exec "$@"');
      writeFileSync(
        join(folder, 'a.crflow'),
        container.replace('podman', 'apptainer').replace('localhost/a:1', 'registry.example.org/a:1'),
      );
      expect(doctor(['a.crflow']).stdout).toMatch(
        /NO {2}a, image for apptainer: it has not been fetched yet.*: apptainer pull crflow-state\/images\/\S+ docker:/,
      );
      expect([existsSync(join(folder, 'fetched')), existsSync(join(folder, 'crflow-state'))]).toEqual([
        false,
        false,
      ]);
    });

    test('an image without DMTCP, a container that does not start, an image and a runtime that are not there', () => {
      writeFileSync(join(folder, 'a.crflow'), container);
      expect(doctor(['a.crflow']).stdout).toContain('NO  a, image for podman: podman is not on PATH');
      command('timeout', 'shift 3; exec "$@"');
      podman();
      expect(doctor(['a.crflow']).stdout).toContain('NO  a, DMTCP in the image: there is no dmtcp_launch');
      podman('echo "no cgroups today" >&2; exit 126;');
      expect(doctor(['a.crflow']).stdout).toContain('NO  a, DMTCP in the image: no cgroups today');
      command('podman', 'echo "Error: image not known" >&2; exit 125');
      expect(doctor(['a.crflow']).stdout).toMatch(
        /NO {2}a, image for podman: the image localhost\/a:1 is not on .*Error: image not known.*bash a\.image\.sh/,
      );
    });
  });
});

/** What doctor says of the programs of a flow; none of them is run. */
describe('crc doctor, of what programs are linked with', () => {
  const LOADER = '/lib64/ld-linux-x86-64.so.2';
  const put = (name: string, data: string | Buffer) =>
    writeFileSync(join(folder, name), data, { mode: 0o755 });
  const says = (run: string, application = '', checkpoint = '') => {
    const { stdout } = doctor(
      ['-', '--format', 'json'],
      flow()
        .replace('run = "true"', `run = "${run}" ${application}`)
        .replace('checkpoint {', `checkpoint { ${checkpoint} `),
    );
    const { checks } = JSON.parse(stdout) as { checks: { what: string; verdict: string; says: string }[] };
    return checks
      .filter(({ what }) => /solve|tool/.test(what))
      .map(({ what, verdict, says }) => `${what}: ${verdict}: ${says.replace(/[:,].*/s, '')}`);
  };

  test('names MPI, and the way out', () => {
    put('solve', elf({ needed: ['libm.so.6', 'libmpi.so.40'], interpreter: LOADER }));
    expect(says('./solve')).toEqual(['a, ./solve: unknown: linked with MPI (libmpi.so.40)']);
    expect(says('cd . && env A=b ./solve', 'mpi = singleton')).toEqual([
      'a, ./solve: fine: linked with MPI (libmpi.so.40)',
    ]);
  });

  test('whose MPI it is, if crflow starts its ranks', () => {
    put('solve', elf({ needed: ['libmpich.so.12'], interpreter: LOADER }));
    expect(says('./solve', 'tasks = 2')).toEqual(['a, ./solve: fine: linked with MPI (libmpich.so.12)']);
    put('solve', elf({ needed: ['libmpi.so.40', 'libopen-pal.so.40'], interpreter: LOADER }));
    expect(says('./solve', 'tasks = 2')).toEqual(['a, ./solve: wrong: linked with Open MPI (libmpi.so.40)']);
  });

  test('what MANA lacks, in the program and its libraries', () => {
    const told = () => says('./solve', 'nodes = 2  tasks = 4', 'engine = mana');
    put('solve', elf({ needed: ['libmpich.so.12'], interpreter: LOADER }));
    expect(told()).toEqual(['a, ./solve: fine: linked with MPI (libmpich.so.12)']);
    mkdirSync(join(folder, 'lib'));
    put('lib/libsolve.so', elf({ needed: ['libmpich.so.12'], names: ['mpi_iallreduce_', 'MPI_Send'] }));
    put(
      'solve',
      elf({
        needed: ['libmpich.so.12', 'libsolve.so'],
        runpath: '$ORIGIN/lib',
        names: ['MPI_Win_create'],
        interpreter: LOADER,
      }),
    );
    expect(told()).toEqual(['a, ./solve: unknown: it can call MPI_Iallreduce']);
    put(
      'solve',
      elf({
        needed: ['libmpich.so.12'],
        names: ['MPI_Cart_shift', 'MPI_Comm_free'],
        interpreter: LOADER,
      }),
    );
    expect(told()).toEqual(['a, ./solve: unknown: it can call MPI_Cart_shift']);
    put('solve', elf({ needed: ['libmpi.so.40', 'libopen-pal.so.40'], interpreter: LOADER }));
    expect(told()).toEqual(['a, ./solve: wrong: linked with Open MPI (libmpi.so.40)']);
  });

  test('finds it behind a library of the program, where that has it looked for', () => {
    mkdirSync(join(folder, 'lib'));
    put('lib/libsolve.so', elf({ needed: ['libmpichcxx.so.12'] }));
    put(
      'solve',
      elf({ needed: ['libsolve.so'], runpath: '$ORIGIN/lib', interpreter: LOADER, isLittle: false }),
    );
    expect(says('./solve')).toEqual(['a, ./solve: unknown: linked with MPI (libmpichcxx.so.12)']);
  });

  test('finds programs on PATH', () => {
    put('bin/solve', elf({ needed: ['libmpi_cray.so.12'], interpreter: LOADER }));
    expect(says('solve')).toEqual(['a, solve: unknown: linked with MPI (libmpi_cray.so.12)']);
  });

  test('looks into a script', () => {
    put('solve', elf({ needed: ['libmpi.so.12'], interpreter: LOADER }));
    put('bin/mpirun', '#!/bin/sh\n');
    put('tool.sh', '#!/bin/bash\n# srun\nmpirun -n 4 ./other\nflux run ./other\nexec ./solve "$@"\n');
    expect(says('./tool.sh')).toEqual([
      'a, mpirun (in ./tool.sh): wrong: it starts processes that DMTCP cannot checkpoint',
      'a, flux run (in ./tool.sh): wrong: it starts processes that DMTCP cannot checkpoint',
      'a, ./solve (in ./tool.sh): unknown: linked with MPI (libmpi.so.12)',
    ]);
  });

  test('says what DMTCP cannot checkpoint at all', () => {
    put('tool', elf({ needed: ['libc.musl-x86_64.so.1'], interpreter: '/lib/ld-musl-x86_64.so.1' }));
    const program = elf({});
    program.writeUInt16LE(2, 16);
    put('solve', program);
    expect(says('./solve; ./tool')).toEqual([
      'a, ./solve: unknown: linked statically',
      'a, ./tool: unknown: linked with musl',
    ]);
  });

  test('is silent of others, and of files that are no programs', () => {
    const good = elf({ needed: ['libmpir.so.8', 'libc.so.6'], interpreter: LOADER });
    put('solve', good);
    put('solve.half', good.subarray(0, good.length / 2));
    put('solve.short', good.subarray(0, 40));
    put('solve.text', 'hello');
    put('solve.python', '#!/usr/bin/python3\nmpirun\n');
    const names = ['solve', 'solve.half', 'solve.short', 'solve.text', 'solve.python', 'solve.none'];
    expect(says(names.map((name) => `./${name}`).join('; '))).toEqual([]);
  });
});

/** A program that saves itself (test/programs/saves-itself.sh), started and asked. */
describe('crc doctor --ask', () => {
  beforeEach(() => provide('find', 'head', 'mv', 'cat', 'rm', 'touch'));
  const program = fileURLToPath(new URL('../programs/saves-itself.sh', import.meta.url));
  const asked = (options: string, checkpoint: string, run = `bash ${program} 1000 0.1 ${options}`) => {
    mkdirSync(join(folder, 'try'), { recursive: true });
    const text = flow()
      .replace('run = "true"', `run = "${run}"`)
      .replace(
        /checkpoint \{[^}]*\}/,
        `checkpoint { engine = own  files = ["save.txt"]  done_files = ["result.txt"]  interval = 15min  ${checkpoint} }`,
      );
    const { status, stdout } = doctor(['-', '--ask', 'try', '--limit', '5', '--format', 'json'], text);
    const { checks } = JSON.parse(stdout) as { checks: { what: string; verdict: string; says: string }[] };
    const one = checks.find(({ what }) => what === 'a, asked to save');
    return { status, said: one && `${one.verdict}: ${one.says.replace(/\d+\.\d s/, 'N s')}` };
  };
  const isGone = () =>
    readdirSync('/proc').every((pid) => {
      if (!/^\d+$/.test(pid)) return true;
      try {
        return readlinkSync(`/proc/${pid}/cwd`) !== join(realpathSync(folder), 'try');
      } catch {
        return true;
      }
    });

  test.each([
    [
      '',
      'ask_signal = TERM  lead = 1min',
      'fine: it saved N s after it was asked, and it ended with status 0',
    ],
    [
      'stop=STOP status=2',
      'ask_file = "STOP"  lead = 1min',
      'fine: it saved N s after it was asked, and it ended with status 2',
    ],
    [
      'usr1=saves',
      'ask_signal = USR1  answer = continues  lead = 1min',
      'fine: it saved N s after it was asked, and it goes on',
    ],
    [
      'stop=STOP',
      'ask_command = "touch STOP"  lead = 1min',
      'fine: it saved N s after it was asked, and it ended with status 0',
    ],
    [
      'term=dies',
      'ask_signal = TERM  lead = 1min',
      'wrong: no process handles TERM within 5 s, which would kill it',
    ],
    [
      '',
      'ask_file = "STOP"  answer_within = 2s  lead = 1min',
      'wrong: within 2 s, no file of `save.txt` changed, and it goes on',
    ],
    [
      'loses=yes stop=STOP',
      'ask_file = "STOP"  answer_within = 2s  lead = 1min',
      'wrong: within 2 s, no file of `save.txt` changed, and it ended with status 0',
    ],
    [
      'usr1=saves',
      'ask_signal = USR1  answer_within = 3s  lead = 1min',
      'wrong: it saved N s after it was asked, but goes on: write `answer = continues`',
    ],
    [
      '',
      'ask_signal = TERM  answer = continues  lead = 1min',
      'wrong: it saved N s after it was asked, but it ended with status 0: write `answer = ends`',
    ],
    ['', 'lead = 1min', 'unknown: the flow does not say how: no `ask_signal`, `ask_file` or `ask_command`'],
  ])('%j, %s', (options, checkpoint, says) => {
    expect(asked(options, checkpoint).said).toBe(says);
    expect(isGone()).toBe(true);
  });

  test('a program that ends by itself could not be asked', () => {
    const { said } = asked('', 'ask_signal = TERM  lead = 1min', 'exit 3');
    expect(said).toMatch(/^unknown: it ended with status 3 before it could be asked: see /);
  });

  test('what is there of an earlier trial is no save', () => {
    mkdirSync(join(folder, 'try'), { recursive: true });
    writeFileSync(join(folder, 'try/save.txt'), '4 whole\n');
    writeFileSync(join(folder, 'try/STOP'), '');
    writeFileSync(join(folder, 'try/steps.log'), '1\n2\n3\n4\n');
    const { said } = asked('', 'ask_file = "STOP"  answer_within = 2s  lead = 1min');
    expect(said).toBe('wrong: within 2 s, no file of `save.txt` changed, and it goes on');
  });
});
