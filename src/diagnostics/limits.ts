import { defineDiagnostics, error, warning } from './define.ts';
import { quote } from './words.ts';

/** CRF440 to CRF449: what DMTCP, or crflow with it, cannot do. */
export const limits = defineDiagnostics(440, 449, {
  launcher: error<{ command: string }>()('CRF440', 'A launcher of parallel programs in run', {
    title: ({ command }) => `${quote(command)} in \`run\` starts processes that cannot be checkpointed`,
    label: () => 'starts them outside of DMTCP',
    notes: ({ command }) => [
      command === 'srun'
        ? 'srun has Slurm start the program as a step of its own, out of reach; and srun itself cannot be restored'
        : 'DMTCP checkpoints no MPI over several ranks',
    ],
    help: ({ command }) => [
      `one process: leave ${quote(command)} out, and write \`mpi = singleton\` where the program is linked with MPI; threads are \`threads\``,
      'several ranks: use MANA (https://github.com/mpickpt/mana), or the checkpoints of the program itself',
    ],
  }),
  gpuCommand: warning<{ command: string }>()('CRF441', 'A command for GPUs in run', {
    title: ({ command }) => `${quote(command)} is for GPUs, and DMTCP cannot checkpoint what runs on one`,
    help: () => ["fine where the program itself uses none; else use the program's own checkpoints"],
  }),
  gpuResource: error<{ option: string; value: string }>()('CRF442', 'GPUs in a resource', {
    title: ({ option, value }) =>
      `\`${option}\` asks for GPUs (${quote(value)}), and DMTCP cannot checkpoint what runs on one`,
    help: () => ['leave it out, and run the program on CPUs; or use its own checkpoints, without crflow'],
  }),
  perhapsMpi: warning<{ command: string; program: string }>()(
    'CRF443',
    'A program that is mostly linked with MPI',
    {
      title: ({ command, program }) =>
        `${quote(command)} looks like ${program}, which is mostly linked with MPI and then does not survive DMTCP as it is`,
      notes: () => [
        "MPI's start-up forks a daemon and opens files that DMTCP cannot bring back, even for one process",
      ],
      help: () => [
        'write `mpi = singleton` in `application`: crc then keeps the start-up to one process',
        'or `mpi = no`, if it is built without MPI',
      ],
    },
  ),
  continueManual: warning()('CRF444', 'A way to go on for a run that stops', {
    title: () => '`continue` has no effect with `strategy = manual`',
    notes: () => ['a manual run stops after its last checkpoint; it goes on when you resume it'],
    help: () => ['leave `continue` out, or write `strategy = automatic`'],
  }),
  ownContainer: error<{ command: string; isInside: boolean; runtime: string | undefined }>()(
    'CRF445',
    'A command in run that starts a container itself',
    {
      title: ({ command, isInside }) =>
        isInside
          ? `${quote(command)} in \`run\` would start a container in the container`
          : `${quote(command)} in \`run\` starts a container, which cannot be checkpointed`,
      notes: ({ isInside }) => [
        isInside
          ? 'the job starts the container itself and runs this in it, where there is no such command'
          : 'DMTCP cannot checkpoint a container from outside: it has to be in the image, and start the program there',
      ],
      help: ({ isInside, runtime }) => [
        isInside
          ? 'write only the program and its arguments, as they are called inside; what the container is given is `container { … }`'
          : `have the job start it: \`container { runtime = ${runtime ?? 'podman'}  image = "…" }\`, and in \`run\` only the program`,
      ],
    },
  ),
  dmtcpInRun: error<{ command: string }>()('CRF446', 'DMTCP in run', {
    title: ({ command }) => `${quote(command)} in \`run\` would start DMTCP under DMTCP, which refuses that`,
    notes: () => ['the job itself starts the coordinator, launches the program, checkpoints and restarts it'],
    help: () => ['write only the program and its arguments, as they would run without DMTCP'],
  }),
});
