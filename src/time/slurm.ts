import type { Seconds } from '../model/flow.ts';

/** Slurm may send the `--signal` warning this much before the lead that was asked for (facts/slurm.md, source). */
export const SIGNAL_EARLY: Seconds = 60;

/** How long a requeued job waits before it may start: `cred_expire` plus a second, with Slurm's default (facts/slurm.md). */
export const REQUEUE_DELAY: Seconds = 121;

/** The largest lead that `--signal=…@lead` takes: Slurm keeps it in 16 bits (source). */
export const LONGEST_LEAD: Seconds = 65_535;

/** The value of `--time=` for a limit: whole minutes, rounded up as Slurm itself does, and never 0 (no limit). */
export function slurmMinutes(limit: Seconds): number {
  return Math.max(1, Math.ceil(limit / 60));
}

/** What one attempt has left for work and checkpoints if the warning comes as early as possible. May be negative. */
export function usableTime(limit: Seconds, lead: Seconds): Seconds {
  return limit - lead - SIGNAL_EARLY;
}
