import { defineDiagnostics, error, warning } from './define.ts';
import { insert, perhaps } from './fix.ts';
import { quote } from './words.ts';

const SOCKETS =
  'DMTCP replaces pipes with sockets, and Linux cannot open a socket by name: "No such device or address"';

/** CRF480 to CRF499: findings from parsing `run` as bash does. */
export const run = defineDiagnostics(480, 499, {
  unreadable: error<{ title: string; label: string; help: readonly string[] }>()(
    'CRF480',
    'Shell text that bash cannot parse',
    {
      title: ({ title }) => title,
      label: ({ label }) => label,
      notes: () => ['bash would run everything before this, and end here with status 2'],
      help: ({ help }) => help,
    },
  ),
  endlessDocument: warning<{ mark: string }>()('CRF481', 'A here-document without an end', {
    title: ({ mark }) => `no line ${quote(mark)} ends this here-document`,
    notes: () => ['everything after it is its text, and does not run'],
    help: ({ mark }) => [
      `write ${quote(mark)} on a separate line, with no blanks before or after it`,
      'in a block string, only the indentation that all lines share is removed',
    ],
  }),
  substitution: error<{ operator: '<' | '>'; effect: string | undefined; help: readonly string[] }>()(
    'CRF482',
    'A process substitution in run',
    {
      title: ({ operator }) => `${quote(`${operator}(…)`)} does not work under DMTCP`,
      notes: ({ effect }) => [SOCKETS, ...(effect === undefined ? [] : [effect])],
      help: ({ help }) => help,
    },
  ),
  pipeByName: error<{ device: string; what: string; help: string }>()(
    'CRF483',
    'A pipe that is opened by name',
    {
      title: ({ device, what }) =>
        `${quote(device)} is ${what} here, which cannot be opened by name under DMTCP`,
      notes: () => [SOCKETS],
      help: ({ help }) => [help],
    },
  ),
  emptied: warning<{ device: string; by: string; isCertain: boolean; help: string }>()(
    'CRF484',
    'The output file is opened again',
    {
      title: ({ device, by, isCertain }) =>
        `${quote(by)} ${isCertain ? 'empties' : 'may empty'} the output file, because ${quote(device)} is that file`,
      notes: () => ['output goes to a file, and opening this file for writing empties it'],
      help: ({ help }) => [help],
    },
  ),
  documentByName: warning<{ device: string }>()('CRF485', 'A here-document that is opened by name', {
    title: ({ device }) =>
      `${quote(device)} is a here-document, which cannot be opened by name under DMTCP with bash 5.1 or newer`,
    notes: () => [`these versions of bash pass it as a pipe; ${SOCKETS}`],
    help: () => ['leave the name out, or write `-`, so that the program reads its standard input'],
  }),
  ownJob: error<{ command: string; does: string; note: string; help: string }>()(
    'CRF486',
    'A command in run that controls its own job',
    {
      title: ({ command, does }) => `${quote(command)} in \`run\` ${does}`,
      notes: ({ note }) => [note],
      help: ({ help }) => [help],
    },
  ),
  otherJob: warning<{ command: string; does: string; note: string; help: string }>()(
    'CRF487',
    'A command in run that controls jobs',
    {
      title: ({ command, does }) => `${quote(command)} in \`run\` ${does}`,
      notes: ({ note }) => [note],
      help: ({ help }) => [help],
    },
  ),
  deafTrap: warning<{ signal: string }>()('CRF488', 'A trap that never fires', {
    title: ({ signal }) => `the trap for ${signal} never fires`,
    notes: () => [
      "Slurm's warnings and cancellations go to the job, which checkpoints or ends the program; the program gets no signal",
    ],
    help: () => [
      'leave it out: the job saves and continues the program',
      'put what has to happen at the end into `trap … EXIT`, or after the program',
    ],
  }),
  usr2: warning<{ what: string }>()('CRF489', 'A use of SIGUSR2', {
    title: ({ what }) => `${what}: DMTCP uses SIGUSR2 itself`,
    notes: () => ['under DMTCP, a SIGUSR2 never reaches a process, and there is no error message'],
    help: () => ['use another signal, for instance `USR1`'],
  }),
  notAwaited: error<{ command: string }>()('CRF490', 'A background process that nothing waits for', {
    title: ({ command }) => `nothing waits for ${quote(command)}, so the run ends before it does`,
    label: () => 'runs in the background',
    notes: () => [
      'the run is over when the shell ends, with its status; processes that still run are killed',
    ],
    help: () => [
      'for one program, remove the `&`',
      'for several at once, keep each `$!`, and end with `wait "$pid"` for each; a bare `wait` always returns 0, whatever failed',
    ],
  }),
  detached: warning<{ command: string }>()('CRF491', 'A command that detaches its program', {
    title: ({ command }) => `${quote(command)} starts its program separately, and returns at once`,
    notes: () => [
      'the run is over when the shell ends, with its status; processes that still run are killed',
    ],
    help: ({ command }) => [
      `remove ${quote(command)}: a job needs no terminal, and continues after you log out`,
    ],
  }),
  ownLimit: warning<{ command: string; time: string }>()('CRF492', 'A time limit in run', {
    title: ({ command }) => `${quote(command)} ends the program for good, with status 124`,
    notes: ({ time }) => [
      `the job itself saves the program before its limit (${quote(`time = ${time}`)}), and continues it in the next attempt`,
    ],
    help: () => ['leave it out; `total` limits all attempts together'],
  }),
  leaves: error<Departing>()('CRF493', 'A command that leaves the work folder', {
    title: ({ command }) =>
      `${quote(command)} leaves the work folder, and DMTCP cannot restore a program elsewhere`,
    notes: ({ why }) => [
      ...(why === undefined ? [] : [why]),
      'the job refuses to checkpoint while a process is outside it, and ends with 78 after three refusals',
    ],
    help: ({ help }) => help,
  }),
  mayLeave: warning<Departing>()('CRF494', 'A command that may leave the work folder', {
    title: ({ command, why }) =>
      why === undefined
        ? `no checkpoint is possible while a program runs where ${quote(command)} leads`
        : `${quote(command)} may leave the work folder, and DMTCP cannot restore a program elsewhere`,
    notes: ({ why }) => [
      ...(why === undefined ? [] : [why]),
      'the job refuses to checkpoint while a process is outside the work folder, and ends with 78 after three refusals in a row',
    ],
    help: ({ help }) => help,
  }),
  gpu: warning<{ what: string; hide: boolean }>()('CRF495', 'A sign that the program uses GPUs', {
    title: ({ what }) => `${quote(what)} is for GPUs, and DMTCP cannot checkpoint programs that use one`,
    help: ({ hide }) => [
      `run the program on CPUs${hide ? ', with `CUDA_VISIBLE_DEVICES = ""` in `set` if it looks for GPUs by itself' : ''}`,
      "or use `engine = own` in `checkpoint`, with the program's own checkpoints",
    ],
  }),
  condaActivate: warning<{ name: string; hook: string }>()(
    'CRF496',
    'conda activate without its shell function',
    {
      title: ({ name }) => `\`${name} activate\` fails in a script: nothing has defined its shell function`,
      notes: ({ name }) => [
        `${name === 'micromamba' ? name : 'conda'} init does that for interactive shells only, and \`run\` is not one`,
      ],
      help: ({ name, hook }) => [
        `write on the line before: ${hook}`,
        ...(name === 'micromamba' ? [] : ['or: source /path/of/conda/etc/profile.d/conda.sh']),
      ],
      fixes: ({ hook }, { at, text }) => {
        const line = text.slice(text.lastIndexOf('\n', at.start - 1) + 1, at.start);
        return /^[ \t]*$/.test(line) ? [perhaps(`write ${hook}`, insert(at.start, `${hook}\n${line}`))] : [];
      },
    },
  ),
  noIndex: warning()('CRF497', 'An array whose tasks all do the same', {
    title: () => '`run` never names the index of its array, so all its tasks do the same',
    help: () => [
      'give the program the index, "$SLURM_ARRAY_TASK_ID"',
      'if the program reads it itself, say so in `run`: # reads SLURM_ARRAY_TASK_ID',
    ],
  }),
});

interface Departing {
  readonly command: string;
  readonly why: string | undefined;
  readonly help: readonly string[];
}
