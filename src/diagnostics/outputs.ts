import { defineDiagnostics, error } from './define.ts';
import { quote } from './words.ts';

/** CRF500 to CRF519: what the files that crc writes cannot carry, and how much they can. */
export const outputs = defineDiagnostics(500, 519, {
  notCarried: error<{ value: string; why: string }>()('CRF500', 'A value that no output can carry', {
    title: ({ value, why }) => `${quote(value)} cannot be written into what crc makes of this: ${why}`,
    help: () => ['put it into a file of its own beside the flow, and name that here'],
  }),
  textsTooLong: error<{ name: string; limit: number }>()('CRF501', 'Texts that multiply by their names', {
    title: ({ name, limit }) =>
      `with ${quote(name)} names put more than ${limit} characters into the texts of this program`,
    notes: () => ['texts that are made of texts multiply, and all of it would stand in the job'],
    help: () => ['keep long texts in files of their own'],
  }),
});
