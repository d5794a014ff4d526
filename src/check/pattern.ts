/**
 * Patterns of files as bash expands them with `globstar` and without `dotglob`, compared with each other. A pattern that names a folder
 * stands for everything in it, so one that matches the beginning of a path includes that path.
 */
export type Pattern = readonly Segment[];

/** The part of a path between two slashes; `**`: any number of them. */
type Segment = '**' | readonly Part[];
/** A character, or what stands for any number of them, for one, or for one of several (written as in the pattern). */
type Part = { readonly char: string } | '*' | '?' | { readonly oneOf: string };

/** Undefined where it is not known what bash makes of it. */
export function readPattern(text: string): Pattern | undefined {
  if (/\\|[?*+@!]\(/.test(text)) return undefined;
  return text
    .split('/')
    .filter((segment) => segment !== '' && segment !== '.')
    .map((segment) => (segment === '**' ? segment : partsOf(segment)));
}

function partsOf(segment: string): readonly Part[] {
  const found = segment.match(/\[[!^]?\]?[^\]]*\]|\*+|./gsu) ?? [];
  return found.map((part) => {
    if (part.startsWith('*')) return '*';
    if (part === '?') return '?';
    return part.length > 1 && part.startsWith('[') ? { oneOf: part } : { char: part };
  });
}

/**
 * Is each path that `other` stands for one that `pattern` stands for? For certain: false may also mean that it cannot be decided from the
 * patterns alone.
 */
export const includes = (pattern: Pattern, other: Pattern): boolean => includesFrom(pattern, 0, other, 0);

function includesFrom(pattern: Pattern, p: number, other: Pattern, o: number): boolean {
  const segment = pattern[p];
  if (segment === undefined) return true;
  const path = other[o];
  if (segment === '**') {
    // At the end of a pattern it stands for what is in a folder, and not for the folder.
    if (p + 1 < pattern.length && includesFrom(pattern, p + 1, other, o)) return true;
    if (path === undefined || isHidden(path)) return false;
    return p + 1 === pattern.length || includesFrom(pattern, p, other, o + 1);
  }
  if (path === undefined || path === '**') return false;
  return includesName(segment, path) && includesFrom(pattern, p + 1, other, o + 1);
}

const isHidden = (segment: Segment) => segment !== '**' && isChar(segment[0], '.');
const isChar = (part: Part | undefined, char: string) =>
  typeof part === 'object' && 'char' in part && part.char === char;

const includesName = (name: readonly Part[], other: readonly Part[]): boolean =>
  (isChar(name[0], '.') || !isChar(other[0], '.')) && includesParts(name, 0, other, 0);

function includesParts(name: readonly Part[], n: number, other: readonly Part[], o: number): boolean {
  const part = name[n];
  if (part === undefined) return o === other.length;
  if (part === '*')
    return includesParts(name, n + 1, other, o) || (o < other.length && includesParts(name, n, other, o + 1));
  const given = other[o];
  return given !== undefined && includesPart(part, given) && includesParts(name, n + 1, other, o + 1);
}

function includesPart(part: Part, given: Part): boolean {
  if (given === '*') return false;
  if (part === '?') return true;
  if (given === '?' || part === '*') return false;
  if ('char' in part) return isChar(given, part.char);
  return 'oneOf' in given ? given.oneOf === part.oneOf : isOneOf(part.oneOf, given.char);
}

/** `[0-9]`, `[!a]`; not `[[:digit:]]`, of which nothing is known. */
function isOneOf(written: string, char: string): boolean {
  const inside = written.slice(1, -1);
  const isNot = /^[!^]/.test(inside);
  const set = isNot ? inside.slice(1) : inside;
  if (set.includes('[')) return false;
  const ranges = set.match(/.-.|./gsu) ?? [];
  const isIn = ranges.some((range) => {
    const [from = '', , to = from] = range;
    return char >= from && char <= to;
  });
  return isIn !== isNot;
}
