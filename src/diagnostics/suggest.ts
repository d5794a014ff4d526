/** A known name and other names that people use for it (`time`: walltime, timelimit). */
export interface Candidate {
  readonly name: string;
  readonly aliases?: readonly string[];
}

/** The name that was probably meant. */
export interface Nearest {
  readonly name: string;
  /** It can only have been this one: a fix may write it unasked. */
  readonly sure: boolean;
}

/**
 * The known name that was probably meant: an alias, the same name in another spelling (case, `-` for `_`), or the
 * nearest within a third of its length (at least one edit, at most three). Undefined where nothing is near.
 */
export function nearest(written: string, all: readonly Candidate[]): Nearest | undefined {
  const plain = simplify(written);
  if (plain === '') return undefined;
  const candidates = all.length > MOST ? all.filter(startsLike(written)).slice(0, MOST) : all;
  const exact = candidates.find(({ name, aliases = [] }) =>
    [name, ...aliases].some((one) => simplify(one) === plain),
  );
  if (exact) return { name: exact.name, sure: true };
  let best: { name: string; distance: number; alone: boolean } | undefined;
  for (const { name } of candidates) {
    const bound = Math.min(3, Math.max(1, Math.floor(Math.max(name.length, plain.length) / 3)));
    const distance = editDistance(plain, simplify(name), Math.min(bound, best?.distance ?? bound));
    if (distance === undefined) continue;
    if (best !== undefined && distance === best.distance) best.alone &&= name === best.name;
    else best = { name, distance, alone: true };
  }
  return best && { name: best.name, sure: best.alone && isClose(plain, simplify(best.name), best.distance) };
}

/** A letter in a word of four, two in one of eight. Digits tell names apart: `n1` is not `n2` misspelt. */
function isClose(written: string, name: string, distance: number): boolean {
  const digits = (text: string) => text.replaceAll(/\D/g, '');
  return distance <= Math.min(written.length, name.length) / 4 && digits(written) === digits(name);
}

/** The same, without saying whether it is sure. */
export const suggest = (written: string, all: readonly Candidate[]): string | undefined =>
  nearest(written, all)?.name;

/**
 * If there are more names than this, only those with the same first letter are compared: thousands of unknown
 * names in a file that knows thousands would otherwise take a minute.
 */
const MOST = 200;

/** `nearest` among plain names. A long list is grouped by first letters once, and then reused. */
export function nearestName(written: string, names: readonly string[]): Nearest | undefined {
  if (names.length <= MOST)
    return nearest(
      written,
      names.map((name) => ({ name })),
    );
  const letter = (name: string) => name.slice(0, 1).toLowerCase();
  const byLetter = sorted.get(names) ?? new Map<string, Candidate[]>();
  if (!sorted.has(names)) {
    sorted.set(names, byLetter);
    for (const name of names) {
      const alike = byLetter.get(letter(name)) ?? [];
      if (alike.length < MOST) alike.push({ name });
      byLetter.set(letter(name), alike);
    }
  }
  return nearest(written, byLetter.get(letter(written)) ?? []);
}

/** The same, without saying whether it is sure. */
export const suggestName = (written: string, names: readonly string[]): string | undefined =>
  nearestName(written, names)?.name;

const sorted = new WeakMap<readonly string[], Map<string, Candidate[]>>();

const startsLike =
  (written: string) =>
  ({ name, aliases = [] }: Candidate) =>
    [name, ...aliases].some((one) => one.slice(0, 1).toLowerCase() === written.slice(0, 1).toLowerCase());

function simplify(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/**
 * Damerau-Levenshtein distance (optimal string alignment) in UTF-16 units, or undefined if it is above `bound`.
 * Cost is bounded by the lengths, and long names are refused at once by the difference of the lengths.
 */
export function editDistance(a: string, b: string, bound: number): number | undefined {
  if (bound < 0 || Math.abs(a.length - b.length) > bound) return undefined;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let value = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        value = Math.min(value, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(value);
    }
    if (Math.min(...row) > bound) return undefined;
    beforeLast = last;
    last = row;
  }
  const distance = last[b.length] ?? 0;
  return distance <= bound ? distance : undefined;
}
