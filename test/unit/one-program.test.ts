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
