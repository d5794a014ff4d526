import type { ImageName } from '../model/container.ts';
import type { Plan } from '../model/plan.ts';

/** Digests of images, by their names in full: what `crc compile --lock` found, and the manifest keeps. */
export type Locks = ReadonlyMap<string, string>;

/** An image of a plan that a digest can pin, or why none can. */
export interface Lockable {
  readonly image: ImageName;
  readonly why: string | null;
}

/**
 * The images of a plan whose names can come to mean another: the one that it runs in, or where crc writes its recipe, the one
 * that this extends. `digests`: can the runtime be given a digest?
 */
export function lockable({ container, image }: Plan, digests: boolean, label: string): readonly Lockable[] {
  if (image !== undefined) return image.from.digest === null ? [of(image.from, true, label)] : [];
  const own = container?.image;
  if (own === undefined || own.kind === 'file' || own.digest !== null) return [];
  return [of(own, digests, label)];
}

function of(image: ImageName, digests: boolean, label: string): Lockable {
  const why =
    image.registry === 'localhost'
      ? 'it is in no registry, which gives digests'
      : digests
        ? null
        : `${label} takes no digest, and keeps what it found at submission over all requeues`;
  return { image, why };
}

/** The plan with its images pinned, as far as there is a lock for them. */
export function locked(plan: Plan, locks: Locks, digests: boolean): Plan {
  const pin = (image: ImageName): ImageName => {
    const digest = image.digest ?? locks.get(lockName(image)) ?? null;
    return { ...image, digest };
  };
  if (plan.image !== undefined) return { ...plan, image: { ...plan.image, from: pin(plan.image.from) } };
  const own = plan.container?.image;
  if (plan.container === undefined || own?.kind !== 'name' || !digests) return plan;
  return { ...plan, container: { ...plan.container, image: pin(own) } };
}

/** What a lock is kept under: the name in full, without a digest. */
export const lockName = ({ registry, repository, tag }: ImageName) => `${registry}/${repository}:${tag}`;
