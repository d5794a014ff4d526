import type { WrittenProfile } from './learn.ts';

/** From this release on a job that ends in the grace of a preemption is PREEMPTED, whatever its status (measured: 24.11.5, 26.05.5; not 22.05). */
const HIDES_STATUS = 24 * 100 + 11;

/** What no job can work around, and users of the cluster have to know: a sentence or two each. */
export function remarksOn(profile: WrittenProfile): readonly string[] {
  const slurm = (profile['slurm'] ?? {}) as Readonly<Record<string, string | undefined>>;
  const [, year, month] = /^(\d+)\.(\d+)/.exec(slurm['version'] ?? '') ?? [];
  const preempts = !/\/none$/.test(slurm['preemptType'] ?? '/none');
  if (!preempts || Number(year) * 100 + Number(month) < HIDES_STATUS) return [];
  const partitions = profile['partitions'] as
    | readonly { readonly name: string; readonly preemptMode?: string }[]
    | undefined;
  const cancelling = (partitions ?? []).filter(({ preemptMode }) => preemptMode === 'cancel');
  // Without partitions, and if a QOS decides, only the cluster's own mode is known.
  const everywhere =
    /\bCANCEL\b/i.test(slurm['preemptMode'] ?? '') &&
    (partitions === undefined || slurm['preemptType'] === 'preempt/qos');
  if (cancelling.length === 0 && !everywhere) return [];
  const where = cancelling.length === 0 ? '' : ` in ${cancelling.map(({ name }) => name).join(', ')}`;
  return [
    `preemption cancels jobs${where} (PreemptMode=CANCEL), and Slurm ${year}.${month} records a job that ends in its grace period as PREEMPTED, with status 0:0, even if the run is done. \`--dependency=afterok\` then never starts: use afterany, and let the next job check \`bash NAME.sbatch status RUN\``,
  ];
}
