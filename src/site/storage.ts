import type { HostPath } from '../model/flow.ts';
import { asWritten } from '../model/path.ts';
import type { FileSystem, SiteProfile } from '../model/site.ts';

/** The file system that holds a path, if the profile knows it: the one with the longest matching prefix. */
export function fileSystemOf(path: HostPath, { fileSystems }: SiteProfile): FileSystem | undefined {
  const own = asWritten(path);
  const found = fileSystems.flatMap((one) =>
    one.paths
      .map((prefix) => prefix.replace(/\/+$/, ''))
      .filter((prefix) => own === prefix || own.startsWith(`${prefix}/`))
      .map((prefix) => ({ one, length: prefix.length })),
  );
  return found.sort((a, b) => b.length - a.length)[0]?.one;
}

/** Where runs keep their state at that site, if it says so. */
export function siteState({ state }: SiteProfile): HostPath | undefined {
  const [, variable, rest = ''] = /^\$(\w+)(.*)$/s.exec(state ?? '') ?? [];
  if (state === undefined) return undefined;
  if (variable === undefined) return [{ kind: 'text', text: state }];
  const name = { kind: 'variable', name: variable } as const;
  return rest === '' ? [name] : [name, { kind: 'text', text: rest }];
}

/** The file system that a flow's state is on: its own, or the site's choice. */
export function stateOn(path: HostPath | undefined, site: SiteProfile): FileSystem | undefined {
  const state = path ?? siteState(site);
  return state && fileSystemOf(state, site);
}
