import type { SiteProfile } from '../model/site.ts';

/**
 * Does a job there get whole nodes, with all their memory? The QOS says so, else the partitions, of which all that the job may start in have
 * to, else the cluster. False where nothing is known.
 */
export function allocatesWholeNodes(
  site: SiteProfile,
  qos: string | undefined,
  partition: string | undefined,
): boolean {
  const ofQos = site.qos.find((one) => (qos === undefined ? one.default === true : one.name === qos));
  if (ofQos?.wholeNodes !== undefined) return ofQos.wholeNodes;
  const names = partition?.split(',');
  const partitions = names
    ? names.map((name) => site.partitions.find((one) => one.name === name))
    : site.partitions.filter((one) => one.default === true);
  const said = partitions.map((one) => one?.wholeNodes);
  if (said.includes(false)) return false;
  if (said.length > 0 && said.every((one) => one === true)) return true;
  return site.slurm.wholeNodes === true;
}
