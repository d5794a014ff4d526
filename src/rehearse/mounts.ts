import type { Container, Mount } from '../model/container.ts';
import { asWritten, type HostPath } from '../model/path.ts';

/** Does a path lead to a place that is not in the folder of submission? A variable does not: a rehearsal gives each variable its own folder. */
export const leadsOut = (path: HostPath): boolean =>
  path[0]?.kind === 'text' && /^\/|(^|\/)\.\.(\/|$)/.test(asWritten(path));

/** Is the path in the container one that a mount shows? The mount that shows it, and what follows in its folder. */
export function shownBy(
  path: HostPath,
  mounts: readonly Mount[],
): { readonly mount: Mount; readonly rest: string } | undefined {
  const written = asWritten(path);
  const fitting = mounts.filter(({ to }) => written === to || written.startsWith(`${to}/`));
  const [mount] = [...fitting].sort((a, b) => b.to.length - a.to.length);
  return mount === undefined ? undefined : { mount, rest: written.slice(mount.to.length) };
}

/** The folder of the rehearsal that takes the place of a folder of this host. */
const ownFolder = (at: number): HostPath => [{ kind: 'text', text: `mounted/${at + 1}` }];

/**
 * The mounts of a container in a rehearsal: it must not change what real runs may use, and what is not on this machine cannot be mounted.
 * @param real the program is the flow's own
 * @param canRead whether the runtime can mount something that is only read
 * @param has whether there is something at an absolute path of this machine
 */
export function adaptMounts(
  { mounts }: Pick<Container, 'mounts'>,
  { real, canRead, has }: { real: boolean; canRead: boolean; has: (path: string) => boolean },
): { readonly mounts: readonly Mount[]; readonly changes: readonly string[] } {
  const changes: string[] = [];
  const adapted = mounts.map((mount, at): Mount => {
    const from = asWritten(mount.from);
    if (!leadsOut(mount.from)) return mount;
    if (!has(from)) {
      changes.push(`an empty folder of the rehearsal is at ${mount.to}, because this machine has no ${from}`);
      return { ...mount, from: ownFolder(at) };
    }
    if (mount.readonly) return mount;
    if (real && canRead) {
      changes.push(`${from} can only be read at ${mount.to}, because real runs may use it`);
      return { ...mount, readonly: true };
    }
    changes.push(
      `an empty folder of the rehearsal is at ${mount.to} instead of ${from}, which real runs may use`,
    );
    return { ...mount, from: ownFolder(at) };
  });
  return { mounts: adapted, changes };
}
