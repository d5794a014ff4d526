import { defineDiagnostics, error } from './define.ts';
import { listing, quote } from './words.ts';

/** CRF401 to CRF419: `site`, and the profile that it names. */
export const sites = defineDiagnostics(401, 419, {
  unknownSite: error<{ name: string; nearest: string | undefined; known: readonly string[] }>()(
    'CRF401',
    'A site that crc has no profile of',
    {
      title: ({ name }) => `crc has no profile of a site ${quote(name)}`,
      notes: ({ known }) => [`it comes with ${listing(known.map(quote))}`],
      help: ({ name, nearest }) => [
        nearest === undefined
          ? `name a file with its folder: "./${name}.json"; \`crc doctor --write ${name}.json\` on a login node makes one`
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
          : 'a path in `site "…"` is relative to the file that it stands in',
      ],
    },
  ),
  twoSites: error<{ first: string; second: string }>()('CRF403', 'Two sites for one compilation', {
    title: ({ first, second }) => `this is the site ${quote(second)}, and elsewhere it is ${quote(first)}`,
    help: () => ['keep one of them; --site NAME overrides what is written'],
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
      title: ({ key, found, expected }) => `${quote(key)} is ${expected}, not ${found}`,
    },
  ),
  twice: error<{ what: string; name: string }>()('CRF408', 'Something that a site profile says twice', {
    title: ({ what, name }) => `the ${what} ${quote(name)} is here twice`,
    help: () => ['keep one of them'],
  }),
});
