import type { JournalEntry } from './evidence.ts';
import type { SchedulerEvent } from './scheduler/scheduler.ts';

/** What a line of the journal says, in a few words for people; undefined for what nobody has to watch. */
export function saidBy(entry: JournalEntry): string | undefined {
  const { event, generation, why, reason, status, seconds, job, node } = entry;
  switch (event) {
    case 'started':
      return `starts on ${node}, with ${entry['spent']} s used before`;
    case 'launched':
      return 'starts the program from its beginning';
    case 'sealed':
      return `saved: checkpoint ${generation}, in ${seconds} s`;
    case 'restored':
      return `restored from checkpoint ${generation}`;
    case 'restore_failed':
      return `checkpoint ${generation} could not be restored`;
    case 'passed_over':
      return `checkpoint ${generation} is not intact: passed over`;
    case 'checkpoint_failed':
      return `the checkpoint failed: ${why}`;
    case 'checkpoint_skipped':
      return 'the checkpoint was skipped, because there is no space for it';
    case 'asked':
      return `is asked to finish: ${REASONS[String(reason)] ?? reason}`;
    case 'requeued':
      return 'requeued itself';
    case 'resubmitted':
      return `job ${job} continues the run`;
    case 'doubted':
      return `the program ended with ${status}, which DMTCP may have caused: it is restored`;
    case 'believed':
      return `the program ended with ${status} again: that is its own status`;
    case 'hangs':
      return 'the program hangs';
    case 'left':
      return `ends with ${status}: ${why}`;
    default:
      return undefined;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  limit: 'the time limit is near',
  preemption: 'the job is preempted',
  request: 'its owner asked',
  cancelled: 'the job was cancelled',
  requeued: 'Slurm has requeued the job',
  unclear: 'Slurm does not say why',
  budget: 'the total is used up',
  superseded: 'a newer attempt has taken over',
};

/** What an event of the scheduler says; undefined for what the journal says as well. */
export function heardOf(event: SchedulerEvent): string | undefined {
  switch (event.kind) {
    case 'signalled':
      return event.cause === 'scancel --signal' || event.cause === 'job ended'
        ? undefined
        : `Slurm sends ${event.signal} to ${event.to === 'batch shell' ? 'the batch shell' : event.to === 'steps' ? 'the steps of the job' : 'all processes of the job'} (${event.cause})`;
    case 'preempted':
      return 'Slurm preempts the job';
    case 'node failed':
      return `node ${event.node} fails`;
    case 'requeued':
      return event.by === 'itself' ? undefined : `Slurm puts the job back into the queue (${event.by})`;
    case 'refused':
      return `Slurm refuses ${event.command}`;
    case 'unanswered':
      return `Slurm does not answer ${event.command}`;
    default:
      return undefined;
  }
}
