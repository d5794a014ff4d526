import { defineDiagnostics, error } from './define.ts';
import { jsonMistakes } from './json-mistakes.ts';
import { listing, quote } from './words.ts';

/** CRF401 to CRF419: `site`, and the profile that it names. */
export const sites = defineDiagnostics(401, 419, {
  unknownSite: error<{ name: string; nearest: string | undefined; known: readonly string[] }>()(
    'CRF401',
    'A site without a profile',
    {
      title: ({ name }) => `crc has no profile of the site ${quote(name)}`,
      notes: ({ known }) => [`crc comes with ${listing(known.map(quote))}`],
      help: ({ name, nearest }) => [
        nearest === undefined
          ? `for a file, include its folder: "./${name}.json"; \`crc doctor --write ${name}.json\` on a login node writes one`
          : `did you mean "${nearest}"?`,
      ],
    },
  ),
  unreadable: error<{ path: string; why: string; asked: boolean }>()(
    'CRF402',
    'A site profile that cannot be read',
    {
      title: ({ path, why }) => `cannot read the site profile ${path}: ${why}`,
      help: ({ asked }) => [
        asked
          ? 'the path of --site is relative to the current folder'
          : 'a path in `site "…"` is relative to the file that contains it',
      ],
    },
  ),
  twoSites: error<{ first: string; second: string }>()('CRF403', 'Two sites for one compilation', {
    title: ({ first, second }) => `the site is ${quote(second)} here, but ${quote(first)} elsewhere`,
    help: () => ['keep one of them; --site NAME overrides both'],
  }),
  ...jsonMistakes('a site profile', ['CRF404', 'CRF405', 'CRF406', 'CRF407', 'CRF408']),
});
