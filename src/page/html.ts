/** Pages of HTML: one file, without scripts and without anything from the network. */

/** Text as HTML and SVG show it. Control characters, which neither can contain, become U+FFFD. */
export function escaped(text: string): string {
  return text
    .replaceAll(/[^\P{Cc}\n\t]|\p{Cs}/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** What a row of a table means, beside its words: a kept promise, a broken one, one that was not tried. */
export type Tone = 'good' | 'bad' | 'neutral';

export interface Table {
  readonly head: readonly string[];
  /** `link`: the id of the part of the page that the row is about. */
  readonly rows: readonly {
    readonly cells: readonly string[];
    readonly tone?: Tone;
    readonly link?: string;
  }[];
  /** The numbers of the columns, from 0, that hold numbers. */
  readonly numbers?: readonly number[];
}

const SIGNS: Readonly<Record<Tone, string>> = { good: '✓', bad: '✗', neutral: '–' };

/** Text with options of a command in it, which are set apart and never broken at their dashes. */
const withOptions = (text: string): string =>
  escaped(text).replaceAll(/--[a-z]+(?: [a-z]+(?:-[a-z]+)*(?:@\w+)?)?/g, '<code>$&</code>');

/** As many columns fit on a narrow screen. */
const FEW = 3;

/** A table that can be scrolled sideways where it is too wide. */
export function table({ head, rows, numbers = [] }: Table, caption: string): string {
  const align = (column: number) => (numbers.includes(column) ? ' class="number"' : '');
  const cells = rows.map(({ cells, tone, link }) => {
    const [text = '', ...rest] = cells;
    const first = link === undefined ? escaped(text) : `<a href="#${link}">${escaped(text)}</a>`;
    const sign = tone === undefined ? '' : `<span class="sign" aria-hidden="true">${SIGNS[tone]}</span> `;
    return `<tr${tone === undefined ? '' : ` class="${tone}"`}><th scope="row"${align(0)}>${sign}${first}</th>${rest.map((cell, i) => `<td${align(i + 1)}>${tone === undefined ? escaped(cell) : withOptions(cell)}</td>`).join('')}</tr>`;
  });
  return `<div class="table${head.length > FEW ? ' many' : ''}" role="region" tabindex="0" aria-label="${escaped(caption)}"><table><caption>${escaped(caption)}</caption><thead><tr>${head.map((one, i) => `<th scope="col"${align(i)}>${escaped(one)}</th>`).join('')}</tr></thead><tbody>${cells.join('\n')}</tbody></table></div>`;
}

/** Labels and their texts. */
export const facts = (pairs: readonly (readonly [string, string])[]): string =>
  `<dl>${pairs.map(([name, text]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(text)}</dd></div>`).join('')}</dl>`;

export const list = (items: readonly string[]): string =>
  `<ul>${items.map((one) => `<li>${escaped(one)}</li>`).join('')}</ul>`;

export const section = (title: string, body: string, name = ''): string =>
  `<section${name === '' ? '' : ` class="${name}"`}><h2>${escaped(title)}</h2>${body}</section>`;

/**
 * A part of a page that holds sections, which can be parts: their headings are one level lower, and names that must be their own in the
 * page begin with its id or end with its label. `body` is made by the functions of this folder, whose text is escaped: what looks like an
 * attribute in it is one.
 */
export function part(title: string, body: string, id: string, label = title): string {
  const inside = body
    .replaceAll(/<(\/?)h([2-5])>/g, (_, end, level) => `<${end}h${Number(level) + 1}>`)
    .replaceAll(
      / (id|aria-labelledby)="([^"]*)"/g,
      (_, name, ids) => ` ${name}="${ids.replaceAll(/[^ ]+/g, `${id}-$&`)}"`,
    )
    .replaceAll('url(#', `url(#${id}-`)
    .replaceAll(/ aria-label="([^"]*)"/g, (_, words) => ` aria-label="${words}, ${escaped(label)}"`);
  return `<section class="part" id="${id}"><h2>${escaped(title)}</h2>${inside}</section>`;
}

/** A whole page. `body` is HTML. */
export const htmlPage = (title: string, lead: string, body: string, style: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>
${style}
</style>
</head>
<body>
<header><h1>${escaped(title)}</h1><p class="lead">${escaped(lead)}</p></header>
<main>
${body}
</main>
</body>
</html>
`;
