import { defineDiagnostics, error } from './define.ts';
import { quote } from './words.ts';

/** CRF500 to CRF519: what the files that crc writes cannot contain, and how much they can. */
export const outputs = defineDiagnostics(500, 519, {
  cannotContain: error<{ value: string; why: string }>()('CRF500', 'A value that no output can contain', {
    title: ({ value, why }) => `crc cannot write ${quote(value)} to its output: ${why}`,
    help: () => ['put it into a separate file beside the flow, and name that file here'],
  }),
  textsTooLong: error<{ name: string; limit: number }>()(
    'CRF501',
    'Texts that multiply through their names',
    {
      title: ({ name, limit }) =>
        `with ${quote(name)}, {{…}} inserts more than ${limit} characters into the texts of this program`,
      notes: () => ['texts that contain other texts multiply, and the job would contain all of it'],
      help: () => ['keep long texts in separate files'],
    },
  ),
});
