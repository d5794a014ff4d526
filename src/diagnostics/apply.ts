import type { Diagnostic, Edit, Fix } from '../model/diagnostic.ts';

/** A fix that was applied, and the finding that it was for. */
export interface Applied {
  readonly file: string;
  readonly code: string;
  readonly title: string;
  /** 1-based line of the finding, in the text before the fix. */
  readonly line: number;
}

/** Texts by the names that findings give them. */
type Texts = ReadonlyMap<string, string>;
type Find = (texts: Texts) => readonly Diagnostic[];

/** The text with the edits made; none of them overlap. Lines that they add end as those of the text do. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const lineEnd = /\r\n/.test(text) ? '\r\n' : '\n';
  const parts: string[] = [];
  let from = 0;
  for (const { span, text: written } of inOrder(edits)) {
    parts.push(text.slice(from, span.start), written.replaceAll(/\r?\n/g, lineEnd));
    from = span.end;
  }
  return parts.join('') + text.slice(from);
}

const inOrder = (edits: readonly Edit[]) =>
  [...edits].sort((a, b) => a.span.start - b.span.start || a.span.end - b.span.end);

/** Fixes mend what other fixes have uncovered, each time a new round; more of them are a fix that never ends. */
const MOST_ROUNDS = 20;
/** If not all fixes go together, so many are tried one by one. */
const MOST_SINGLE = 200;

/**
 * Applies the certain fixes of what `find` reports in the texts. Edits that overlap wait for the next round. The result has no
 * error that the texts did not have before: a fix that would cause one is left out. Pure, if `find` is.
 */
export function applyFixes(texts: Texts, find: Find): { texts: Texts; applied: readonly Applied[] } {
  const start: State = { texts, applied: [], found: find(texts) };
  const all = inRounds(start, find);
  if (isNoWorse(start, all)) return all;
  let now = start;
  let skipped = 0;
  for (let tries = 0; tries < MOST_SINGLE; tries++) {
    const next = certainIn(now)[skipped];
    if (next === undefined) break;
    const after = inRounds(step(now, [next], find), find, 0);
    if (isNoWorse(now, after)) now = after;
    else skipped += 1;
  }
  return now;
}

interface State {
  readonly texts: Texts;
  readonly applied: readonly Applied[];
  readonly found: readonly Diagnostic[];
}

function inRounds(start: State, find: Find, most = MOST_ROUNDS): State {
  let now = start;
  for (let round = 0; round < most; round++) {
    const chosen = withoutOverlaps(certainIn(now));
    if (chosen.length === 0) break;
    now = step(now, chosen, find);
  }
  return now;
}

interface Chosen {
  readonly file: string;
  readonly one: Diagnostic;
  readonly fix: Fix;
}

/** The certain fixes of the texts, each once: a file that others include is read several times. */
function certainIn({ texts, found }: State): readonly Chosen[] {
  const seen = new Set<string>();
  return found.flatMap((one) => {
    const fix = one.fixes.find(({ certain }) => certain);
    const { file } = one;
    if (fix === undefined || file === undefined || !texts.has(file)) return [];
    const key = JSON.stringify([file, fix.edits]);
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ file, one, fix }];
  });
}

/** Also what only touches waits: two insertions in one place have no order. */
function withoutOverlaps(all: readonly Chosen[]): readonly Chosen[] {
  const taken = new Map<string, Edit[]>();
  return all.filter(({ file, fix }) => {
    const before = taken.get(file) ?? [];
    const isFree = fix.edits.every(({ span }) =>
      before.every((other) => span.end < other.span.start || span.start > other.span.end),
    );
    if (isFree) taken.set(file, [...before, ...fix.edits]);
    return isFree;
  });
}

function step(now: State, chosen: readonly Chosen[], find: Find): State {
  const texts = new Map(now.texts);
  for (const [file, text] of now.texts) {
    const own = chosen.filter((one) => one.file === file);
    if (own.length > 0)
      texts.set(
        file,
        applyEdits(
          text,
          own.flatMap(({ fix }) => fix.edits),
        ),
      );
  }
  const applied = chosen.map(({ file, one, fix }) => ({
    file,
    code: one.code,
    title: fix.title,
    line: lineOf(now.texts.get(file) ?? '', one.at?.span.start ?? 0),
  }));
  return { texts, applied: [...now.applied, ...applied], found: find(texts) };
}

const lineOf = (text: string, offset: number) => text.slice(0, offset).split('\n').length;

/** Has it no error that was not there before? Places move, so they do not count. */
function isNoWorse(before: State, after: State): boolean {
  const left = new Map<string, number>();
  for (const one of errorsOf(before)) left.set(one, (left.get(one) ?? 0) + 1);
  return errorsOf(after).every((one) => {
    const count = left.get(one) ?? 0;
    left.set(one, count - 1);
    return count > 0;
  });
}

const errorsOf = ({ found }: State) =>
  found
    .filter(({ severity }) => severity === 'error')
    .map(({ code, title, file }) => `${file} ${code} ${title}`);
