import type { Painter } from '../diagnostics/paint.ts';
import { wrap } from '../diagnostics/width.ts';
import { visible } from '../diagnostics/words.ts';
import type { Seconds } from '../model/flow.ts';
import { describeDuration } from '../time/duration.ts';

/** What pages of plain text are made of: sections of labelled lines, in a fixed number of columns. */

/** Columns of a page, whatever the terminal's width. */
export const COLUMNS = 80;
/** Columns of a label. */
export const LABEL = 17;

export interface Section {
  readonly title: string;
  readonly lines: readonly string[];
  /** Does its heading call for attention? */
  readonly urgent?: boolean;
}

/** A heading, and below it the sections that have lines. */
export function textPage(
  heading: string,
  sections: readonly Section[],
  paint: Painter,
  columns = COLUMNS,
): string {
  const blocks = sections
    .filter(({ lines }) => lines.length > 0)
    .map(({ title, lines, urgent }) =>
      [urgent ? paint.warning(title) : paint.bold(title), ...lines.map(visible)].join('\n'),
    );
  return `${[paint.bold(wrap(visible(heading), columns).join('\n')), ...blocks].join('\n\n')}\n`;
}

/** A label and its text, wrapped beside it. */
export function row(label: string, text: string, columns = COLUMNS): string[] {
  // Padding is kept.
  const lines = wrap(text.replaceAll(/ (?= )|(?<= ) /g, '\u00A0'), columns - 2 - LABEL);
  return lines.map((line, i) => `  ${(i === 0 ? label : '').padEnd(LABEL)}${line}`);
}

/** An item of a list, wrapped. */
export function item(text: string, columns = COLUMNS): string[] {
  return wrap(text, columns - 4).map((line, i) => `${i === 0 ? '  - ' : '    '}${line}`);
}

/** For people, in whole seconds; rounded to minutes from an hour on, to hours from a day on. */
export function duration(seconds: Seconds): string {
  const grain = seconds >= 86_400 ? 3_600 : seconds >= 3_600 ? 60 : 1;
  return describeDuration(Math.round(seconds / grain) * grain);
}

/** `2.5 %` of a share of 0.025. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A number of processors in use. */
export const cores = (value: number | null): string =>
  value === null ? 'not measured' : value > 0 && value < 0.05 ? 'less than 0.1' : value.toFixed(1);
