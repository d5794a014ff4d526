import type { IToken } from 'chevrotain';
import { syntax } from '../diagnostics/syntax.ts';
import { type ClauseName, type ClauseSpec, clauseOf, clauses, splitMount } from '../language/clauses.ts';
import type { Span } from '../model/span.ts';
import { type Context, endOf, makeToken, retype, sameLine, spanOf, startOf } from './context.ts';
import * as T from './tokens.ts';
import { opensValue } from './values.ts';
import { valueAt } from './written.ts';

const specs: readonly ClauseSpec[] = Object.values(clauses);
const CLAUSES = Object.keys(clauses) as readonly ClauseName[];
/** The words between the texts of clauses, of all clauses: the checker decides where they belong. */
const WORDS: readonly string[] = specs.flatMap(({ parts, flags }) => [...parts, ...flags]);
const FLAGS: readonly string[] = specs.flatMap(({ flags }) => flags);

/** Folds each clause, `mount "…" to "…"`, into one token, so that none of it is read as something else. */
export function foldClauses(tokens: readonly IToken[], context: Context): IToken[] {
  const out: IToken[] = [];
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as IToken;
    const named =
      token.tokenType === T.Word && !opensValue(out.at(-1)) ? nameAt(tokens, i, context) : undefined;
    const folded = named === undefined ? undefined : foldOne(tokens, i, named, context);
    if (folded === undefined) {
      reportColon(token, out.at(-1), tokens[i + 1], context);
      out.push(token);
      i += 1;
    } else {
      const last = folded.pieces.at(-1) as IToken;
      const whole = makeToken(T.Clause, startOf(token), endOf(last), context.text);
      out.push({ ...whole, payload: folded.pieces });
      i += folded.used;
    }
  }
  return out;
}

/** The pieces of folded clauses, for the parser. */
export function unfoldClauses(tokens: readonly IToken[]): IToken[] {
  return tokens.flatMap((token) =>
    token.tokenType === T.Clause ? (token.payload as readonly IToken[]) : [token],
  );
}

/** Is a word of a clause before this colon, so that the finding depends on more than its neighbours? */
export function mayBeClause(before: IToken, after: IToken | undefined): boolean {
  return (clauseOf(before.image) !== undefined || WORDS.includes(before.image)) && isText(after);
}

/** Reports what `repairTokens` has postponed about a colon that turned out not to belong to a clause. */
function reportColon(
  token: IToken,
  key: IToken | undefined,
  after: IToken | undefined,
  context: Context,
): void {
  if (token.tokenType !== T.Equals || token.image !== ':' || context.reported.has(startOf(token))) return;
  if (key === undefined || !mayBeClause(key, after)) return;
  context.report(syntax.colon, spanOf(token), {
    key: key.image,
    block: false,
    value: valueAt(context.text, endOf(token), key.image),
  });
  context.reported.add(startOf(token));
}

/** The clause that the word at `i` names, also in the words of other tools: `bind "…" to "…"`. */
function nameAt(tokens: readonly IToken[], i: number, context: Context): ClauseName | undefined {
  const [verb, text, word, after] = tokens.slice(i, i + 4) as [IToken, ...(IToken | undefined)[]];
  const { image } = verb;
  if (clauseOf(image) !== undefined) return image as ClauseName;
  // As in a Dockerfile: `COPY src /opt/src`.
  if ((image === 'COPY' || image === 'ADD') && isText(text) && sameLine(context, verb, text)) return 'copy';
  if (!isText(text) || !WORDS.includes(word?.image ?? '') || isKeyEnd(after)) return undefined;
  return CLAUSES.find((name) => [name, ...clauses[name].aliases].some((one) => one === image.toLowerCase()));
}

interface Folded {
  /** For the parser: a verb and a text, then words, each with a text or without. */
  readonly pieces: readonly IToken[];
  /** The number of tokens that they were made of. */
  readonly used: number;
}

/** Mistakes in its form: the first is reported, with the corrected clause. */
interface Wrong {
  readonly at: { readonly start: number; readonly end: number };
  readonly what: string;
}

/** The clause that starts at `i`; undefined if none does. A mistake in its form is the only finding about it. */
function foldOne(
  tokens: readonly IToken[],
  i: number,
  name: ClauseName,
  context: Context,
): Folded | undefined {
  const verb = tokens[i] as IToken;
  const spec: ClauseSpec = clauses[name];
  const asVerb = { ...retype(verb, T.ClauseVerb), image: name };
  const pieces: IToken[] = [asVerb];
  /** The same, corrected. */
  const right: string[] = [name];
  const wrong: Wrong[] =
    verb.image === name ? [] : [{ at: spanOf(verb), what: `is written \`${name}\` here` }];
  const bare: IToken[] = [];
  let at = i + 1;

  const here = (offset = 0) => tokens[at + offset];
  const onLine = () => {
    const [before, token] = [here(-1), here()];
    return before !== undefined && token !== undefined && sameLine(context, before, token);
  };
  const isWord = (offset = 0) => {
    const token = here(offset);
    return token?.tokenType === T.Word && WORDS.includes(token.image) && !isKeyEnd(here(offset + 1));
  };
  /** Takes the text at this place, if there is one; without its quotes only on the line of the word before it. */
  const takeText = (quotesOnly = false) => {
    const token = here();
    if (token === undefined) return false;
    const isBlock = token.tokenType === T.BlockString && onLine();
    const isBare = !quotesOnly && isText(token) && onLine() && !isOther(token, here(1));
    if (isBlock) wrong.push({ at: spanOf(token), what: 'takes texts in ordinary quotes' });
    else if (!QUOTED.includes(token.tokenType)) {
      if (!isBare) return false;
      bare.push(token);
    }
    pieces.push(token);
    right.push(inQuotes(token.image));
    at += 1;
    return true;
  };
  /** The next part that is still missing. */
  const missing = () => spec.parts.find((part) => !right.includes(part));

  const equals = here();
  if (equals?.tokenType === T.Equals) {
    // `mount = "…"` alone is an unknown key; `mount = "…" to "…"` can only be a clause.
    at += 1;
    if (!isText(here()) || !isWord(1)) return undefined;
    wrong.push({ at: spanOf(equals), what: `takes no \`${equals.image}\`` });
  }
  const option = here();
  if (
    option?.tokenType === T.Junk &&
    /^--?[A-Za-z][\w-]*$/.test(option.image) &&
    isText(here(1)) &&
    onLine()
  ) {
    // `mount -B /a:/b`, as on a runtime's command line.
    wrong.push({ at: spanOf(option), what: 'takes no options' });
    at += 1;
  }
  if (!takeText()) {
    const isAlone = here() === undefined || !onLine();
    if (!isAlone && !isWord()) return undefined;
    if (isAlone && isKeyEnd(here())) return undefined;
    wrong.push({ at: spanOf(verb), what: 'needs a text after it' });
    right.push('"…"');
  }
  for (let word = here(); word !== undefined; word = here()) {
    if (isWord() && (onLine() || pieces.length > 1)) {
      pieces.push(retype(word, T.ClauseWord));
      right.push(word.image);
      at += 1;
      takeText(FLAGS.includes(word.image));
      continue;
    }
    if (!onLine()) break;
    const part = missing();
    // A path that starts with `/` is recognised as the target of `to` even without quotes.
    const isPlace = part === 'to' && word.tokenType === T.Junk && word.image.startsWith('/');
    const gap = part === undefined ? undefined : isPlace ? 0 : gapBefore(tokens, at, context);
    if (part !== undefined && gap !== undefined) {
      const last = here(Math.max(0, gap - 1)) ?? word;
      const isEquals = gap === 2 && word.tokenType === T.Word;
      const what = isEquals
        ? `takes no \`${last.image}\``
        : gap === 0
          ? `needs \`${part}\` before this text`
          : `takes \`${part}\` here`;
      wrong.push({ at: { start: startOf(isEquals ? last : word), end: endOf(last) }, what });
      right.push(part);
      at += gap;
      takeText();
      // What follows `tag` or `md5` is not a commit or checksum.
      if (part !== 'to' && gap === 1 && word.tokenType === T.Word && word.image.toLowerCase() !== part)
        right.splice(-1, 1, '"…"');
      continue;
    }
    const separated = word.tokenType === T.Comma && isWord(1);
    const isOdd =
      word.tokenType === T.Word && !isOther(word, here(1)) && here(1)?.tokenType !== T.LeftBracket;
    if (!separated && !isOdd) break;
    wrong.push({ at: spanOf(word), what: separated ? 'takes no commas' : `does not take \`${word.image}\`` });
    if (isOdd && /^r(?:ead)?[-_]?o(?:nly)?$/i.test(word.image)) right.push(...spec.flags);
    at += 1;
  }
  if (bare.length === 0 && wrong.length === 0) return { pieces, used: at - i };
  const end = endOf(tokens[at - 1] as IToken);
  const whole = { start: startOf(verb), end };
  say(verb, right, wrong[0], bare, { spec, whole, lost: wrong.length }, context);
  return {
    pieces: [asVerb, makeToken(T.BrokenValue, endOf(verb), end, context.text)],
    used: at - i,
  };
}

const QUOTED = [T.QuotedString, T.BrokenValue];
const TEXTUAL = [...QUOTED, T.Word, T.Junk, T.NumberLike];

function isText(token: IToken | undefined): token is IToken {
  return token !== undefined && TEXTUAL.includes(token.tokenType);
}

function isKeyEnd(token: IToken | undefined): boolean {
  return token?.tokenType === T.Equals || token?.tokenType === T.LeftBrace;
}

/** A word that is not text without quotes, but begins or continues something else. */
function isOther(token: IToken, next: IToken | undefined): boolean {
  return (
    isKeyEnd(next) || WORDS.includes(token.image) || (clauseOf(token.image) !== undefined && isText(next))
  );
}

/** How many tokens, on one line, precede a text where a word of the clause is expected; undefined: no such place. */
function gapBefore(tokens: readonly IToken[], at: number, context: Context): number | undefined {
  const shapes = [[], [T.Word], [T.Junk], [T.Comma], [T.Equals], [T.Equals, T.Junk], [T.Word, T.Equals]];
  return shapes.find((shape) => {
    const [first, text] = [tokens[at], tokens[at + shape.length]];
    if (first === undefined || text === undefined || !QUOTED.includes(text.tokenType)) return false;
    if (!shape.every((type, n) => tokens[at + n]?.tokenType === type)) return false;
    if (shape[0] === T.Word) {
      // `to = "…"` and `to: "…"` are meant as the clause's word; any other word before an `=` is a key.
      const known = WORDS.includes(first.image);
      if (known !== (shape.length === 2) || clauseOf(first.image) !== undefined) return false;
    }
    return sameLine(context, first, text);
  })?.length;
}

function say(
  verb: IToken,
  right: readonly string[],
  wrong: Wrong | undefined,
  bare: readonly IToken[],
  { spec, whole, lost }: { spec: ClauseSpec; whole: Span; lost: number },
  context: Context,
): void {
  const fix = completed(right, spec);
  // The parser's tree records the mistake: nothing more is reported about such a clause.
  for (const one of [verb, ...bare]) context.reported.add(startOf(one));
  const [first, last] = [bare[0], bare.at(-1)];
  if (wrong !== undefined)
    context.report(syntax.clauseForm, wrong.at, {
      verb: verb.image,
      wrong: wrong.what,
      fix,
      whole: lost === 1 ? whole : undefined,
    });
  else if (first !== undefined && last !== undefined)
    context.report(
      syntax.unquotedText,
      { start: startOf(first), end: endOf(last) },
      { texts: bare.map(({ image }) => image), example: fix, whole },
    );
}

function inQuotes(text: string): string {
  return `"${text.replace(/^["'“”„‘]+|["'“”’]+$/g, '')}"`;
}

/** The clause with its missing parts, if they can be inferred; `HOST:INSIDE` is how runtimes write a mount. */
function completed(right: readonly string[], { parts, flags }: ClauseSpec): string {
  const [verb = '', text = '', ...rest] = right;
  const mount = rest.length === 0 && flags.length > 0 ? splitMount(text.slice(1, -1)) : undefined;
  if (mount !== undefined) return mount;
  const more = parts.filter((part) => !rest.includes(part)).flatMap((part) => [part, '"…"']);
  return [verb, text, ...rest, ...more].join(' ');
}
