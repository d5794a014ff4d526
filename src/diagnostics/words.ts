/** Bits of English that messages are made of. */

const LONGEST_SHOWN = 60;

/** Text on one line, safe to show: invisible characters, those that control a terminal, and line ends are escaped. */
export function visible(text: string): string {
  // V8 takes a while to prepare the pattern, and nearly all text is this.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, (one) => escapeOf(one));
}

/** The same for text of several lines; tabs remain as well. */
export const visibleLines = (text: string): string => text.replaceAll(/[^\n\t]+/g, visible);

/** A text that begins a sentence or a label. */
export const capitalized = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

/** Source text inside a sentence: in backquotes, invisible characters made visible, long text cut short. */
export function quote(text: string): string {
  // More than is shown is not looked at.
  const points = [...visible(text.slice(0, 2 * LONGEST_SHOWN))];
  return `\`${points.length > LONGEST_SHOWN ? `${points.slice(0, LONGEST_SHOWN - 1).join('')}…` : points.join('')}\``;
}

/** `a`, `b` and `c`. */
export function listing(items: readonly string[], word: 'and' | 'or' = 'and'): string {
  if (items.length <= 1) return items.join('');
  return `${items.slice(0, -1).join(', ')} ${word} ${items.at(-1)}`;
}

/** `a, b, c`; of a long list the first ones, and how many more there are: `a, b and 998 more`. */
export function someOf(items: readonly string[], most = 8): string {
  const rest = items.length - most;
  return rest > 1 ? `${items.slice(0, most).join(', ')} and ${rest} more` : items.join(', ');
}

/** `1 line`, `3 lines`. */
export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `U+00E9`, and the name of the characters that people paste without seeing them. */
export function codePoint(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  const number = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
  const name = NAMES[point];
  return name === undefined ? number : `${number}, ${name}`;
}

const NAMES: Readonly<Record<number, string>> = {
  0: 'NUL',
  7: 'bell',
  8: 'backspace',
  11: 'vertical tab',
  12: 'form feed',
  13: 'carriage return',
  27: 'escape',
  127: 'delete',
  160: 'no-break space',
  8203: 'zero width space',
  8211: 'en dash',
  8212: 'em dash',
  8216: 'left single quotation mark',
  8217: 'right single quotation mark',
  8220: 'left double quotation mark',
  8221: 'right double quotation mark',
  8239: 'narrow no-break space',
  8722: 'minus sign',
  12288: 'ideographic space',
  65279: 'byte order mark',
  65533: 'replacement character: a byte that was no UTF-8',
};

function escapeOf(character: string): string {
  const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
  return short[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
