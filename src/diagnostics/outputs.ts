import { defineDiagnostics, error } from './define.ts';
import { quote } from './words.ts';

/** CRF500 to CRF519: what the files that crc writes cannot carry, and how much they can. */
export const outputs = defineDiagnostics(500, 519, {
  notCarried: error<{ value: string; why: string }>()('CRF500', 'A value that no output can carry', {
    title: ({ value, why }) => `${quote(value)} cannot be written into what crc makes of this: ${why}`,
    help: () => ['put it into a file of its own beside the flow, and name that here'],
  }),
});
