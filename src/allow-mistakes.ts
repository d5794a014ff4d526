import { allow } from './diagnostics/allow.ts';
import { catalogue } from './diagnostics/catalogue.ts';
import { diagnose } from './diagnostics/define.ts';
import type { Diagnostic } from './model/diagnostic.ts';
import type { Source } from './model/span.ts';
import type { Allowed } from './syntax/allow.ts';

/** What is wrong with a comment that allows a warning; undefined if nothing is. `isUnused`: crc knows that there is no such warning. */
export function mistakeIn(
  { code, span, hasReason }: Allowed,
  { name, text }: Source,
  isUnused: boolean,
): Diagnostic | undefined {
  const place = { file: name, text, at: span };
  if (code === undefined) return diagnose(allow.notUnderstood, undefined, place);
  const kind = catalogue.find((one) => one.code === code);
  if (kind === undefined) return diagnose(allow.noSuchCode, { code, shell: /^CRF93|^SC/.test(code) }, place);
  if (kind.severity === 'error') return diagnose(allow.isError, { code }, place);
  if (!hasReason) return diagnose(allow.noReason, { code }, place);
  return isUnused ? diagnose(allow.unused, { code }, place) : undefined;
}
