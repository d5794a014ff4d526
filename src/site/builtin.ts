import generic from '../../sites/generic.json' with { type: 'json' };
import perlmutter from '../../sites/perlmutter.json' with { type: 'json' };
import type { FileSystem, SiteProfile } from '../model/site.ts';
import { profileOf } from './profile.ts';

const everywhere = profileOf(generic);

/** The profiles that come with crc, by name; a test holds each against the schema. */
export const builtin: ReadonlyMap<string, SiteProfile> = new Map([
  ['generic', everywhere],
  ['perlmutter', withEverywhere(profileOf(perlmutter))],
]);

/** What is taken where a flow names no site. */
export const nowhere: SiteProfile = everywhere;

/** Is it the site's own knowledge, and not what holds nearly everywhere? */
export const isOwn = (one: FileSystem) => !everywhere.fileSystems.includes(one);

/** What holds on every cluster stays true on one that is known better: its own file systems go before. */
export function withEverywhere(profile: SiteProfile): SiteProfile {
  return { ...profile, fileSystems: [...profile.fileSystems, ...everywhere.fileSystems] };
}
