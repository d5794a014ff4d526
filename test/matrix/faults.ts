import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Dmtcp } from '../support/dmtcp.ts';
import { counting, type RunOnSlurm, type RunOptions } from '../support/run-on-slurm.ts';
import { type MomentName, momentNames, warn } from './moments.ts';
import {
  bringBack,
  damages,
  fillDisk,
  kill,
  loseNode,
  mountDisk,
  nodeOf,
  preempt,
  scontrol,
  unmountDisk,
} from './strikes.ts';

/** What happens to a run, and what must hold afterwards, whenever it happens. */
export interface Fault {
  /** Brings it about. What it returns is called when the cell is judged, to put right what others need. */
  strike?(run: RunOnSlurm): unknown;
  /** Instead of the moment's own way to get there. */
  reach?(run: RunOnSlurm): Promise<void>;
  /** How the jobs of the run end, one after the other: `STATUS:SIGNAL`, or Slurm's word for it. By default 7:0. */
  readonly ends?: RegExp;
  /** The output: all that an undisturbed run prints (default), or its beginning, where the program was ended. */
  readonly output?: 'whole' | 'beginning';
  readonly options?: Partial<Pick<RunOptions, 'env' | 'sbatchArgs' | 'commands' | 'task'>>;
  /** The flow's `run`. */
  program?(last: number): string;
  /** What must be there before the job is submitted; a sentence where this machine does not allow that. */
  prepare?(folder: string, dmtcp: Dmtcp): string | undefined;
  cleanUp?(folder: string): void;
  /** Further runs that must end as this one. */
  others?(run: RunOnSlurm): Promise<readonly string[]>;
}

/** A row: the fault, and where a moment makes no sense (the reason) or a difference. */
export type Row = Fault & { readonly at?: Readonly<Record<string, string | Fault>> };

/** The same word at all moments but some. */
const except = (word: string, ...kept: MomentName[]) =>
  Object.fromEntries(momentNames.filter((name) => !kept.includes(name)).map((name) => [name, word]));

export const thenResumed = (first: string) => ({ ends: new RegExp(`^${first} > 7:0$`) });

/** Damage is seen when a generation is needed: the computation is lost right behind. */
function damaged(how: keyof typeof damages, whileRestoring: string | Fault): Row {
  const andLost: Fault = {
    strike(run) {
      damages[how](run);
      kill(run, 'coordinator');
    },
  };
  return {
    strike: (run) => damages[how](run),
    at: {
      'before launch': 'there is no image yet',
      running: andLost,
      'while checkpointing': andLost,
      'while restoring': whileRestoring,
      finishing: 'no image is read any more',
    },
  };
}

/** A `scontrol` that does not do its work from the strike on, while a requeue is needed. */
export function slurmOut(how: string, command: string): Row {
  const strike = (run: RunOnSlurm) => writeFileSync(join(run.folder, how), '');
  return {
    options: { commands: { scontrol: `${command}\nnext "$@"` }, env: { CRFLOW_SLURM_LIMIT: '3' } },
    strike(run) {
      strike(run);
      return warn(run);
    },
    ends: /^(75:0 > )+7:0$/,
    at: {
      'between checkpoint and requeue': { strike },
      finishing: 'Slurm is asked for nothing any more',
    },
  };
}

/** A program of its own kind, in a job that is requeued. */
const program = (text: (last: number) => string, more: Row = {}): Row => ({
  program: text,
  strike: warn,
  ...more,
});

const verified = 'it was verified a moment before; what changes under a running restore is in nobody’s power';

const rows = {
  'time limit': { strike: warn },
  'warning 2 s after the start': {
    async reach(run) {
      await run.cluster.waitForJob(run.id, ({ JobState }) => JobState === 'RUNNING', 60);
      await sleep(2000);
    },
    strike: warn,
    at: except('two seconds after the start nothing is launched yet', 'before launch'),
  },
  'preemption with grace': { strike: preempt },
  'preemption without grace': { options: { sbatchArgs: ['-p', 'abrupt'] }, strike: preempt },
  scancel: {
    strike: (run) => run.cluster.run('scancel', [run.id]),
    ...thenResumed('CANCELLED'),
    at: { finishing: { ends: /^(CANCELLED|7:0)$/ } },
  },
  'stop by its owner': {
    strike: (run) => run.verb('stop', run.id),
    ...thenResumed('71:0'),
    at: { finishing: { ends: /^7:0$/ } },
  },
  'requeue by the user': { strike: (run) => scontrol(run, 'requeue', run.id) },
  'kill -9 application': {
    strike: (run) => kill(run, 'application'),
    ends: /^137:0$/,
    output: 'beginning',
    at: {
      'before launch': 'there is none yet',
      'while checkpointing': { ends: /^(137|7):0$/ },
      'between checkpoint and requeue': 'the last checkpoint has ended it',
      'while restoring': { strike: (run) => kill(run, 'dmtcp_restart'), ends: /^7:0$/, output: 'whole' },
      finishing: 'it has ended',
    },
  },
  'kill -9 coordinator': {
    strike: (run) => kill(run, 'coordinator'),
    at: {
      // Nothing is launched for a minute, which may be the last before the time limit.
      'before launch': { ends: /^(74:0 > )?7:0$/ },
      'between checkpoint and requeue': 'it has ended with the computation',
      finishing: 'it ends with the program',
    },
  },
  'kill -9 inner half': {
    strike: (run) => kill(run, 'inner half'),
    at: {
      'before launch': thenResumed('74:0'),
      'between checkpoint and requeue': 'it has ended with the computation',
    },
  },
  // Podman's may be gone while the container goes on; in others it is the inner half.
  'kill -9 runtime': {
    strike: (run) => kill(run, 'runtime'),
    at: {
      'before launch': thenResumed('74:0'),
      'between checkpoint and requeue': 'it has ended with the computation',
    },
  },
  'kill -9 outer half': {
    strike: (run) => kill(run, 'outer half'),
    ...thenResumed('0:9'),
    at: { finishing: { ends: /^0:9$/ } },
  },
  'kill -9 everything': {
    strike: (run) => kill(run, 'everything'),
    ...thenResumed('0:9'),
    at: { finishing: { ends: /^0:9$/ } },
  },
  'node lost, job still running there': {
    async strike(run) {
      const node = await nodeOf(run);
      await loseNode(run);
      return () => bringBack(run, node);
    },
  },
  'disk full for ten seconds': {
    prepare: (folder) => (mountDisk(folder, 2000) ? undefined : 'this machine allows no mount'),
    cleanUp: unmountDisk,
    strike: fillDisk,
    ends: /^(7[04]:0 > )?7:0$/,
  },
  'image truncated': damaged('truncated', verified),
  'image flipped': damaged('flipped', verified),
  'image missing': damaged('missing', {}),
  'newest generation unreadable': damaged('unreadable', {}),
  'scontrol refuses to requeue': slurmOut('refuse', '[[ -e $FOLDER/refuse && $1 == requeue ]] && exit 1'),
  'scontrol hangs': slurmOut('hang', '[[ -e $FOLDER/hang ]] && exec sleep 1000000'),
  'two submissions at once': {
    others: async (run) => [await run.submit()],
    at: except('the second is a run of its own from its first moment on', 'before launch'),
  },
  'array job': {
    options: { sbatchArgs: ['--array=0-1'], task: '0' },
    strike: warn,
    others: async (run) => [run.id.replace(/_0$/, '_1')],
  },
  'program crashes at once': program(() => 'kill -SEGV $BASHPID', {
    strike: () => undefined,
    ends: /^139:0$/,
    output: 'beginning',
    at: except('it is over by then', 'before launch'),
  }),
  'program crashes after a while': program((last) => `${counting(last)} || kill -SEGV $BASHPID`, {
    ends: /^139:0$/,
  }),
  'program handles TERM': { options: { env: { COUNT_TERM: '1' } }, strike: preempt },
  'program ignores TERM': {
    program: (last) => `trap '' TERM\n${counting(last)}`,
    strike: (run) => scontrol(run, 'requeue', run.id),
  },
  'program forks': program(
    (last) =>
      `(while :; do sleep 1; done) & helper=$!\nstatus=0\n${counting(last)} || status=$?\nkill $helper\nexit $status`,
  ),
  'program leaves a child behind': program((last) => `sleep 300 &\n${counting(last)}`),
  'program reads input': program((last) => `cat\n${counting(last)}`),
  'spaces and odd characters in all paths': {
    at: except('every cell of this table runs in such a folder'),
  },
} satisfies Record<string, Row>;

export type RowName = keyof typeof rows;
export const faults: Readonly<Record<RowName, Row>> = rows;

/** A cell of the table: what is to be done, or why there is nothing to do. */
export function cell(row: Row, moment: string): Fault | string {
  const here = row.at?.[moment];
  return typeof here === 'string' ? here : { ...row, ...here };
}
