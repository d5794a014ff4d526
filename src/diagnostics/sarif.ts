import type { ArtifactLocation, Location, Log, Region, Result, Fix as SarifFix } from 'sarif';
import type { Diagnostic, Label } from '../model/diagnostic.ts';
import type { Source, Span } from '../model/span.ts';
import { type Lines, lineAt, lineSpan, linesOf, positionAt } from './position.ts';

/** A finding, and the source that its places are in. */
export interface Reported {
  readonly one: Diagnostic;
  readonly source: Source;
}

/**
 * Findings as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0), for code scanning. Fingerprints depend on the
 * text of a line, not on its number.
 * @param about what a code is about, in general
 * @param hash of a text, the same in each version
 */
export function sarif(
  found: readonly Reported[],
  version: string,
  about: (code: string) => string,
  hash: (text: string) => string,
): Log {
  const codes = [...new Set(found.map(({ one }) => one.code))].sort();
  const severityOf = (code: string) => found.find(({ one }) => one.code === code)?.one.severity ?? 'error';
  const rules = codes.map((code) => ({
    id: code,
    shortDescription: { text: about(code) },
    fullDescription: { text: about(code) },
    help: {
      text: `crc explain ${code}, or docs/diagnostics.md#${code.toLowerCase()} in crflow's sources`,
      markdown: `\`crc explain ${code}\`, or \`docs/diagnostics.md#${code.toLowerCase()}\` in crflow's sources`,
    },
    defaultConfiguration: { level: severityOf(code) },
  }));
  const results = resultsOf(found, codes, hash);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'crc', semanticVersion: version, version, rules } },
        columnKind: 'unicodeCodePoints',
        originalUriBaseIds: {
          '%SRCROOT%': { description: { text: 'The folder in which crc was started.' } },
        },
        results,
      },
    ],
  };
}

function resultsOf(
  found: readonly Reported[],
  codes: readonly string[],
  hash: (text: string) => string,
): Result[] {
  const linesIn = remembered();
  const seen = new Map<string, number>();
  return found.map(({ one, source }) => {
    const lines = linesIn(source);
    const what = JSON.stringify([one.code, one.file ?? '', lineOf(one, lines)]);
    // The same finding on lines with the same text: they are counted.
    const count = seen.get(what) ?? 0;
    seen.set(what, count + 1);
    const related = one.related.map((label) => relatedTo(label, source, linesIn));
    return {
      ruleId: one.code,
      ruleIndex: codes.indexOf(one.code),
      level: one.severity,
      message: { text: [one.title, ...one.notes, ...one.help.map((help) => `help: ${help}`)].join('\n') },
      locations: one.file === undefined ? [] : [locationOf(one.file, one.at?.span, lines)],
      ...(related.length > 0 ? { relatedLocations: related } : {}),
      partialFingerprints: { 'crcFinding/v1': `${hash(what).slice(0, 32)}:${count}` },
      ...(one.fixes.length > 0 && one.file !== undefined ? { fixes: fixesOf(one, one.file, lines) } : {}),
    };
  });
}

function fixesOf({ fixes }: Diagnostic, file: string, lines: Lines): SarifFix[] {
  return fixes.map(({ title, edits }) => ({
    description: { text: title },
    artifactChanges: [
      {
        artifactLocation: artifact(file),
        replacements: edits.map(({ span, text }) => ({
          deletedRegion: regionOf(span, lines),
          insertedContent: { text },
        })),
      },
    ],
  }));
}

function relatedTo(
  { span, text, source: other }: Label,
  own: Source,
  linesIn: (source: Source) => Lines,
): Location {
  const source = other ?? own;
  return { ...locationOf(source.name, span, linesIn(source)), message: { text: text || 'see also' } };
}

const locationOf = (file: string, span: Span | undefined, lines: Lines): Location => ({
  physicalLocation: {
    artifactLocation: artifact(file),
    ...(span === undefined ? {} : { region: regionOf(span, lines) }),
  },
});

function artifact(file: string): ArtifactLocation {
  const path = (file === '-' ? 'standard input' : file).replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
  const uri = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId: '%SRCROOT%' };
}

function regionOf({ start, end }: Span, lines: Lines): Region {
  const [from, to] = [positionAt(lines, start), positionAt(lines, end)];
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

/** The text of a finding's line, which stays the same when lines are added above it. */
function lineOf({ at }: Diagnostic, lines: Lines): string {
  if (at === undefined) return '';
  const { start, end } = lineSpan(lines, lineAt(lines, at.span.start));
  return lines.text.slice(start, end).trim();
}

function remembered(): (source: Source) => Lines {
  const known = new Map<Source, Lines>();
  return (source) => {
    const lines = known.get(source) ?? linesOf(source.text);
    known.set(source, lines);
    return lines;
  };
}
