import { names } from '../diagnostics/names.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { values } from '../diagnostics/values.ts';
import { INSERTS } from '../language/vocabulary/index.ts';
import type { StringSegment, StringValue } from '../model/ast.ts';
import type { Span } from '../model/span.ts';
import { type Constant, insertText, type Piece } from './constant.ts';
import { type Context, spanOfPart } from './context.ts';

/** Only an identifier between exactly two braces is crflow's; a backslash before the braces makes them literal. */
const MARK = /\\\{\{|\{\{([A-Za-z_]\w*)\}\}/g;

/** Characters that have no meaning in a shell, wherever they are: a string of them is inserted into shell text unchanged. */
const SAFE_IN_SHELL = /^[A-Za-z0-9_@%+:,./-]+$/;

/** Longer text is the result of names that refer to each other several times. */
const LONGEST_TEXT = 200_000;

/** The string with each {{name}} replaced; inserted parts are marked `inserted`. Undefined after a report. */
export function fillIn(value: StringValue, context: Context): StringValue | undefined {
  const { filled, right } = fill(value, context, 'text');
  return right ? filled : undefined;
}

/**
 * The same for shell text, which takes only what cannot be misread there. What cannot be inserted is reported and left
 * as written, and the rest of the text is checked all the same.
 */
export function fillShell(value: StringValue, context: Context): StringValue {
  warnAboutBlanks(value, context);
  return fill(value, context, 'shell').filled;
}

/** `{{ name }}` belongs to another template language, unless the flow declares that name: then it may be a mistake. */
function warnAboutBlanks({ segments }: StringValue, { report, scope, inserts }: Context): void {
  for (const segment of segments) {
    if (segment.escaped) continue;
    for (const match of segment.text.matchAll(
      /(?<![\\{])\{\{(?: +([A-Za-z_]\w*) *|([A-Za-z_]\w*) +)\}\}(?!\})/g,
    )) {
      const name = match[1] ?? match[2] ?? '';
      if (!scope.names().includes(name) && !inserts?.(name).given) continue;
      // An additional finding that it is unused would report the same mistake.
      scope.use(name);
      const at = spanOfPart(segment, match.index, match.index + match[0].length);
      report(names.blanksInInsert, at, { name, text: match[0] });
    }
  }
}

/** The names that a text inserts, known or not. */
export const namesIn = ({ segments }: StringValue): readonly string[] =>
  segments.flatMap(({ text, escaped }) =>
    escaped ? [] : [...text.matchAll(MARK)].flatMap(([, name]) => name ?? []),
  );

function fill(
  value: StringValue,
  context: Context,
  place: 'text' | 'shell',
): { readonly filled: StringValue; readonly right: boolean } {
  if (!value.segments.some(({ text, escaped }) => !escaped && text.includes('{{')))
    return { filled: value, right: true };
  const state = { right: true, length: 0 };
  const segments = value.segments.flatMap((segment) => fillSegment(segment, context, place, state));
  const isLong = state.length > LONGEST_TEXT;
  if (isLong) context.report(values.textTooLong, value.span, { limit: LONGEST_TEXT });
  return { filled: isLong ? value : { ...value, segments }, right: state.right && !isLong };
}

function fillSegment(
  segment: StringSegment,
  context: Context,
  place: 'text' | 'shell',
  state: { right: boolean; length: number },
): StringSegment[] {
  const { text, escaped } = segment;
  if (escaped) return [segment];
  const out: StringSegment[] = [];
  const plain = (from: number, to: number) => {
    if (to > from) out.push({ ...segment, text: text.slice(from, to), span: spanOfPart(segment, from, to) });
  };
  let from = 0;
  for (const match of text.matchAll(MARK)) {
    const end = match.index + match[0].length;
    const span = spanOfPart(segment, match.index, end);
    plain(from, match.index);
    from = end;
    if (match[1] === undefined) out.push({ text: '{{', escaped: true, span });
    else {
      const pieces = piecesFor(match[1], span, context, place);
      if (pieces === undefined) {
        state.right = false;
        plain(match.index, end);
      }
      for (const piece of pieces ?? []) {
        state.length += piece.text.length;
        if (state.length <= LONGEST_TEXT) out.push({ ...piece, span, inserted: true });
      }
    }
  }
  plain(from, text.length);
  return out;
}

function piecesFor(
  name: string,
  at: Span,
  context: Context,
  place: 'text' | 'shell',
): readonly Piece[] | undefined {
  const found = context.scope.find(name) ?? keyValue(name, at, context);
  if (found === undefined || found === 'broken') return undefined;
  if (found.type !== 'String') return [{ text: insertText(found), escaped: true }];
  const text = insertText(found);
  if (place === 'text' || SAFE_IN_SHELL.test(text)) return found.pieces;
  const character = [...text].find((one) => !SAFE_IN_SHELL.test(one));
  context.report(names.notForShell, at, { name, character });
  return undefined;
}

function keyValue(name: string, at: Span, { report, scope, inserts }: Context): Constant | undefined {
  const known = INSERTS.get(name);
  const { given, value, isAuto } = (known && inserts?.(name)) ?? { given: false };
  if (value !== undefined || given) return value;
  if (known === undefined || inserts === undefined) {
    const others = [...scope.names(), ...(inserts === undefined ? [] : INSERTS.keys())];
    const meant = nearest(
      name,
      others.map((one) => ({ name: one })),
    );
    report(names.unknownInsert, at, {
      name,
      nearest: meant?.name,
      isSure: meant?.sure,
      known: others,
      keys: inserts !== undefined,
    });
  } else {
    const { block, example } = known;
    // Of the keys that are present, only one that is `auto` has no value.
    report(names.insertNotGiven, at, {
      name,
      block,
      example: `${name} = ${example}`,
      auto: isAuto === true,
    });
  }
  return undefined;
}
