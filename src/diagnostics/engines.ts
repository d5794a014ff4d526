import type { Span } from '../model/span.ts';
import { defineDiagnostics, error, warning } from './define.ts';
import { perhaps, removeEntry } from './fix.ts';
import { listing, quote } from './words.ts';

/** What each engine does, in a few words. */
const SAVES: Readonly<Record<string, string>> = {
  dmtcp: 'DMTCP saves the program from outside',
  own: 'the program saves itself',
  mana: 'MANA saves the ranks of an MPI program from outside, over nodes; experimental',
  none: 'nothing is saved, and the program starts again',
};

/** Why an engine does not have a key. */
const REASONS: Readonly<Record<string, readonly string[]>> = {
  'gpus dmtcp': ['DMTCP cannot save what a GPU holds'],
  'gpus mana': ['MANA 1.4 cannot save what a GPU holds'],
  'gpus_per_task dmtcp': ['DMTCP cannot save what a GPU holds'],
  'gpus_per_task mana': ['MANA 1.4 cannot save what a GPU holds'],
  none: ['with `engine = none` there are no checkpoints'],
};

/** What to write in the place of a key of another engine. */
const INSTEAD: Readonly<Record<string, string>> = {
  'protect own':
    ', and name these files in `files`, which each generation has copies of; those that the program only appends to, in `grows`',
  'files dmtcp': '; DMTCP saves the memory, and `protect` keeps copies of files that the program overwrites',
  'grows dmtcp': '; DMTCP itself cuts the files that the program has open',
};

/** CRF540 to CRF559: what saves the program, and what it needs to know. */
export const engines = defineDiagnostics(540, 559, {
  otherEngine: error<{
    key: string;
    engine: string;
    engines: readonly string[];
    /** The flow names the engine. */
    chosen: boolean;
    /** The key and its value. */
    entry: Span;
  }>()('CRF540', 'A key of another engine', {
    title: ({ key, engine, chosen }) =>
      `\`${key}\` has no meaning with \`engine = ${engine}\`${chosen ? '' : ', which is the default'}`,
    notes: ({ key, engine }) =>
      [...(REASONS[`${key} ${engine}`] ?? []), ...(REASONS[engine] ?? [])].slice(0, 1),
    help: ({ key, engine, engines }) => [
      `leave \`${key}\` out${INSTEAD[`${key} ${engine}`] ?? ''}`,
      `or choose ${listing(
        engines.map((one) => `\`engine = ${one}\` (${SAVES[one] ?? ''})`),
        'or',
      )}`,
    ],
    fixes: ({ key, entry }, { text }) => [perhaps(`leave \`${key}\` out`, removeEntry(text, entry))],
  }),
  notDone: error()('CRF541', 'Nothing that shows when all work is done', {
    title: () => 'nothing says how crflow sees that all work is done',
    notes: () => [
      'a program that stopped early ends with status 0, too: GROMACS at -maxh, LAMMPS at its soft halt, CP2K, OpenFOAM',
    ],
    help: () => [
      'name files that are there only then, as in `done_files = ["md.gro"]`',
      'or text that is only then in the output, `done_text = "…"`; or a command that tests it, `done_command = "…"`',
    ],
  }),
  askedTwice: error<{ key: string; first: string }>()('CRF542', 'Two ways to ask the program to save', {
    title: ({ key, first }) => `the program is asked by \`${first}\` already, and \`${key}\` is a second way`,
    help: () => ['keep the one that the program answers best; `ask_command` can do several things'],
  }),
  unusedWord: error<{ key: string; needs: string }>()('CRF543', 'A detail of something that is not there', {
    title: ({ key, needs }) => `\`${key}\` says more about ${needs}, which is not there`,
    help: ({ key }) => [`leave \`${key}\` out, or add what it belongs to`],
  }),
  answerLate: error<{ answer: string; lead: string; enough: string }>()(
    'CRF544',
    'A lead that is shorter than the answer',
    {
      title: ({ answer, lead }) =>
        `the program may take ${answer} to save, and is asked ${lead} before the time limit`,
      help: ({ enough }) => [
        `write \`lead = ${enough}\` or more: the answer, and half a minute to copy and seal`,
      ],
    },
  ),
  unshielded: warning<{ command: string }>()('CRF545', 'Ranks that a preemption kills before they can save', {
    title: ({ command }) =>
      `a preemption sends TERM to what ${quote(command)} starts, at once, and kills what does not handle it`,
    notes: () => ['the program is not asked by TERM here, so it probably has no handler for it'],
    help: ({ command }) => [
      `write \`${command} … "$CRFLOW_RANK" ./program …\`: that starts each rank with TERM ignored`,
    ],
  }),
  alone: warning<{ tasks: number; by: 'srun' | 'container' | 'mpiexec' }>()(
    'CRF546',
    'Ranks that nothing starts',
    {
      title: ({ tasks }) => `the job has ${tasks} tasks, and \`run\` starts one process`,
      notes: () => ['crflow starts the ranks only where `run` is one program, and no script'],
      help: ({ by }) => [
        {
          container:
            'have srun start each in a container, as in `srun $IN_CONTAINER ./solve`: `run` then runs on the host',
          srun: 'have srun start them, as in `srun "$CRFLOW_RANK" ./solve`',
          mpiexec: 'write `"$CRFLOW_MPIEXEC" ./solve`, which starts all of them, instead of `./solve`',
        }[by],
      ],
    },
  ),
  mdrunFresh: warning<{
    /** The file of `-cpi`, if that is not what is saved. */
    reads: string | undefined;
    /** What it saves in instead; undefined: it saves there, but `files` does not name it. */
    saves: string | undefined;
  }>()('CRF547', 'mdrun that begins anew', {
    title: ({ reads, saves }) =>
      reads === undefined
        ? '`mdrun` without `-cpi` begins at step 0 each time it is started'
        : saves === undefined
          ? `${quote(reads)}, from which \`mdrun\` goes on, is not among \`files\``
          : `\`mdrun\` goes on from ${quote(reads)}, and saves in ${quote(saves)}`,
    notes: ({ reads }) => [
      reads === undefined
        ? 'GROMACS then renames the existing outputs to `#md.log.1#`'
        : 'where the file of `-cpi` is missing, it begins at step 0, over the outputs, with status 0',
    ],
    help: ({ reads, saves }) => [
      reads === undefined
        ? 'write `-cpi md.cpt` from the first start on: where the file is missing, it is a fresh start'
        : saves === undefined
          ? `add it to \`files\`: \`files = ["${reads}"]\``
          : `write \`-cpi ${saves}\``,
    ],
  }),
  mdrunSteps: warning()('CRF548', 'mdrun that counts its steps from the checkpoint', {
    title: () => '`mdrun -nsteps` counts from the checkpoint that it goes on from, not from the beginning',
    help: () => [
      'leave it out, and give the number of steps in the .mdp file (or with `gmx convert-tpr -nsteps`)',
    ],
  }),
  mpirunOverNodes: warning<{ command: string }>()('CRF549', 'mpirun over several nodes', {
    title: ({ command }) =>
      `a preemption kills what ${quote(command)} started on other nodes, and no rank can save`,
    notes: () => ["OpenMPI's daemons die of the TERM that Slurm sends to all steps (seen with OpenMPI 4.1)"],
    help: () => ['have `srun` start the ranks'],
  }),
  stopStays: warning<{ files: readonly string[] }>()('CRF550', 'A stop file that stays', {
    title: ({ files }) =>
      files.length === 1
        ? `${listing(files.map(quote))} asks the program to stop, and is still there when it is started again`
        : `${listing(files.map(quote))} ask the program to stop, and are still there when it is started again`,
    notes: () => ['the program would stop again after a step, at each start'],
    help: ({ files }) => [
      `add \`clear = [${files.map((file) => `"${file}"`).join(', ')}]\`: the job removes it before each start`,
      ...files
        .slice(0, files.length === 1 ? 1 : 0)
        .map((file) => `or write \`ask_file = "${file}"\` in place of \`ask_command\`, which does the same`),
    ],
  }),
  lightning: warning()('CRF551', 'Lightning, which requeues the job itself', {
    title: () => 'under Slurm, Lightning takes USR1 itself: it saves, and requeues the job',
    notes: () => [
      'crflow would requeue the job, too; and Lightning ignores TERM meanwhile (read in its source, not tried)',
    ],
    help: () => [
      'give the Trainer `plugins=[SLURMEnvironment(auto_requeue=False)]`, save on TERM in a callback, and write `ask_signal = TERM`',
    ],
  }),
  dmtcpOverNodes: error<{ nodes: number }>()('CRF552', 'Several nodes with DMTCP', {
    title: ({ nodes }) => `DMTCP saves the processes of one node, and the job has ${nodes}`,
    notes: () => [
      'ranks on several nodes restart under DMTCP, but then fail: `MPI_Finalize` asks the step of Slurm that started them, which is gone (status 15, seen with MPICH); and a network such as InfiniBand cannot follow them',
    ],
    help: () => [
      'for ranks on one node, leave `nodes` out',
      "for ranks on several nodes, use `engine = own` in `checkpoint`, with the program's own checkpoints",
      'or `engine = mana`, which saves the ranks of MPICH from outside, and is experimental',
    ],
  }),
  noRanks: error<{ isDmtcp: boolean }>()('CRF553', 'CRFLOW_MPIEXEC where nothing sets it', {
    title: ({ isDmtcp }) =>
      isDmtcp
        ? '`$CRFLOW_MPIEXEC` starts the ranks of a program, and the flow does not say how many'
        : '`$CRFLOW_MPIEXEC` starts ranks that DMTCP saves, and the engine is another one',
    help: ({ isDmtcp }) => [
      isDmtcp
        ? 'write `tasks = 4` in `application`, or as many as you need; or leave `"$CRFLOW_MPIEXEC"` out'
        : 'have srun start them, as in `srun "$CRFLOW_RANK" ./solve`',
    ],
  }),
  mpiSetting: error<{ name: string; value: string; why: string; instead: string | undefined }>()(
    'CRF554',
    'A setting with which MPI cannot be restored',
    {
      title: ({ name, value, why }) => `with \`${name} = "${value}"\`, ${why}`,
      help: ({ name, instead }) => [
        instead === undefined
          ? `leave \`${name}\` out, or let UCX use shared memory as well`
          : `leave \`${name}\` out: crflow sets \`${name}=${instead}\``,
      ],
    },
  ),
  noContainer: error<{ isDmtcp: boolean }>()('CRF555', 'IN_CONTAINER where nothing sets it', {
    title: ({ isDmtcp }) =>
      isDmtcp
        ? '`$IN_CONTAINER` starts each rank in a container, and DMTCP saves only the processes of one'
        : '`$IN_CONTAINER` starts a rank in the container of the flow, and the flow has none',
    help: ({ isDmtcp }) =>
      isDmtcp
        ? [
            'for one process, write only the program: with `engine = dmtcp`, all of `run` is in the container',
            'for several ranks on one node, write only the program and `tasks`: MPICH in the image starts them',
            "for ranks on several nodes, use `engine = own` in `checkpoint`, with the program's own checkpoints",
          ]
        : ['add `container { runtime = apptainer  image = "./solve.sif" }`, or leave `$IN_CONTAINER` out'],
  }),
  launcherInside: warning<{ command: string }>()('CRF556', 'A launcher that is not in the container', {
    title: ({ command }) => `\`run\` runs in the container, where there is no ${quote(command)}`,
    notes: () => ['with `$IN_CONTAINER` in it, `run` runs on the host, and each rank in a container'],
    help: ({ command }) => [`write \`${command} $IN_CONTAINER ./program …\``],
  }),
  outsideToo: warning<{ key: string; other: string }>()('CRF557', 'A text that never enters the container', {
    title: ({ key, other }) =>
      `\`${key}\` runs on the host, as \`${other}\` does, and starts nothing in the container`,
    notes: ({ other }) => [`each rank of \`${other}\` has a container, so the job itself starts none`],
    help: () => ['write `$IN_CONTAINER` in front of the program: `srun $IN_CONTAINER ./solve`'],
  }),
  mpiOfRanks: error<{ mpi: string }>()('CRF558', 'An MPI of ranks that srun starts, with DMTCP', {
    title: ({ mpi }) => `\`mpi = ${mpi}\` is for ranks that srun starts, and DMTCP cannot save those`,
    help: () => [
      'write `mpi = singleton` for a program that is linked with MPI and runs as one process',
      'for several ranks on one node, leave `mpi` out and write `tasks`: crflow then starts them with MPICH',
      'or have the program save itself: `engine = own`',
    ],
  }),
  singletons: error<{ tasks: number; isDmtcp: boolean }>()('CRF559', 'Ranks that would each run alone', {
    title: ({ tasks }) =>
      `with \`mpi = singleton\` each of the ${tasks} tasks would run alone, as rank 0 of 1`,
    help: ({ isDmtcp }) => [
      isDmtcp
        ? 'leave `mpi` out: crflow starts the ranks with MPICH'
        : 'write how the ranks find each other: `mpi = pmix` for Open MPI, `mpi = pmi2` for MPICH',
    ],
  }),
});
