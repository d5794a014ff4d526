import { diagnose, type Place } from '../diagnostics/define.ts';
import { sites } from '../diagnostics/sites.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { Site } from '../model/ast.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Module } from '../model/program.ts';
import type { SiteProfile } from '../model/site.ts';
import type { Source } from '../model/span.ts';
import { builtin, defaultProfile } from './builtin.ts';
import { readProfile } from './read.ts';

/** Reads a profile's file: `path` as written, `from` the file that names it, `-` for the command line. */
export type ReadSite = (
  path: string,
  from: string,
) => { readonly source: Source; readonly id: string } | { readonly why: string };

/** The profile that a program is checked against, and its origin. */
export interface ChosenSite {
  readonly profile: SiteProfile;
  /** Its name as given; absent if nothing names a site. */
  readonly named?: string;
  /** The file, unless it is one of crc's own. */
  readonly source?: Source;
  /** Findings about the profile, or about how the flow names it. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * One site for the whole program: the command line's, else that of its files, which must agree.
 * @param asked the value of --site
 */
export function chooseSite(
  modules: readonly Module[],
  asked: string | undefined,
  read: ReadSite,
): ChosenSite {
  if (asked !== undefined) return load(asked, '-', {}, read);
  const written = modules.flatMap(({ source, file }) => file.sites.map((site) => ({ site, source })));
  const [first, ...others] = written.flatMap(({ site, source }) => {
    const name = textOf(site);
    return name === undefined ? [] : [{ name, source, place: { file: source.name, at: site.path.span } }];
  });
  if (first === undefined) return { profile: defaultProfile, diagnostics: [] };
  const chosen = load(first.name, first.source.name, first.place, read);
  const differ = others
    .filter(({ name }) => name !== first.name)
    .map(({ name, place }) => diagnose(sites.twoSites, { first: first.name, second: name }, place));
  return { ...chosen, diagnostics: [...chosen.diagnostics, ...differ] };
}

const textOf = ({ path }: Site) =>
  path.kind === 'missing' ? undefined : path.segments.map(({ text }) => text).join('');

function load(named: string, from: string, place: Place, read: ReadSite): ChosenSite {
  const own = builtin.get(named);
  if (own !== undefined) return { profile: own, named, diagnostics: [] };
  if (!/[/\\]|\.json$/.test(named)) {
    const known = [...builtin.keys()];
    const nearest = suggest(
      named,
      known.map((name) => ({ name })),
    );
    return failed(named, diagnose(sites.unknownSite, { name: named, nearest, known }, place));
  }
  const found = read(named, from);
  if ('why' in found)
    return failed(
      named,
      diagnose(sites.unreadable, { path: named, why: found.why, asked: place.file === undefined }, place),
    );
  const { profile, diagnostics } = readProfile(found.source);
  return { profile: profile ?? defaultProfile, named, source: found.source, diagnostics };
}

/** The rest is checked as if no site were named, so that other mistakes are found as well. */
const failed = (named: string, diagnostic: Diagnostic): ChosenSite => ({
  profile: defaultProfile,
  named,
  diagnostics: [diagnostic],
});
