import { defineDiagnostics, warning } from './define.ts';
import { quote } from './words.ts';

const FORM = '// crc: allow CRF311 because …';

/** CRF590 to CRF599: comments that allow what crc warns about (src/syntax/allow.ts). */
export const allow = defineDiagnostics(590, 599, {
  notUnderstood: warning()('CRF590', 'A comment for crc that it does not understand', {
    title: () => 'crc does not understand this comment',
    notes: () => ['comments that start with `crc:` are for crc'],
    help: () => [`to allow a warning on the next line or on this one, write \`${FORM}\``],
  }),
  noSuchCode: warning<{ code: string; shell: boolean }>()('CRF591', 'An unknown code after `allow`', {
    title: ({ code }) => `${quote(code)} is not the code of a warning about a flow`,
    help: ({ shell }) =>
      shell
        ? ['for what ShellCheck says, write on the line before, in `run`: # shellcheck disable=SC2086']
        : ['copy the code from the warning, as in `warning[CRF311]`'],
  }),
  isError: warning<{ code: string }>()('CRF592', 'An error after `allow`', {
    title: ({ code }) => `${code} is an error, and only warnings can be allowed`,
    help: () => ['correct the mistake, and remove this comment'],
  }),
  noReason: warning<{ code: string }>()('CRF593', 'A warning that is allowed without a reason', {
    title: ({ code }) => `${code} is not allowed, because this comment gives no reason`,
    help: ({ code }) => [`say why, for those who read it later: \`// crc: allow ${code} because …\``],
  }),
  unused: warning<{ code: string }>()('CRF594', 'An `allow` that allows nothing', {
    title: ({ code }) => `there is no warning ${code} here`,
    notes: () => ['a comment alone on a line is about the next line, another one about its own'],
    help: () => ['remove this comment'],
  }),
});
