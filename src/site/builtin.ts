import generic from '../../sites/generic.json' with { type: 'json' };
import perlmutter from '../../sites/perlmutter.json' with { type: 'json' };
import type { FileSystem, SiteProfile } from '../model/site.ts';
import { profileOf } from './profile.ts';

const genericProfile = profileOf(generic);

/** The profiles that come with crc, by name; a test validates each against the schema. */
export const builtin: ReadonlyMap<string, SiteProfile> = new Map([
  ['generic', genericProfile],
  ['perlmutter', withGenericFileSystems(profileOf(perlmutter))],
]);

/** The profile of a flow that names no site. */
export const defaultProfile: SiteProfile = genericProfile;

/** Does the site's own profile say this, rather than the generic one? */
export const isOwn = (one: FileSystem) => !genericProfile.fileSystems.includes(one);

/** Adds the generic file systems to a profile; its own take precedence. */
export function withGenericFileSystems(profile: SiteProfile): SiteProfile {
  return { ...profile, fileSystems: [...profile.fileSystems, ...genericProfile.fileSystems] };
}
