import { defineDiagnostics, error, warning } from './define.ts';
import { quote } from './words.ts';

const SOCKETS =
  'DMTCP turns pipes into sockets, and Linux cannot open a socket by its name: "No such device or address"';

/** CRF480 to CRF499: what the text of `run` shows when it is read as the shell would. */
export const run = defineDiagnostics(480, 499, {
  unreadable: error<{ title: string; label: string; help: readonly string[] }>()(
    'CRF480',
    'Shell text that bash cannot read',
    {
      title: ({ title }) => title,
      label: ({ label }) => label,
      notes: () => ['bash would run what comes before this, and end there with status 2'],
      help: ({ help }) => help,
    },
  ),
  endlessDocument: warning<{ mark: string }>()('CRF481', 'A here-document without an end', {
    title: ({ mark }) => `the here-document has no line ${quote(mark)} that ends it`,
    notes: () => ['all that follows is its text, and none of it is run'],
    help: ({ mark }) => [
      `write ${quote(mark)} on a line of its own, with no blanks before or after it`,
      'a block string loses only the indentation that all of its lines share',
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
    'A pipe that is opened by its name',
    {
      title: ({ device, what }) => `${quote(device)} is ${what} here, which cannot be opened under DMTCP`,
      notes: () => [SOCKETS],
      help: ({ help }) => [help],
    },
  ),
  emptied: warning<{ device: string; by: string; isCertain: boolean; help: string }>()(
    'CRF484',
    'The output file is opened anew',
    {
      title: ({ device, by, isCertain }) =>
        `${quote(by)} ${isCertain ? 'empties' : 'may empty'} the output file: ${quote(device)} is that file`,
      notes: () => ['output goes to a file, and opening that file for writing empties it first'],
      help: ({ help }) => [help],
    },
  ),
  documentByName: warning<{ device: string }>()('CRF485', 'A here-document that is opened by its name', {
    title: ({ device }) =>
      `${quote(device)} is a here-document here, which cannot be opened under DMTCP with bash 5.1 or newer`,
    notes: () => [`these versions hand it over as a pipe; ${SOCKETS}`],
    help: () => ['leave the name out, or write `-`, so that the program reads its standard input as it is'],
  }),
  ownJob: error<{ command: string; does: string; note: string; help: string }>()(
    'CRF486',
    'Control of its own job in run',
    {
      title: ({ command, does }) => `${quote(command)} in \`run\` ${does}`,
      notes: ({ note }) => [note],
      help: ({ help }) => [help],
    },
  ),
  otherJob: warning<{ command: string; does: string; note: string; help: string }>()(
    'CRF487',
    'Control of jobs in run',
    {
      title: ({ command, does }) => `${quote(command)} in \`run\` ${does}`,
      notes: ({ note }) => [note],
      help: ({ help }) => [help],
    },
  ),
  deafTrap: warning<{ signal: string }>()('CRF488', 'A trap that never fires', {
    title: ({ signal }) => `the trap for ${signal} never fires`,
    notes: () => [
      "Slurm's warnings and cancellations go to the job, which checkpoints the program or ends it; the program gets no signal",
    ],
    help: () => [
      'leave it out: saving and going on are what the job does',
      'what is to be done when the work ends goes into `trap … EXIT`, or after the program',
    ],
  }),
  usr2: warning<{ what: string }>()('CRF489', 'A use of SIGUSR2', {
    title: ({ what }) => `${what}: DMTCP uses SIGUSR2 itself`,
    notes: () => ['under DMTCP no process gets a SIGUSR2 that is sent to it, and nothing is said of it'],
    help: () => ['use another signal, `USR1` for instance'],
  }),
  notAwaited: error<{ command: string }>()('CRF490', 'Work in the background that nothing waits for', {
    title: ({ command }) => `nothing waits for ${quote(command)}, so the run is done before it is`,
    label: () => 'goes on by itself',
    notes: () => ['the run is over when the shell ends, with its status, and what still runs then is killed'],
    help: () => [
      'one program: leave out the `&`',
      'several at once: keep each `$!`, and end with `wait "$pid"` for each; a `wait` alone is always 0, whatever failed',
    ],
  }),
  detached: warning<{ command: string }>()('CRF491', 'A command that detaches its program', {
    title: ({ command }) => `${quote(command)} starts its program apart from \`run\`, and returns at once`,
    notes: () => ['the run is over when the shell ends, with its status, and what still runs then is killed'],
    help: ({ command }) => [
      `write the program without ${quote(command)}: a job needs no terminal, and outlives your login`,
    ],
  }),
  ownLimit: warning<{ command: string; time: string }>()('CRF492', 'A time limit in run', {
    title: ({ command }) => `${quote(command)} ends the program for good, with status 124`,
    notes: ({ time }) => [
      `the job itself saves the program before its limit (${quote(`time = ${time}`)}) and goes on with it in the next attempt`,
    ],
    help: () => ['leave it out; how long all attempts take together is `total`'],
  }),
  leaves: error<Departing>()('CRF493', 'A way out of the work folder', {
    title: ({ command }) =>
      `${quote(command)} leads out of the work folder, where DMTCP cannot bring back a program`,
    notes: ({ why }) => [
      ...(why === undefined ? [] : [why]),
      'a checkpoint with a process outside of it is refused; after the third the job ends with 78',
    ],
    help: ({ help }) => help,
  }),
  mayLeave: warning<Departing>()('CRF494', 'What may be a way out of the work folder', {
    title: ({ command, why }) =>
      why === undefined
        ? `no checkpoint can be taken while a program runs where ${quote(command)} leads`
        : `${quote(command)} may lead out of the work folder, where DMTCP cannot bring back a program`,
    notes: ({ why }) => [
      ...(why === undefined ? [] : [why]),
      'a checkpoint with a process outside of the work folder is refused; after the third in a row the job ends with 78',
    ],
    help: ({ help }) => help,
  }),
  gpu: warning<{ what: string; hide: boolean }>()('CRF495', 'A sign of GPUs', {
    title: ({ what }) => `${quote(what)} is for GPUs, and DMTCP cannot checkpoint what runs on one`,
    help: ({ hide }) => [
      `run the program on CPUs${hide ? ', with `CUDA_VISIBLE_DEVICES = ""` in `set` where it would look for GPUs by itself' : ''}; or use its own checkpoints, without crflow`,
    ],
  }),
});

interface Departing {
  readonly command: string;
  readonly why: string | undefined;
  readonly help: readonly string[];
}
