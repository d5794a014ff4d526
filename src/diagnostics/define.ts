import type { Diagnostic, Fix, Label } from '../model/diagnostic.ts';
import type { Source, Span } from '../model/span.ts';
import { type Here, hereIn } from './fix.ts';
import { visible } from './words.ts';

/**
 * One kind of finding, as data. `P` is what the code that reports it must supply, so a message cannot be built
 * from less than it prints.
 */
export interface DiagnosticKind<P> {
  /** `CRF` and three digits: 0xx syntax, 1xx names and structure, 2xx values, 3xx times, 4xx sites, limits, containers and `run`, 5xx outputs, images, engines and programs, 6xx files of programs, 9xx tools. */
  readonly code: string;
  readonly severity: Diagnostic['severity'];
  /** What this code is about, for a list of all codes, without values. */
  readonly about: string;
  /** What is wrong, in one line, with the actual values. */
  readonly title: (params: P) => string;
  /** The few words under the carets. */
  readonly label?: (params: P) => string;
  /** Why it matters. */
  readonly notes?: (params: P) => readonly string[];
  /** How to fix it. */
  readonly help?: (params: P) => readonly string[];
  /** Lines of a flow that show the last line of the help, below it. */
  readonly example?: (params: P) => readonly string[];
  /** What a program can change in the source (src/diagnostics/fix.ts), the most likely first. */
  readonly fixes?: (params: P, here: Here) => readonly Fix[];
}

/** A kind whose parameters are fixed by the type argument: `error<{ key: string }>()('CRF123', {…})`. */
type Maker = <P = void>() => (
  code: string,
  about: string,
  texts: Pick<DiagnosticKind<P>, 'title' | 'label' | 'notes' | 'help' | 'example' | 'fixes'>,
) => DiagnosticKind<P>;

const maker =
  (severity: Diagnostic['severity']): Maker =>
  () =>
  (code, about, texts) => ({ code, severity, about, ...texts });

export const error: Maker = maker('error');
export const warning: Maker = maker('warning');

/** Names a family of kinds; its codes must be in `[first, last]`, which a unit test checks across families. */
export function defineDiagnostics<K extends Readonly<Record<string, DiagnosticKind<never>>>>(
  first: number,
  last: number,
  kinds: K,
): K {
  for (const { code } of Object.values(kinds)) {
    const number = Number(/^CRF(\d{3})$/.exec(code)?.[1] ?? Number.NaN);
    if (!(number >= first && number <= last)) throw new Error(`${code} is outside of ${first} to ${last}`);
  }
  return kinds;
}

/** What a finding has besides its parameters. */
export interface Place {
  readonly file?: string;
  /** The text of the file, for fixes. */
  readonly text?: string;
  readonly at?: Span;
  readonly related?: readonly Label[];
}

/** A finding of that kind. Everything in it is safe to show: no character controls a terminal, and only an example has lines. */
export function diagnose<P>(kind: DiagnosticKind<P>, params: P, place: Place = {}): Diagnostic {
  return {
    code: kind.code,
    severity: kind.severity,
    title: visible(kind.title(params)),
    ...(place.file === undefined ? {} : { file: place.file }),
    ...(place.at === undefined ? {} : { at: { span: place.at, text: visible(kind.label?.(params) ?? '') } }),
    related: place.related ?? [],
    notes: (kind.notes?.(params) ?? []).map(visible),
    help: helpOf(kind, params),
    fixes: fixesOf(kind, params, place),
  };
}

function helpOf<P>(kind: DiagnosticKind<P>, params: P): readonly string[] {
  const help = (kind.help?.(params) ?? []).map(visible);
  const example = (kind.example?.(params) ?? []).map((line) => `\n  ${visible(line)}`).join('');
  return help.map((one, i) => (i === help.length - 1 ? one + example : one));
}

function fixesOf<P>(kind: DiagnosticKind<P>, params: P, { file, text, at }: Place): readonly Fix[] {
  if (file === undefined || text === undefined || at === undefined) return [];
  const all = kind.fixes?.(params, hereIn({ name: file, text }, at)) ?? [];
  return all.map((one) => ({ ...one, title: visible(one.title) }));
}

/** Where a stage reports its findings. Every function of src/syntax and src/check gets one. */
export type Report = <P>(kind: DiagnosticKind<P>, at: Span, params: P, related?: readonly Label[]) => void;

/**
 * A report for one source, and what was reported: in the order of the source, each finding once. The same finding
 * directly after itself (`{{{{`) counts as one.
 */
export function collect(source: Source): { report: Report; sorted: () => Diagnostic[] } {
  const found: Diagnostic[] = [];
  const seen = new Set<string>();
  return {
    report: (kind, at, params, related = []) => {
      const diagnostic = diagnose(kind, params, { file: source.name, text: source.text, at, related });
      const what = `${kind.code} ${diagnostic.title}`;
      const again = seen.has(`${at.start} ${at.end} ${what}`) || seen.has(`before ${at.start} ${what}`);
      seen.add(`${at.start} ${at.end} ${what}`).add(`before ${at.end} ${what}`);
      if (again) return;
      found.push(diagnostic);
    },
    sorted: () => sortDiagnostics(found),
  };
}

/** Findings without a place first, then in the order of the source; at the same place in the order of their codes. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const start = (one: Diagnostic) => one.at?.span.start ?? -1;
  const end = (one: Diagnostic) => one.at?.span.end ?? -1;
  return [...diagnostics].sort(
    (a, b) => start(a) - start(b) || end(a) - end(b) || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
}

/** "2 errors, 1 warning"; "no findings" for none. */
export function summary(diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Diagnostic['severity']) => {
    const n = diagnostics.filter((one) => one.severity === severity).length;
    return n === 0 ? [] : [`${n} ${severity}${n === 1 ? '' : 's'}`];
  };
  return [...count('error'), ...count('warning')].join(', ') || 'no findings';
}
