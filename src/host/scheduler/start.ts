import type { Scheduler, SchedulerSettings } from '../../rehearse/scheduler/scheduler.ts';

/** Starts a scheduler on this machine. Rejects where the machine is not Linux, or its folder cannot be made. */
export async function startScheduler(_settings: SchedulerSettings = {}): Promise<Scheduler> {
  if (process.platform !== 'linux')
    throw new Error(
      `a rehearsal needs Linux, because it finds a job's processes in /proc; this is ${process.platform}`,
    );
  throw new Error('the small scheduler is not built yet');
}
