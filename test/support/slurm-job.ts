/** The fields of `scontrol show job -o`. */
export interface JobFields {
  readonly JobId: string;
  readonly JobState: string;
  readonly Reason: string;
  /** `status:signal` */
  readonly ExitCode: string;
  readonly Restarts: string;
  readonly [name: string]: string;
}

const ENDED = /^(BOOT_FAIL|CANCELLED|COMPLETED|DEADLINE|FAILED|NODE_FAIL|OUT_OF_MEMORY|PREEMPTED|TIMEOUT)$/;

/** In a final state: its processes are gone, and no requeue is pending. */
export function hasJobEnded(job: JobFields): boolean {
  return ENDED.test(job.JobState);
}

/** One line of `scontrol show job -o`. A value may hold blanks, but not " Word=" (Slurm does not quote). */
export function parseJob(line: string): JobFields {
  const fields: { -readonly [K in keyof JobFields]: string } = {
    JobId: '',
    JobState: '',
    Reason: '',
    ExitCode: '',
    Restarts: '',
  };
  for (const part of line.trim().split(/ (?=[A-Z][A-Za-z/:]*=)/)) {
    const at = part.indexOf('=');
    if (at > 0) fields[part.slice(0, at)] ||= part.slice(at + 1);
  }
  return fields;
}
