import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { RUNTIMES, type RuntimeName } from '../../src/language/words.ts';
import { runtimeOf } from '../../targets/runtimes/index.ts';
import { compile } from '../support/compile.ts';

// $IN_CONTAINER, with runtimes that only record how they were called and start the command on this host, in an environment of "the image".
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-rank-')));
  for (const name of ['bin', 'run/attempts/1', 'work/sub', 'elsewhere', 'md.image'])
    mkdirSync(join(folder, name), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const fake = `#!/bin/bash
[[ " $* " != *" bash -p "* ]] || printf '%s\\n' "client has \${CRFLOW_MARK-no mark}" "$@" >>"$FOLDER/asked"
while (($#)) && [[ $1 != bash ]]; do shift; done
(($#)) || exit 0
# Unset is what a container does not get of its client's environment.
exec env -i PATH=/image:/usr/bin:/bin OF_IMAGE=yes \${OF_IMAGE_TOO+"OMP_NUM_THREADS=7"} "$@"
`;

interface Asked {
  readonly ask?: string;
  readonly run?: string;
  readonly gpus?: string;
  readonly more?: string;
}

/** Makes the command of a rank as a job in this runtime does, in the folder `run`, and runs bash lines that may use it. */
function rank(
  runtime: RuntimeName,
  lines: string,
  env: Readonly<Record<string, string>> = {},
  { ask = 'ask_file = "STOP"', run = 'srun $IN_CONTAINER ./md', gpus = '', more = '' }: Asked = {},
) {
  const text = `crflow 1
workflow md {
  application { run = "${run}"  workdir = "${folder}/work"  nodes = 2  tasks = 4  threads = 3  ${gpus} }
  environment { pass = ["LAB_*"]  set { CASE = "a b" } }
  container {
    runtime = ${runtime}  image = "${runtimeOf(runtime).files === null ? 'registry.example.org/lab/md:1' : `${folder}/md.image`}"
    mount "${folder}/elsewhere" to "/inside"
    ${more}
  }
  checkpoint { engine = own  files = ["a"]  done_files = ["b"]  ${ask}  interval = 1h  lead = 2min }
  schedule { time = 4h  total = 5d }
}`;
  const { flows, diagnostics } = compile({ name: 'md.crflow', text });
  const script = flows[0]?.script.text;
  if (script === undefined) throw new Error(JSON.stringify(diagnostics));
  for (const name of ['podman', 'podman-hpc', 'apptainer', 'shifter', 'ch-run'])
    writeFileSync(join(folder, 'bin', name), fake, { mode: 0o755 });
  const functions = script.slice(0, script.lastIndexOf('\n{\n  main '));
  const { status, stdout, stderr } = spawnSync('bash', ['-p'], {
    input: `${functions}
run=$FOLDER/run attempt=1 attempt_dir=$FOLDER/run/attempts/1 mark=crflow-x starts=1 binds=() image_id=the-id tmp_of_run=/no outcome=''
home=$FOLDER; work_paths; output=$FOLDER/work/out
leave() { echo "$2"; exit "$1"; }
mount_paths
cp "/proc/$$/environ" "$attempt_dir/environ"
for ((i = 0; i < \${#mounts[@]}; i += 3)); do bind "\${mounts[i]}" "\${mounts[i + 1]}" "\${mounts[i + 2]}"; done
bind "$workdir" "$workdir" ''; bind "$run" "$run" ''
prepare_container || exit
# What the application's shell would have.
export IN_CONTAINER=$run/in-container CASE='a b' OMP_NUM_THREADS=3
cd "$workdir"; unset LC_ALL
${lines}`,
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: `${folder}/bin:${process.env['PATH']}`, HOME: '/root', USER: 'me', FOLDER: folder, ...env },
  });
  const asked = () => readFileSync(join(folder, 'asked'), 'utf8').split('\n');
  // bash reads a .bashrc where its input is a socket, as here.
  return { status, said: stdout + stderr.replace(/^.*\.bashrc: .*\n/gm, ''), asked };
}

describe.each(RUNTIMES)('a rank in %s', (runtime) => {
  test('gets what the flow, `run` and srun have set, byte for byte, and of the submission what `pass` names', ({
    expect,
  }) => {
    const { said } = rank(
      runtime,
      `export MADE=$'in run:\\n"x" $y \\\\' PMI_RANK=1 SLURM_PROCID=1 PATH=/host/bin:$PATH
$IN_CONTAINER env -0 | LC_ALL=C sort -z | tr '\\0' '|'`,
      { OTHER: 'of the submission', LAB_KEY: 'k', CUDA_VISIBLE_DEVICES: '1', PMI_RANK: '1', LD_PRELOAD: '' },
    );
    const got = said.split('|').filter((one) => !/^(?:PWD|OLDPWD|SHLVL|_|PATH)=/.test(one));
    expect(got).toEqual([
      'CASE=a b',
      'CUDA_VISIBLE_DEVICES=1',
      'LAB_KEY=k',
      'MADE=in run:\n"x" $y \\',
      'OF_IMAGE=yes',
      'OMP_NUM_THREADS=3',
      'PMI_RANK=1',
      'SLURM_PROCID=1',
      '',
    ]);
    expect(said).not.toContain('/host/bin');
    // Nothing of its environment is left in a file.
    expect(readdirSync(join(folder, 'run/attempts/1'))).toEqual(['environ']);
  });

  test('has the number of threads of the flow, unless the image has another', ({ expect }) => {
    const { said } = rank(runtime, `$IN_CONTAINER printenv OMP_NUM_THREADS`, { OF_IMAGE_TOO: 'yes' });
    expect(said).toBe('7\n');
  });

  test('starts in the folder of srun, as the container sees it', ({ expect }) => {
    const { said, asked } = rank(
      runtime,
      `cd sub && $IN_CONTAINER pwd && cd "$FOLDER/elsewhere" && $IN_CONTAINER pwd`,
    );
    expect(said.split('\n')[0]).toBe(`${folder}/work/sub`);
    expect(asked()).toContain('/inside');
  });

  test('ignores the TERM of a preemption, unless it is asked by it; and its status is the program’s', ({
    expect,
  }) => {
    const look = `$IN_CONTAINER bash -c 'trap; exit 5'; echo $?`;
    expect(rank(runtime, look).said).toBe("trap -- '' SIGTERM\n5\n");
    expect(rank(runtime, look, {}, { ask: 'ask_signal = TERM' }).said).toBe('5\n');
  });

  test('hears PMI through the descriptor that Slurm gave it', ({ expect }) => {
    const { said } = rank(
      runtime,
      `exec 17<<<hello; export PMI_FD=17; $IN_CONTAINER bash -c 'read -r word <&"$PMI_FD"; echo "$word"'`,
    );
    expect(said).toBe('hello\n');
  });

  test('is not begun without a command', ({ expect }) => {
    expect(rank(runtime, '$IN_CONTAINER; echo $?').said).toContain('needs a command');
  });
});

test('each rank in Podman has its own container, in the processes and the memory of the others', ({
  expect,
}) => {
  const { asked } = rank('podman', '$IN_CONTAINER true; $IN_CONTAINER true');
  const names = asked().filter((word) => /^crflow-x-1-\d+$/.test(word));
  expect(new Set(names).size).toBe(2);
  for (const option of ['--pid=host', '--ipc=host', '--network=host', '--interactive', '--preserve-fds=2'])
    expect(asked()).toContain(option);
});

// Podman-HPC mounts its images for all of a user's containers on a node, by a process that the first one starts.
test.for([
  'podman',
  'podman-hpc',
] as const)('in %s only the container has the mark by which the job ends its processes', (runtime, {
  expect,
}) => {
  const { said, asked } = rank(runtime, 'export CRFLOW_MARK=crflow-x.1; $IN_CONTAINER printenv CRFLOW_MARK');
  expect(said).toBe('crflow-x.1\n');
  expect(asked()).toContain('client has no mark');
  expect(asked()).toContain('--env=CRFLOW_MARK=crflow-x.1');
});

test('ranks in Apptainer are in the processes of the others', ({ expect }) => {
  expect(rank('apptainer', '$IN_CONTAINER true').asked()).not.toContain('--pid');
});

test('a rank in Podman ends soon after its client, however that ended', ({ expect }) => {
  const { said } = rank(
    'podman',
    // The client is replaced by a shell that starts the command, as conmon does, and stays.
    `sed -i 's/^exec env/env/' "$FOLDER/bin/podman"
$IN_CONTAINER bash -c 'echo $$ >../rank; exec sleep 60' &
until [[ -s $FOLDER/rank ]]; do sleep 0.1; done
rank=$(<"$FOLDER/rank"); kill -9 $!; wait $! 2>/dev/null
for i in {1..100}; do kill -0 "$rank" 2>/dev/null || break; sleep 0.1; done
kill -0 "$rank" 2>/dev/null && echo lives || echo ended`,
  );
  expect(said).toContain('ended');
});

test('ranks in Charliecloud join those on their node', ({ expect }) => {
  const env = { SLURM_STEP_TASKS_PER_NODE: '3,2(x2),1', SLURM_STEP_ID: '5' };
  const joined = (node: string) =>
    rank('charliecloud', '$IN_CONTAINER true', { ...env, SLURM_NODEID: node })
      .asked()
      .filter((word) => word.startsWith('--join'));
  expect(joined('2')).toEqual(['--join-ct=2', '--join-tag=crflow-x-1-5']);
  rmSync(join(folder, 'asked'));
  expect(joined('3')).toEqual([]);
});

test('without quotes, its path must be one word: 70 before anything runs', ({ expect }) => {
  mkdirSync(join(folder, 'a run/attempts/1'), { recursive: true });
  const elsewhere = `run="$FOLDER/a run"; prepare_container; echo fine`;
  const { status, said } = rank('podman', elsewhere);
  expect([status, said]).toEqual([
    70,
    expect.stringContaining('write "$IN_CONTAINER" in `run`, with the quotes'),
  ]);
  expect(rank('podman', elsewhere, {}, { run: 'srun \\"$IN_CONTAINER\\" ./md' }).said).toBe('fine\n');
});
