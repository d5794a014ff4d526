import { error } from './define.ts';
import { capitalized, listing, quote } from './words.ts';

type Codes = readonly [string, string, string, string, string];

/** What can be wrong with a JSON file of a user's: `what` names such a file, as in "a site profile". */
export const jsonMistakes = (what: string, codes: Codes) => ({
  notJson: error<{ what: string }>()(codes[0], `${capitalized(what)} that is not JSON`, {
    title: ({ what: why }) => `this is not JSON: ${why}`,
  }),
  unknownKey: error<{ key: string; nearest: string | undefined; known: readonly string[] }>()(
    codes[1],
    `A key that ${what} does not have`,
    {
      title: ({ key }) => `${what} has no key ${quote(key)} here`,
      help: ({ nearest, known }) => [
        nearest === undefined ? `it takes ${listing(known.map(quote))}` : `did you mean \`${nearest}\`?`,
      ],
    },
  ),
  missingKey: error<{ key: string; example: string }>()(codes[2], `A key that ${what} must have`, {
    title: ({ key }) => `${quote(key)} is missing here`,
    help: ({ example }) => [`add ${example}`],
  }),
  wrongValue: error<{ key: string; found: string; expected: string }>()(
    codes[3],
    `A value that ${what} cannot have`,
    {
      title: ({ key, found, expected }) => `${quote(key)} must be ${expected}, not ${found}`,
    },
  ),
  twice: error<{ what: string; name: string }>()(codes[4], `A duplicate in ${what}`, {
    title: ({ what: item, name }) => `the ${item} ${quote(name)} appears twice`,
    help: () => ['keep one of them'],
  }),
});

export type JsonMistakes = ReturnType<typeof jsonMistakes>;
