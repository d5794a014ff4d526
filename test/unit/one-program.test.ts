import { expect, test } from 'vitest';
import { onlyProgram } from '../../src/shell/one-program.ts';
import { compile } from '../support/compile.ts';

test.each([
  ['./solve', 0],
  ['lmp -in in.melt\n', 0],
  ['  # the solver\n  ./solve <a.inp >b.out 2>&1', 17],
  ['"$HOME/bin/solve" -n 3', 0],
  ['numactl --localalloc ./solve', 0],
] as const)('srun can start %j as ranks', (text, at) => {
  expect(onlyProgram(text)).toBe(at);
});

test.each([
  // Something starts ranks already: each of them would start all of them again.
  'srun ./solve',
  '/usr/bin/srun --mpi=pmi2 gmx_mpi mdrun',
  'srun "$CRFLOW_RANK" ./solve',
  'mpirun -n 4 ./solve',
  'nice mpiexec ./solve',
  'numactl --localalloc srun ./solve',
  'stdbuf -oL srun ./solve',
  "bash -c 'srun ./solve'",
  '"$launcher" ./solve',
  // Or may do so.
  'bash run.sh',
  'nice bash run.sh',
  './run.sh',
  'python workflow.py',
  'make run',
  'ibrun ./solve',
  'mpirun.openmpi ./solve',
  'mpirun.mpich ./solve',
  'mpiexec.mpich ./solve',
  'mpiexec.gforker ./solve',
  'mpiexec.hydra ./solve',
  'mpiexec_mpt ./solve',
  'mpirun_rsh -n 4 ./solve',
  'orterun ./solve',
  'prterun ./solve',
  'prun ./solve',
  'ccc_mprun ./solve',
  'horovodrun -np 4 ./solve',
  'torchrun --nproc_per_node=4 train.py',
  'deepspeed train.py',
  'charmrun +p4 namd2 a.namd',
  'flux run -n 4 ./solve',
  // More than a program, or none.
  'cd run && ./solve',
  './solve | tee log',
  './solve &',
  './a; ./b',
  'OMP_NUM_THREADS=2 ./solve',
  'if true; then ./solve; fi',
  'solve() { ./a; }',
  'exec ./solve',
  '',
])('%j is left as it is', (text) => {
  expect(onlyProgram(text)).toBeUndefined();
});

test.each([
  'srun ./md',
  'mpirun ./md',
  'nice srun ./md',
])('a job of ranks runs %j as it was written', (run) => {
  const text = `crflow 1
workflow md {
  application { run = "${run}"  tasks = 4 }
  checkpoint { engine = none  lead = 2min }
  schedule { time = 4h  total = 5d }
}
`;
  const { flows } = compile({ name: 'a.crflow', text });
  expect(flows[0]?.plan.run.text).toBe(`${run}\n`);
});

/** Debian's names of Open MPI and MPICH, and those of vendors. */
const LAUNCHING = [
  ...['openmpi', 'mpich', 'hydra', 'gforker'].flatMap((mpi) => [`mpirun.${mpi}`, `mpiexec.${mpi}`]),
  ...[
    'mpirun_rsh',
    'mpiexec_mpt',
    'orterun',
    'prterun',
    'prun',
    'ibrun',
    'ccc_mprun',
    'aprun',
    'jsrun',
    'lrun',
  ],
  ...['charmrun', 'horovodrun', 'torchrun', 'deepspeed', 'accelerate launch', 'flux run', 'flux mini'],
  'python3 -m torch.distributed.run',
];

const found = (run: string, application: string, checkpoint: string) => {
  const text = `crflow 1
workflow md {
  application { run = "${run}"  ${application} }
  checkpoint { ${checkpoint} }
  schedule { time = 4h  total = 5d }
}
`;
  const { flows, diagnostics } = compile({ name: 'a.crflow', text });
  return { run: flows[0]?.plan.run.text, codes: diagnostics.map(({ code }) => code) };
};

test.each(
  LAUNCHING,
)('%s starts ranks: DMTCP cannot save them, and crflow starts no more of them', (launcher) => {
  const run = `${launcher} ./solve`;
  expect(found(run, '', 'interval = 15min  lead = 3min').codes).toEqual(['CRF440']);
  const own = 'engine = own  files = ["a"]  done_files = ["b"]  interval = 15min  lead = 3min';
  expect(found(run, 'tasks = 4', own)).toEqual({ run: `${run}\n`, codes: [] });
});

test.each([
  'flux --version',
  'python -m http.server',
  './mpirun.sh',
  'mpirun_all.py',
  'accelerate env',
])('%s starts none', (run) => {
  expect(found(run, '', 'interval = 15min  lead = 3min').codes).toEqual([]);
});
