import { defineDiagnostics, error } from './define.ts';
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
  notJson: error<{ what: string }>()('CRF404', 'A site profile that is not JSON', {
    title: ({ what }) => `this is not JSON: ${what}`,
  }),
  unknownKey: error<{ key: string; nearest: string | undefined; known: readonly string[] }>()(
    'CRF405',
    'A key that a site profile does not have',
    {
      title: ({ key }) => `a site profile has no key ${quote(key)} here`,
      help: ({ nearest, known }) => [
        nearest === undefined ? `it takes ${listing(known.map(quote))}` : `did you mean \`${nearest}\`?`,
      ],
    },
  ),
  missingKey: error<{ key: string; example: string }>()('CRF406', 'A key that a site profile must have', {
    title: ({ key }) => `${quote(key)} is missing here`,
    help: ({ example }) => [`add ${example}`],
  }),
  wrongValue: error<{ key: string; found: string; expected: string }>()(
    'CRF407',
    'A value that a site profile cannot have',
    {
      title: ({ key, found, expected }) => `${quote(key)} must be ${expected}, not ${found}`,
    },
  ),
  twice: error<{ what: string; name: string }>()('CRF408', 'A duplicate in a site profile', {
    title: ({ what, name }) => `the ${what} ${quote(name)} appears twice`,
    help: () => ['keep one of them'],
  }),
});
