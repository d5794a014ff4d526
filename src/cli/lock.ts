import { join } from 'node:path';
import type { Flow } from '../compile.ts';
import { diagnose } from '../diagnostics/define.ts';
import { manifestSuffix } from '../emit/manifest.ts';
import type { Locks } from '../plan/lock.ts';
import { findings } from './findings.ts';
import { manifestAt } from './owner.ts';
import type { Reporter } from './report.ts';

/** How long a registry may take to answer, in milliseconds. */
const LIMIT = 20_000;

/** The locks that a workflow's manifest in that folder keeps, read once; none if there is no such manifest. */
export function locksIn(folder: string): (workflow: string) => Locks {
  const known = new Map<string, Locks>();
  return (workflow) => {
    const before = known.get(workflow);
    if (before !== undefined) return before;
    const manifest = manifestAt(join(folder, `${workflow}${manifestSuffix}`));
    const locks: Locks = new Map(
      manifest === undefined || 'why' in manifest ? [] : Object.entries(manifest.images ?? {}),
    );
    known.set(workflow, locks);
    return locks;
  };
}

/** Asks the registries for the digests of these flows' images, each once. An image without one is reported. */
export async function lockImages(
  flows: readonly Flow[],
  reporter: Reporter,
  env: NodeJS.ProcessEnv,
): Promise<Locks> {
  const { digestOf } = await import('../host/registry.ts');
  const asked = new Map(flows.flatMap(({ lockable }) => lockable.map((one) => [one.name, one] as const)));
  const locks = new Map<string, string>();
  for (const [name, one] of asked) {
    if (one.why !== null) {
      reporter.report([diagnose(findings.notLockable, { name, why: one.why })]);
      continue;
    }
    const found = await digestOf(one.image, { limit: LIMIT, env });
    if ('why' in found) reporter.report([diagnose(findings.notLocked, { name, why: found.why })]);
    else {
      locks.set(name, found.digest);
      reporter.say(`${name} is ${found.digest}`);
    }
  }
  return locks;
}

/** Warns about images that were pinned under another name and are no longer pinned. */
export function reportLost(flow: Flow, locks: Locks, reporter: Pick<Reporter, 'report'>): void {
  const names = flow.lockable.map(({ name }) => name);
  const lost = [...locks.keys()].filter((name) => !names.includes(name));
  for (const { name, why } of flow.lockable)
    if (why === null && lost.length > 0 && !locks.has(name))
      reporter.report([diagnose(findings.lockLost, { name, before: lost }, { file: flow.source.name })]);
}
