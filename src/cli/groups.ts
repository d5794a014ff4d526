import { relative, resolve } from 'node:path';
import { type Asked, type Found, pathOf } from './asked.ts';
import type { Choices } from './job.ts';

/** A source that is compiled with these settings into that folder, and the manifests that say so. */
export interface Group {
  readonly source: string;
  readonly folder: string;
  readonly choices: Choices;
  readonly manifests: readonly Found[];
}

/** What has to be compiled: each source once for each combination of folder and settings. */
export function groupsOf({ found, fresh }: Asked, { set, site, ...others }: Choices): readonly Group[] {
  const groups = new Map<string, Group>();
  // The outputs that would be written with the current settings.
  for (const one of found) {
    const settings = set.size > 0 ? set : new Map(Object.entries(one.manifest.set ?? {}));
    const choices = { ...others, set: settings, ...siteOf(site ?? givenSite(one)) };
    const key = JSON.stringify([pathOf(one.source), resolve(one.folder), [...settings].sort(), choices.site]);
    const before = groups.get(key)?.manifests ?? [];
    groups.set(key, { source: one.source, folder: one.folder, choices, manifests: [...before, one] });
  }
  return [
    ...groups.values(),
    ...fresh.map(({ file, folder }) => ({
      ...{ source: file, folder, manifests: [] },
      choices: { ...others, set, ...siteOf(site) },
    })),
  ];
}

const siteOf = (site: string | undefined) => (site === undefined ? {} : { site });

/** The --site that it was compiled with, relative to the current folder. */
function givenSite({ manifest: { site }, folder }: Found): string | undefined {
  if (site === undefined || !site.given) return undefined;
  if (site.sha256 === undefined) return site.name;
  const path = relative('.', resolve(folder, site.name));
  return path.includes('/') ? path : `./${path}`;
}
