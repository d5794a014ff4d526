import type { Span } from '../model/span.ts';
import { defineDiagnostics, error, warning } from './define.ts';
import { perhaps, removeEntry } from './fix.ts';
import { quote } from './words.ts';

/** CRF440 to CRF449: what DMTCP, or crflow with it, cannot do. */
export const limits = defineDiagnostics(440, 449, {
  launcher: error<{
    command: string;
    ranks: number;
    /** Its processes find each other without MPI. */
    overNetwork: boolean;
  }>()('CRF440', 'A launcher of parallel programs in run', {
    title: ({ command, overNetwork }) =>
      overNetwork
        ? `${quote(command)} in \`run\` starts processes that crflow does not save with DMTCP`
        : `${quote(command)} in \`run\` starts processes that DMTCP cannot checkpoint`,
    label: ({ command }) => (command === 'srun' ? 'starts them outside DMTCP' : 'starts them by itself'),
    notes: ({ command, overNetwork }) => [
      command === 'srun'
        ? 'srun makes Slurm start the program as a separate step, which DMTCP cannot reach; and srun itself cannot be restored'
        : overNetwork
          ? 'they find each other over the network; whether DMTCP can restore that has not been tried'
          : 'DMTCP can save the ranks of one node, if their MPI is MPICH and crflow starts them: other settings make them hang at the start or at the end',
    ],
    help: ({ command, ranks, overNetwork }) =>
      overNetwork
        ? [
            `for one process, leave ${quote(command)} out, and use \`threads\` for threads`,
            "for several processes, use `engine = own` in `checkpoint`, with the program's own checkpoints",
          ]
        : [
            `for one process, leave ${quote(command)} out, and write \`mpi = singleton\` if the program is linked with MPI; use \`threads\` for threads`,
            `for several ranks on one node, with MPICH, leave ${quote(command)} out, and write \`tasks = ${ranks}\` in \`application\`: crflow then starts them`,
            "for ranks on several nodes, or another MPI, use `engine = own` in `checkpoint`, with the program's own checkpoints",
          ],
  }),
  gpuCommand: warning<{ command: string }>()('CRF441', 'A command for GPUs in run', {
    title: ({ command }) =>
      `${quote(command)} is for GPUs, and DMTCP cannot checkpoint programs that use one`,
    help: () => [
      "fine if the program itself uses no GPU; otherwise use `engine = own`, with the program's own checkpoints",
    ],
  }),
  gpuResource: error<{ option: string; value: string }>()('CRF442', 'GPUs in a resource', {
    title: ({ option, value }) =>
      `\`${option}\` asks for GPUs (${quote(value)}), for which there is the key \`gpus\` of \`application\``,
    notes: () => ['DMTCP and MANA cannot save what a GPU holds'],
    help: () => [
      "leave it out, and write `gpus` or `gpus_per_task` in `application`, with `engine = own` and the program's own checkpoints, or `engine = none`",
      'or leave it out, and run the program on CPUs',
    ],
  }),
  perhapsMpi: warning<{ command: string; program: string }>()(
    'CRF443',
    'A program that is usually linked with MPI',
    {
      title: ({ command, program }) =>
        `${quote(command)} looks like ${program}, which is usually linked with MPI; DMTCP then cannot restore it as it is`,
      notes: () => [
        "MPI's start-up forks a daemon and opens files that DMTCP cannot bring back, even for one process",
      ],
      help: () => [
        'write `mpi = singleton` in `application`, which restricts the start-up to one process',
        'or write `mpi = no` if it is built without MPI',
      ],
    },
  ),
  continueManual: warning()('CRF444', 'A continue without effect', {
    title: () => '`continue` has no effect with `strategy = manual`',
    notes: () => ['a manual run stops after its last checkpoint, and continues when you resume it'],
    help: () => ['leave `continue` out, or write `strategy = automatic`'],
  }),
  ownContainer: error<{ command: string; isInside: boolean; runtime: string | undefined }>()(
    'CRF445',
    'A command in run that starts a container itself',
    {
      title: ({ command, isInside }) =>
        isInside
          ? `${quote(command)} in \`run\` would start a container inside the container`
          : `${quote(command)} in \`run\` starts a container, which DMTCP cannot checkpoint`,
      notes: ({ isInside }) => [
        isInside
          ? 'the job starts the container itself and runs this in it, where this command does not exist'
          : 'DMTCP cannot checkpoint a container from outside: DMTCP has to be in the image, and start the program there',
      ],
      help: ({ isInside, runtime }) => [
        isInside
          ? 'write only the program and its arguments, as you would call them inside; options of the container go into `container { … }`'
          : `let the job start it: \`container { runtime = ${runtime ?? 'podman'}  image = "…" }\`, and write only the program in \`run\``,
      ],
    },
  ),
  dmtcpInRun: error<{ command: string }>()('CRF446', 'DMTCP in run', {
    title: ({ command }) => `${quote(command)} in \`run\` would start DMTCP under DMTCP, which cannot work`,
    notes: () => ['the job itself starts the coordinator, launches the program, checkpoints and restarts it'],
    help: () => ['write only the program and its arguments, as you would run it without DMTCP'],
  }),
  gpusTwice: error<{ entry: Span }>()('CRF447', 'GPUs for each node and for each task', {
    title: () => '`gpus` is for each node, `gpus_per_task` for each task, and a job has one of them',
    help: () => ['keep the one that the program needs, and leave the other out'],
    fixes: ({ entry }, { text }) => [perhaps('leave `gpus_per_task` out', removeEntry(text, entry))],
  }),
});
