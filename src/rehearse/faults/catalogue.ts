import type { EngineName } from '../../language/words.ts';
import type { MomentName } from './moments.ts';

/** A number of the promises in docs/rehearse.md. */
export type PromiseNumber = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;

/** Something that can happen to a run. */
export interface FaultKind {
  readonly name: string;
  readonly aliases: readonly string[];
  /** What happens, as a sentence without a full stop. */
  readonly title: string;
  /** When it can happen; the first is the default. */
  readonly moments: readonly [MomentName, ...MomentName[]];
  /** The promises that only this puts to the test. */
  readonly tests: readonly PromiseNumber[];
  /** The engines with which it makes sense; absent: all. */
  readonly engines?: readonly EngineName[];
  /** It changes the program or the settings from the beginning, so it has no moment. */
  readonly always?: true;
}

const saving: readonly EngineName[] = ['dmtcp', 'own'];

/** Everything that `--fault` takes, in the order in which it is listed. */
export const FAULTS = [
  {
    name: 'time-limit',
    aliases: ['timeout', 'walltime', 'limit'],
    title: 'the job comes to its time limit',
    moments: ['running', 'launch', 'checkpoint', 'restore'],
    tests: [2],
  },
  {
    name: 'preempt',
    aliases: ['preemption', 'preempted', 'preempt-with-grace'],
    title: 'the job is preempted, with a grace period',
    moments: ['running', 'launch', 'checkpoint', 'restore'],
    tests: [2],
  },
  {
    name: 'preempt-at-once',
    aliases: ['preempt-without-grace'],
    title: 'the job is preempted without a grace period',
    moments: ['running', 'checkpoint', 'restore'],
    tests: [2],
  },
  {
    name: 'kill',
    aliases: ['crash', 'power-cut', 'power', 'node-crash', 'kill-everything', 'kill-job'],
    title: 'the node loses power: every process of the job is gone at once',
    moments: ['running', 'launch', 'checkpoint', 'requeue', 'restore', 'end'],
    tests: [2, 4],
  },
  {
    name: 'kill-program',
    aliases: ['kill-application', 'oom', 'out-of-memory'],
    title: 'the program is killed (kill -9)',
    moments: ['running', 'checkpoint'],
    tests: [1],
    engines: ['dmtcp', 'own', 'none'],
  },
  {
    name: 'kill-engine',
    aliases: ['kill-coordinator', 'kill-dmtcp'],
    title: "DMTCP's coordinator is killed (kill -9)",
    moments: ['running', 'checkpoint'],
    tests: [2],
    engines: ['dmtcp'],
  },
  {
    name: 'kill-batch',
    aliases: ['kill-outer', 'kill-script', 'kill-batch-shell'],
    title: 'the batch shell of the job is killed (kill -9); what it has started goes on',
    moments: ['running', 'checkpoint'],
    tests: [4],
  },
  {
    name: 'node-loss',
    aliases: ['network', 'partition', 'lose-node', 'node-lost', 'split-brain'],
    title: 'the node is cut off from the network: its processes go on, and Slurm starts the job elsewhere',
    moments: ['running', 'checkpoint'],
    tests: [4],
  },
  {
    name: 'damage',
    aliases: ['corrupt', 'flip', 'bit-flip'],
    title: 'a byte of the newest checkpoint is changed, and the node loses power',
    moments: ['running'],
    tests: [3],
    engines: saving,
  },
  {
    name: 'truncate',
    aliases: ['torn', 'short'],
    title: 'the newest checkpoint is cut short, and the node loses power',
    moments: ['running'],
    tests: [3],
    engines: saving,
  },
  {
    name: 'disk-full',
    aliases: ['quota', 'no-space', 'enospc', 'full'],
    title: 'the disk is full until a checkpoint was skipped',
    moments: ['running'],
    tests: [8],
    engines: saving,
  },
  {
    name: 'no-checkpoint',
    aliases: ['no-progress', 'checkpoints-fail', 'stuck'],
    title: 'after the first checkpoints, no other ever succeeds',
    moments: ['running'],
    tests: [6],
    engines: saving,
    always: true,
  },
  {
    name: 'small-budget',
    aliases: ['budget', 'total', 'over-budget'],
    title: 'the run uses its `total` before the program is done; then its owner adds more',
    moments: ['running'],
    tests: [5],
    always: true,
  },
  {
    name: 'program-fails',
    aliases: ['fails', 'exit', 'bad-status'],
    title: 'the program ends with status 3',
    moments: ['end'],
    tests: [1],
    always: true,
  },
  {
    name: 'refuse-requeue',
    aliases: ['no-requeue', 'requeue-refused'],
    title: 'Slurm refuses to requeue the job',
    moments: ['running'],
    tests: [2],
  },
  {
    name: 'controller-silent',
    aliases: ['silent', 'slurm-silent', 'no-answer', 'slow-controller', 'slurm-down'],
    title:
      'the controller of Slurm answers nobody for five seconds, in which the job comes to its time limit',
    moments: ['running', 'launch'],
    tests: [2],
  },
  {
    name: 'controller-restart',
    aliases: ['slurm-restart'],
    title: 'the controller of Slurm restarts',
    moments: ['running', 'requeue'],
    tests: [2],
  },
  {
    name: 'requeue',
    aliases: ['requeued', 'scontrol-requeue'],
    title: 'an administrator requeues the job',
    moments: ['running', 'checkpoint', 'restore', 'end'],
    tests: [2, 7],
  },
  {
    name: 'cancel',
    aliases: ['scancel'],
    title: 'the job is cancelled (scancel), and its owner resumes the run later',
    moments: ['running', 'checkpoint', 'restore'],
    tests: [2],
  },
] as const satisfies readonly FaultKind[];

export type FaultName = (typeof FAULTS)[number]['name'];
export const faultNames: readonly FaultName[] = FAULTS.map(({ name }) => name);

/** A fault by its name. */
export const faultOf = (name: FaultName): FaultKind & { readonly name: FaultName } =>
  FAULTS.find((one) => one.name === name) ?? FAULTS[0];
