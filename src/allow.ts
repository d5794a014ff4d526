import { allow } from './diagnostics/allow.ts';
import { catalogue } from './diagnostics/catalogue.ts';
import { diagnose, sortDiagnostics } from './diagnostics/define.ts';
import type { Diagnostic } from './model/diagnostic.ts';
import type { Source } from './model/span.ts';
import { type Allowed, allowedIn } from './syntax/allow.ts';

/**
 * Leaves out the warnings that comments of their files allow, with a reason; and reports comments that allow nothing. A file that
 * was included can be included by other flows, in which a comment has a use.
 * @param isWhole nothing kept crc from finding all warnings
 */
export function withoutAllowed(
  diagnostics: readonly Diagnostic[],
  files: readonly Source[],
  isWhole: boolean,
): readonly Diagnostic[] {
  const all = files.map((source, i) => ({ source, isRoot: i === 0, allowed: allowedIn(source.text) }));
  if (all.every(({ allowed }) => allowed.length === 0)) return diagnostics;
  const used = new Set<Allowed>();
  const left = diagnostics.filter((one) => {
    const { allowed = [] } = all.find(({ source }) => source.name === one.file) ?? {};
    const by = allowed.filter((each) => allows(each, one));
    for (const each of by) used.add(each);
    return by.length === 0;
  });
  const said = all.flatMap(({ source, isRoot, allowed }) =>
    allowed.flatMap((one) => (used.has(one) ? [] : (mistakeIn(one, source, isWhole && isRoot) ?? []))),
  );
  if (said.length === 0) return left;
  const names = [...new Set([...left, ...said].map(({ file }) => file))];
  return names.flatMap((name) => sortDiagnostics([...left, ...said].filter(({ file }) => file === name)));
}

const allows = ({ code, hasReason, range }: Allowed, { severity, code: own, at }: Diagnostic) =>
  severity === 'warning' &&
  hasReason &&
  code === own &&
  at !== undefined &&
  at.span.start >= range.start &&
  at.span.start < range.end;

function mistakeIn(
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
