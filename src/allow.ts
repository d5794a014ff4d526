import { mistakeIn } from './allow-mistakes.ts';
import { sortDiagnostics } from './diagnostics/define.ts';
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
