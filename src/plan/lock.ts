import type { ImageName } from '../model/container.ts';
import { asWritten } from '../model/path.ts';
import type { Plan } from '../model/plan.ts';

/** Digests of images, by their full names: found by `crc compile --lock`, and kept in the manifest. */
export type Locks = ReadonlyMap<string, string>;

/** An image of a plan that can be pinned, under the name of its lock; or why it cannot. */
export type Lockable =
  | { readonly name: string; readonly why: null; readonly image: ImageName }
  | { readonly name: string; readonly why: string };

/**
 * The images of a plan whose names may mean another image later: the one that it runs in or, if crc writes its recipe, the one
 * that the recipe extends. `noDigest`: why the runtime takes no digest; null if it does.
 */
export function lockable({ container, image }: Plan, noDigest: string | null): readonly Lockable[] {
  if (image !== undefined) {
    if (image.from.kind === 'file') return [{ name: asWritten(image.from.path), why: ofFile }];
    return image.from.digest === null ? [of(image.from, null)] : [];
  }
  const own = container?.image;
  if (own === undefined) return [];
  if (own.kind === 'file') return [{ name: asWritten(own.path), why: ofFile }];
  return own.digest === null ? [of(own, noDigest)] : [];
}

function of(image: ImageName, noDigest: string | null): Lockable {
  const name = lockName(image);
  const why = image.registry === 'localhost' ? 'it is not in a registry, so it has no digest' : noDigest;
  return why === null ? { name, why, image } : { name, why };
}

/** All runtimes that take files identify them by `fingerprint` (targets/runtimes/files). */
const ofFile =
  'it is a file; the run records which one it began in, and stops (status 70) if it finds another';

/** The plan with its images pinned, if there is a lock for them. */
export function locked(plan: Plan, locks: Locks, digests: boolean): Plan {
  const pin = (image: ImageName): ImageName => {
    const digest = image.digest ?? locks.get(lockName(image)) ?? null;
    return { ...image, digest };
  };
  if (plan.image !== undefined) {
    const { from } = plan.image;
    return from.kind === 'file' ? plan : { ...plan, image: { ...plan.image, from: pin(from) } };
  }
  const own = plan.container?.image;
  if (plan.container === undefined || own?.kind !== 'name' || !digests) return plan;
  return { ...plan, container: { ...plan.container, image: pin(own) } };
}

/** The name of a lock: the full name of the image, without a digest. */
export const lockName = ({ registry, repository, tag }: ImageName) => `${registry}/${repository}:${tag}`;
