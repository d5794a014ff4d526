import type { Seconds } from '../model/flow.ts';
import { describeDuration } from '../time/duration.ts';
import { escaped } from './html.ts';

/** SVG as text: little enough that a library would cost more than it saves. Lengths are in pixels. */

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly title: string;
  /** What the picture shows, in sentences, for those who do not see it. */
  readonly description: string;
  readonly body: string;
}

/**
 * A picture as an element of a page. `id` must be its own in the page.
 * @param style of a file that stands alone; a page has it once for all pictures
 */
export function svg(
  { width, height, title, description, body }: Picture,
  id: string,
  style?: string,
): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 ${px(width)} ${px(height)}" width="${px(width)}" height="${px(height)}" aria-labelledby="${id}-title ${id}-desc">`;
  const alone =
    style === undefined ? '' : `<style>${style}</style><rect class="paper" width="100%" height="100%"/>`;
  return `${head}<title id="${id}-title">${escaped(title)}</title><desc id="${id}-desc">${escaped(description)}</desc>${alone}${body.includes('url(#') ? patterns(id) : ''}${body.replaceAll('url(#', `url(#${id}-`)}</svg>`;
}

/** Fills that differ without colour: lost work is hatched, starts and restores are striped. */
const patterns = (id: string) =>
  `<defs><pattern id="${id}-hatched" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="lost-ground" width="6" height="6"/><rect class="lost-line" width="3" height="6"/></pattern>` +
  `<pattern id="${id}-striped" width="4" height="4" patternUnits="userSpaceOnUse"><rect class="restore-ground" width="4" height="4"/><rect class="restore-line" width="4" height="2"/></pattern></defs>`;

const FILLS: Readonly<Record<string, string>> = { lost: 'hatched', restore: 'striped', start: 'striped' };

export const rect = (
  name: string,
  x: number,
  y: number,
  width: number,
  height: number,
  title?: string,
): string =>
  `<rect class="${name}"${Object.hasOwn(FILLS, name) ? ` fill="url(#${FILLS[name]})"` : ''} x="${px(x)}" y="${px(y)}" width="${px(width)}" height="${px(height)}"${title === undefined ? '/>' : `><title>${escaped(title)}</title></rect>`}`;

export const line = (name: string, x1: number, y1: number, x2: number, y2: number): string =>
  `<line class="${name}" x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}"/>`;

export const path = (name: string, d: string): string => `<path class="${name}" d="${d}"/>`;

export const label = (
  text: string,
  x: number,
  y: number,
  anchor: 'start' | 'middle' | 'end' = 'start',
  name = 'label',
): string =>
  `<text class="${name}" x="${px(x)}" y="${px(y)}"${anchor === 'start' ? '' : ` text-anchor="${anchor}"`}>${escaped(text)}</text>`;

/** At most two decimals. */
export const px = (value: number): string => String(Math.round(value * 100) / 100);

/** The space that a text takes, roughly, in a sans-serif font of 12 pixels. */
export const roughWidth = (text: string): number => text.length * 6.6;

const STEPS: readonly Seconds[] = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800,
  604_800,
];

/** The distance of ticks on an axis of this length, so that there are at most this many. */
export function timeStep(length: Seconds, most: number): Seconds {
  const fitting = STEPS.find((step) => length / step <= most);
  return fitting ?? Math.ceil(length / most / 604_800) * 604_800;
}

export const tickLabel = (seconds: Seconds): string => (seconds === 0 ? '0' : describeDuration(seconds));

/** A round number that is at least this, for the top of a scale: 1, 2 or 5 times a power of `base`'s unit. */
export function roundTop(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const times = [1, 2, 5, 10].find((one) => one * power >= value * 0.999) ?? 10;
  return times * power;
}

/** The same for bytes: 1, 2, 4... up to 512 of a unit. */
export const roundBytes = (bytes: number): number => 2 ** Math.ceil(Math.log2(Math.max(bytes, 1024)));
