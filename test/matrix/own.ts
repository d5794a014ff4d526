import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quoted } from '../support/emitted.ts';
import type { RunOnSlurm } from '../support/run-on-slurm.ts';
import { faults, type Row, type RowName, slurmOut, thenResumed } from './faults.ts';
import { finishing, generations, type Moment, marked, once, twoSealed, warn } from './moments.ts';
import { kill, preempt } from './strikes.ts';
import type { EngineUnderTest } from './tables.ts';

// The matrix with `engine = own`: a program that counts into a file, and saves itself in place, also while it is held.

const program = join(import.meta.dirname, '../programs/count-saves.sh');

const flow = (last: number) => `crflow 1
workflow count {
  application { run = ${quoted(`bash '${program}' ${last} 0.5 7`)} }
  checkpoint {
    engine = own  interval = 10min  lead = 2min
    ask_signal = TERM  files = ["save.txt"]  done_files = ["result.txt"]
  }
  schedule { time = 10min  total = 1h }
}
`;

const save = (run: RunOnSlurm) => join(run.folder, 'save.txt');

const moments = {
  'before launch': {
    commands: { sync: `if [[ $* == */before.new/* ]]; then ${once('launch')}; fi\nnext "$@"` },
    reach: (run) => marked(run, 'launch'),
  },
  running: { reach: twoSealed },
  'while saving': {
    // The file is torn for two seconds, and whoever copies it waits longer.
    env: { COUNT_SAVING: '2', COUNT_SAVES: '7', CRFLOW_QUIET: '3' },
    async reach(run) {
      await twoSealed(run);
      await run.until('a torn save', () => !readFileSync(save(run), 'utf8').endsWith('\n'), 150);
    },
  },
  'while copying': {
    commands: { cp: `if [[ $* == */generations/3.*/files* ]]; then ${once('copy')}; fi\nnext "$@"` },
    reach: (run) => marked(run, 'copy'),
  },
  'between save and requeue': {
    env: { CRFLOW_TICK: '3' },
    async reach(run) {
      await twoSealed(run);
      await warn(run);
      await run.until('the last save', () => atRest(run), 150);
    },
  },
  'while restoring': {
    // Not the start that proves the first checkpoint: the one of the next attempt.
    commands: {
      cmp: `if [[ -e $FOLDER/warned && $* == */generations/* ]]; then ${once('restore')}; fi\nnext "$@"`,
    },
    async reach(run) {
      await twoSealed(run);
      writeFileSync(join(run.folder, 'warned'), '');
      await warn(run);
      await marked(run, 'restore');
    },
  },
  finishing,
} as const satisfies Record<string, Moment>;

type OwnMoment = keyof typeof moments;

const atRest = (run: RunOnSlurm) => {
  try {
    return readFileSync(join(run.state, 'attempts/1/outcome'), 'utf8') !== '';
  } catch {
    return false;
  }
};

/** The same word at all moments but some. */
const except = (word: string, ...kept: OwnMoment[]) =>
  Object.fromEntries(
    Object.keys(moments)
      .filter((name) => !kept.includes(name as OwnMoment))
      .map((name) => [name, word]),
  );

const copy = (run: RunOnSlurm) =>
  join(run.state, 'generations', String(generations(run).at(-1)), 'files/save.txt');

/** The first digit becomes a 9, or an 8. */
function flip(file: string): void {
  const text = readFileSync(file, 'utf8');
  writeFileSync(file, `${text.startsWith('9') ? '8' : '9'}${text.slice(1)}`);
}

const harms = {
  truncated: (file: string) => truncateSync(file, 1),
  flipped: flip,
  missing: (file: string) => rmSync(file),
} as const;

/** The copy in the newest generation. It is needed when the program has been lost. */
const copyHarmed = (harm: (run: RunOnSlurm) => void): Row => {
  const andKilled = (run: RunOnSlurm) => {
    harm(run);
    kill(run, 'application');
  };
  return {
    strike: andKilled,
    at: {
      'before launch': 'there is no copy yet',
      'between save and requeue': { strike: harm },
      'while restoring': { strike: harm },
      finishing: 'no copy is read any more',
    },
  };
};

/** The program's own newest file, which the next start would read. */
const fileHarmed = (how: keyof typeof harms): Row => ({
  strike(run) {
    harms[how](save(run));
    kill(run, 'application');
  },
  at: {
    'before launch': 'there is none yet',
    'between save and requeue': { strike: (run) => harms[how](save(run)) },
    'while restoring': { strike: (run) => harms[how](save(run)) },
    finishing: 'the program has read and written it for the last time',
  },
});

const shared = (name: RowName, more: Partial<Row> = {}): Row => {
  const { strike, reach, options, ends, output, prepare, cleanUp } = faults[name];
  return { ...present({ strike, reach, options, ends, output, prepare, cleanUp }), ...more };
};

const present = <T extends object>(values: T) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Row;

const slurmFails = (how: string, command: string): Row => {
  const row = slurmOut(how, command);
  return {
    ...row,
    at: {
      'between save and requeue': row.at?.['between checkpoint and requeue'] ?? '',
      finishing: row.at?.['finishing'] ?? '',
    },
  };
};

const over = 'it has ended with the computation';

const rows: Readonly<Record<string, Row>> = {
  'time limit': shared('time limit'),
  'warning 2 s after the start': shared('warning 2 s after the start', {
    at: except('two seconds after the start nothing is launched yet', 'before launch'),
  }),
  'preemption with grace': { strike: preempt },
  'preemption without grace': shared('preemption without grace'),
  scancel: shared('scancel', { at: { finishing: { ends: /^(CANCELLED|7:0)$/ } } }),
  'stop by its owner': shared('stop by its owner', { at: { finishing: { ends: /^7:0$/ } } }),
  'requeue by the user': shared('requeue by the user'),
  // It goes on from the newest generation in the same attempt.
  'kill -9 application': {
    strike: (run) => kill(run, 'application'),
    at: {
      'before launch': 'there is none yet',
      'between save and requeue': 'the last save has ended it',
      'while restoring': 'there is none yet',
      finishing: 'it has ended',
    },
  },
  'kill -9 inner half': shared('kill -9 inner half', {
    at: { 'before launch': thenResumed('74:0'), 'between save and requeue': over },
  }),
  'kill -9 outer half': shared('kill -9 outer half', { at: { finishing: { ends: /^0:9$/ } } }),
  'kill -9 everything': shared('kill -9 everything', {
    // On a busy machine, the job is requeued before it is killed.
    at: { 'between save and requeue': { ends: /^(0:9 > )?7:0$/ }, finishing: { ends: /^0:9$/ } },
  }),
  'node lost, job still running there': shared('node lost, job still running there'),
  'disk full for ten seconds': shared('disk full for ten seconds'),
  'copy truncated': copyHarmed((run) => harms.truncated(copy(run))),
  'copy flipped': copyHarmed((run) => harms.flipped(copy(run))),
  'copy missing': copyHarmed((run) => harms.missing(copy(run))),
  'newest generation unreadable': copyHarmed((run) => {
    const folder = join(run.state, 'generations', String(generations(run).at(-1)));
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'not a folder');
  }),
  "the program's newest file truncated": fileHarmed('truncated'),
  "the program's newest file flipped": fileHarmed('flipped'),
  "the program's newest file missing": fileHarmed('missing'),
  'scontrol refuses to requeue': slurmFails('refuse', '[[ -e $FOLDER/refuse && $1 == requeue ]] && exit 1'),
  'scontrol hangs': slurmFails('hang', '[[ -e $FOLDER/hang ]] && exec sleep 1000000'),
  'submitted again when it is done': {
    async strike(run) {
      await run.ended();
      await mustEnd(run, await run.submit('resume', run.id));
      // A new run, in the same folder: what is done in there was not done by it.
      await mustEnd(run, await run.submit());
    },
    at: except('it is not done yet', 'finishing'),
  },
  'two submissions at once': {
    at: except("two programs that save to the same files are not crflow's to keep apart"),
  },
  'array job': {
    at: except('its tasks would save to the same files, unless they are in folders of their own'),
  },
  'spaces and odd characters in all paths': {
    at: except('every cell of this table runs in such a folder'),
  },
};

async function mustEnd(run: RunOnSlurm, job: string): Promise<void> {
  const { ExitCode } = await run.ended(job);
  if (ExitCode !== '7:0') throw new Error(`job ${job} ended ${ExitCode}\n${run.log(job)}`);
  const counted = readFileSync(join(run.folder, 'steps.log'), 'utf8');
  if (counted !== run.expected) throw new Error(`job ${job} left ${JSON.stringify(counted)}`);
}

export const own: EngineUnderTest = {
  faults: rows,
  moments,
  flow,
  env: { CRFLOW_QUIET: '1', CRFLOW_STARTUP: '5' },
  output: 'steps.log',
};
