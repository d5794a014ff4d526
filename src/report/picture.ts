import { plural } from '../diagnostics/words.ts';
import { greatest } from '../model/greatest.ts';
import type { Attempt, Phase, Story } from '../model/story.ts';
import { escaped } from '../page/html.ts';
import {
  label,
  line,
  type Picture,
  path,
  px,
  rect,
  roughWidth,
  roundBytes,
  roundTop,
  svg,
  tickLabel,
} from '../page/svg.ts';
import { duration } from '../page/text.ts';
import { describeSize } from '../time/size.ts';
import { breaksOf, type Load, loadOf } from './load.ts';
import { type Scale, scaleOf } from './scale.ts';
import { MOST_PHASES, TOGETHER, thinPhases, thinRates, thinSamples, thinSizes } from './thin.ts';
import { endOf, inShort, nameOf } from './words.ts';

/** What several pictures have in common when they are compared: the same scale for all. */
export interface Shared {
  readonly length: number;
  readonly bytes: number;
  readonly cores: number;
  /** Bytes per second. */
  readonly writing: number;
}

/** Pixels: a page, and a telephone. */
export const WIDE = 960;
export const NARROW = 380;

const STRIP = 30;
const LEFT = 64;

/** The whole run on one axis of time: what it did; its memory and its generations; its processors; what it wrote. */
export function lifePicture(story: Story, width: number, shared?: Shared): Picture {
  const scale = scaleOf(story, LEFT, width - LEFT - 12, shared?.length);
  const load = loadOf(story);
  const parts: string[] = [];
  let y = 18;
  parts.push(strip(story, scale, y));
  y += STRIP + 42;
  const panels = [
    memoryPanel(story, scale, width, shared),
    ...(load === undefined
      ? []
      : [coresPanel(load, scale, width, shared), writingPanel(load, scale, width, shared)]),
  ];
  const top = y;
  for (const panel of panels) {
    if (panel === undefined) continue;
    parts.push(panel.draw(y));
    y += panel.height + 26;
  }
  const bottom = panels.some((panel) => panel !== undefined) ? y - 26 : top - 22;
  parts.unshift(...scale.ticks.map((at) => line('grid', scale.x(at), 18, scale.x(at), bottom + 4)));
  const ticks = scale.ticks.map((at) => {
    const words = tickLabel(at);
    const isLast = scale.x(at) + roughWidth(words) / 2 > width;
    return label(words, isLast ? width : scale.x(at), bottom + 18, isLast ? 'end' : 'middle', 'small');
  });
  parts.push(...ticks);
  return {
    width,
    height: bottom + 24,
    title: `The life of ${nameOf(story)}`,
    description: describe(story, load),
    body: parts.join('\n'),
  };
}

function describe(story: Story, load: Load | undefined): string {
  const { checkpoints, losses, attempts } = story;
  const sealed = checkpoints.filter(({ generation }) => generation !== null).length;
  const each = attempts
    .slice(0, 12)
    .map(
      (one) =>
        `Attempt ${one.number}: from ${duration(one.from)} to ${duration(one.to)}, ${endOf(one, one === attempts.at(-1))}.`,
    );
  const memory = load === undefined ? '' : ` Memory: ${describeSize(load.peak)} at most.`;
  const failed = checkpoints.length - sealed;
  return `${inShort(story)}. ${plural(sealed, 'checkpoint')}${failed > 0 ? ` and ${failed} that failed or ${failed === 1 ? 'was' : 'were'} skipped` : ''}, ${losses.length} loss${losses.length === 1 ? '' : 'es'} of work.${memory} ${each.join(' ')}`;
}

/** What the run did, as a strip; checkpoints reach above it, so that they are seen without colour. */
function strip(story: Story, { x, cut }: Scale, y: number): string {
  const parts: string[] = [];
  let drawn = Number.NEGATIVE_INFINITY;
  for (const { from, to, kind } of story.waits) {
    const middle = (x(from) + x(to)) / 2;
    // Many short waits would be one line above the other.
    if (story.waits.length > MOST_PHASES / 4 && x(to) - drawn < 1) continue;
    drawn = x(to);
    parts.push(line('wait', x(from), y + STRIP / 2, x(to), y + STRIP / 2));
    if (cut.some((one) => one.from === from)) {
      const words = `${duration(to - from)}${kind === 'queue' ? ' in the queue' : ' stopped'}`;
      parts.push(
        `<path class="frame" fill="none" d="M${px(middle - 5)} ${px(y + STRIP / 2 + 6)}l4 -12m2 12l4 -12"/>`,
      );
      const room = x(to) - x(from);
      const shown = roughWidth(words) < room ? words : duration(to - from);
      if (roughWidth(shown) < room + 12)
        parts.push(label(shown, middle, y + STRIP / 2 - 10, 'middle', 'small'));
    }
  }
  const phases = story.attempts.flatMap((one) => one.phases);
  parts.push(bar(phases, x, y, STRIP, MOST_PHASES));
  for (const attempt of story.attempts) parts.push(end(attempt, x, y, STRIP));
  parts.push(notMade(story.checkpoints, x, y));
  let last = -99;
  for (const { number, from, to } of story.attempts) {
    const words = `${number}`;
    const isWide = x(to) - x(from) > 70;
    const at = x(from);
    if (at - last < (isWide ? 8 : roughWidth(words) + 8)) continue;
    parts.push(label(isWide ? `attempt ${number}` : words, at, y + STRIP + 14, 'start', 'small'));
    last = at + (isWide ? 60 : 0);
  }
  return parts.join('');
}

const KINDS: Readonly<Record<Phase['kind'], string>> = {
  start: 'start-up',
  restore: 'restore',
  work: 'work',
  lost: 'work that was lost',
  save: 'checkpoint',
  end: 'end of the attempt',
  suspended: 'suspended',
};

/** At most some of these phases; short ones are at least a pixel and a half wide. */
function bar(
  phases: readonly Phase[],
  x: (at: number) => number,
  y: number,
  height: number,
  most: number,
): string {
  const long: string[] = [];
  const short: string[] = [];
  for (const { kind, from, to, generation, count, seconds } of thinPhases(phases, x, most)) {
    const number = generation === undefined ? '' : ` (generation ${generation})`;
    const words =
      count === 1
        ? `${KINDS[kind]}${number}, ${duration(seconds)}`
        : `${KINDS[kind]}: ${count} times, ${duration(seconds)} in all`;
    const width = x(to) - x(from);
    // Where many are drawn as one, it is as wide as they are; checkpoints stay visible above the strip.
    if (count > 1 && kind !== 'lost') {
      long.push(rect(kind, x(from), y, Math.max(width, 0.25), height, words));
      if (kind === 'save') short.push(rect('save', x(from), y - 5, 1.5, 5));
    } else if (kind === 'save')
      short.push(rect('save', x(from), y - 5, Math.max(width, 1.5), height + 5, words));
    else if (kind === 'work') long.push(rect('work', x(from), y, Math.max(width, 0.25), height, words));
    else long.push(rect(kind, x(from), y, Math.max(width, kind === 'lost' ? 1.5 : 1), height, words));
  }
  return long.join('') + short.join('');
}

/** A mark where the program ended. */
const end = ({ whose, status, to }: Attempt, x: (at: number) => number, y: number, height: number): string =>
  whose === 'application'
    ? `<circle class="done" cx="${px(x(to))}" cy="${px(y + height / 2)}" r="4"><title>${status === 0 ? 'done' : `done, status ${status}`}</title></circle>`
    : '';

/** A hollow mark above the strip where a checkpoint was not made. */
function notMade(checkpoints: Story['checkpoints'], x: (at: number) => number, y: number): string {
  const parts: string[] = [];
  let drawn = Number.NEGATIVE_INFINITY;
  for (const { at, generation, why } of checkpoints) {
    if (generation !== null || x(at) - drawn < TOGETHER) continue;
    drawn = x(at);
    parts.push(
      `<circle class="failed" cx="${px(x(at))}" cy="${px(y - 4)}" r="3.5"><title>${escaped(`no checkpoint: ${why ?? ''}`)}</title></circle>`,
    );
  }
  return parts.join('');
}

interface Panel {
  readonly height: number;
  readonly draw: (y: number) => string;
}

/** A panel's frame: its name, its scale from 0 to `top`. */
function frame(name: string, top: string, y: number, width: number, height: number): string {
  return [
    line('grid', LEFT, y, width - 12, y),
    line('frame', LEFT, y + height, width - 12, y + height),
    label(top, LEFT - 6, y + 10, 'end', 'small'),
    label('0', LEFT - 6, y + height, 'end', 'small'),
    label(name, LEFT, y - 5, 'start'),
  ].join('');
}

function memoryPanel(story: Story, { x }: Scale, width: number, shared?: Shared): Panel | undefined {
  const { samples, checkpoints } = story;
  const sealed = checkpoints.flatMap(({ at, bytes }) => (bytes === null ? [] : [{ at, bytes }]));
  const most = greatest([...samples.map(({ resident }) => resident), ...sealed.map(({ bytes }) => bytes)], 0);
  if (most === 0) return undefined;
  const top = shared?.bytes ?? roundBytes(most);
  const height = 84;
  return {
    height,
    draw: (y) => {
      const at = (bytes: number) => y + height - (bytes / top) * height;
      const parts = [
        frame(
          samples.length > 0 ? 'resident memory, and the size of each checkpoint' : 'size of each checkpoint',
          describeSize(top),
          y,
          width,
          height,
        ),
      ];
      for (const all of pieces(story, x)) {
        const points = thinSamples(all, x);
        const first = points[0];
        const last = points.at(-1);
        if (first === undefined || last === undefined) continue;
        if (points.length === 1)
          parts.push(
            `<circle class="work" cx="${px(x(first.at))}" cy="${px(at(first.resident))}" r="2"><title>${describeSize(first.resident)}</title></circle>`,
          );
        const curve = points.map(({ at: time, resident }) => `${px(x(time))} ${px(at(resident))}`).join('L');
        parts.push(
          path('area', `M${px(x(first.at))} ${px(y + height)}L${curve}L${px(x(last.at))} ${px(y + height)}Z`),
        );
        parts.push(path('curve', `M${curve}`));
      }
      for (const one of thinSizes(sealed, x))
        parts.push(
          line('spike', x(one.at), y + height, x(one.at), at(one.bytes)) +
            `<circle class="dot" cx="${px(x(one.at))}" cy="${px(at(one.bytes))}" r="2.5"/>`,
        );
      return parts.join('');
    },
  };
}

/** Samples of the same computation, in order; of several, if nobody would see the gap between them. */
function pieces(story: Story, x: (at: number) => number): Story['samples'][] {
  const breaks = breaksOf(story);
  const all: Story['samples'][number][][] = [];
  let next = 0;
  for (const sample of story.samples) {
    const before = all.at(-1)?.at(-1);
    const computation = next;
    while ((breaks[next] ?? Number.POSITIVE_INFINITY) <= sample.at) next += 1;
    const hasGap = before === undefined || x(sample.at) - x(before.at) >= 1;
    if (before === undefined || (next !== computation && hasGap)) all.push([]);
    all.at(-1)?.push(sample);
  }
  return all;
}

function coresPanel({ rates }: Load, { x }: Scale, width: number, shared?: Shared): Panel | undefined {
  if (rates.length === 0) return undefined;
  const top =
    shared?.cores ??
    roundTop(
      greatest(
        rates.map(({ cores }) => cores),
        0.1,
      ),
    );
  return {
    height: 56,
    draw: (y) =>
      frame('processors in use', String(top), y, width, 56) +
      steps(
        rates.map(({ from, to, cores }) => ({ from, to, share: cores / top })),
        x,
        y,
        56,
      ),
  };
}

function writingPanel({ rates }: Load, { x }: Scale, width: number, shared?: Shared): Panel | undefined {
  const most = greatest(
    rates.map(({ writing }) => writing),
    0,
  );
  if (most < 1 && shared === undefined) return undefined;
  const top = shared?.writing ?? roundBytes(most);
  return {
    height: 40,
    draw: (y) =>
      frame('bytes written', `${describeSize(top)}/s`, y, width, 40) +
      steps(
        rates.map(({ from, to, writing }) => ({ from, to, share: writing / top })),
        x,
        y,
        40,
      ),
  };
}

/** Rates as steps; what was not measured is left out. */
function steps(
  rates: readonly { readonly from: number; readonly to: number; readonly share: number }[],
  x: (at: number) => number,
  y: number,
  height: number,
): string {
  const at = (share: number) => px(y + height - Math.min(1, share) * height);
  const areas: string[] = [];
  let open: (typeof rates)[number][] = [];
  const flush = () => {
    const [first, last] = [open[0], open.at(-1)];
    if (first === undefined || last === undefined) return;
    const curve = open
      .map(({ from, to, share }) => `${px(x(from))} ${at(share)}L${px(x(to))} ${at(share)}`)
      .join('L');
    areas.push(
      path('area', `M${px(x(first.from))} ${px(y + height)}L${curve}L${px(x(last.to))} ${px(y + height)}Z`),
    );
    areas.push(path('curve', `M${curve}`));
    open = [];
  };
  for (const rate of thinRates(rates, x)) {
    const before = open.at(-1);
    if (before !== undefined && before.to !== rate.from && x(rate.from) - x(before.to) >= 1) flush();
    open.push(rate);
  }
  flush();
  return areas.join('');
}

/** How many attempts are drawn. */
const MOST_ROWS = 40;

/** Each attempt from its own start, as `crc plan` draws them. */
export function attemptsPicture(story: Story, width: number): Picture {
  const isNarrow = width < 600;
  const { attempts } = story;
  const shown = attempts.slice(0, MOST_ROWS);
  const left = isNarrow ? 8 : 128;
  const right = isNarrow ? 12 : 96;
  const room = width - left - right;
  const longest = greatest(
    attempts.map(({ from, to }) => to - from),
    1,
  );
  const row = isNarrow ? 42 : 28;
  const parts: string[] = [];
  const drawn = (attempt: Attempt, x: (at: number) => number, y: number) =>
    bar(attempt.phases, x, y, 14, MOST_PHASES / shown.length) +
    end(attempt, x, y, 14) +
    notMade(
      story.checkpoints.filter((one) => one.attempt === attempt.number),
      x,
      y,
    );
  for (const [index, attempt] of shown.entries()) {
    const y = 6 + index * row;
    const x = (at: number) => left + ((at - attempt.from) / longest) * room;
    const took = duration(attempt.to - attempt.from);
    const name = `${attempt.number}${attempt.node === '' ? '' : `, ${shortened(attempt.node, isNarrow ? 24 : 14)}`}`;
    if (isNarrow) {
      parts.push(label(`${name}: ${took}`, left, y + 12), drawn(attempt, x, y + 20));
    } else {
      parts.push(label(name, left - 10, y + 15, 'end'), drawn(attempt, x, y + 4));
      parts.push(label(took, x(attempt.to) + 8, y + 15, 'start', 'small'));
    }
  }
  const bottom = 6 + shown.length * row;
  const rest = attempts.length - shown.length;
  if (rest > 0) parts.push(label(`and ${plural(rest, 'more attempt')}`, left, bottom + 14, 'start', 'small'));
  return {
    width,
    height: bottom + (rest > 0 ? 24 : 6),
    title: 'One attempt after another',
    description:
      'Each attempt from its own start, with the same scale. The table of attempts has the same numbers.',
    body: parts.join('\n'),
  };
}

const shortened = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** A picture for a page and for a telephone; the style of the page shows one of them. */
export const both = (draw: (width: number) => Picture, id: string): string =>
  `<div class="wide">${svg(draw(WIDE), `${id}-wide`)}</div><div class="narrow">${svg(draw(NARROW), `${id}-narrow`)}</div>`;

interface Item {
  /** In a space of 22 by 14 pixels. */
  readonly sign: string;
  readonly name: string;
  readonly words: string;
}

/** What the fills and marks of these pictures mean, in the order in which they come in a run. `what`: pictures of times have fills only. */
function legendItems(stories: readonly Story[], what: 'life' | 'times'): Item[] {
  const kinds = new Set(
    stories.flatMap(({ attempts }) => attempts.flatMap(({ phases }) => phases.map(({ kind }) => kind))),
  );
  const fill = (name: string, words: string): Item => ({ sign: rect(name, 1, 1, 20, 12), name, words });
  const items: Item[] = [];
  if (kinds.has('start') || kinds.has('restore')) items.push(fill('restore', 'start-up, restore'));
  items.push(fill('work', 'work'));
  if (kinds.has('save')) items.push(fill('save', 'checkpoint'));
  if (kinds.has('lost')) items.push(fill('lost', 'work that was lost (hatched)'));
  if (kinds.has('end')) items.push(fill('end', 'end of an attempt'));
  if (what === 'times') return items;
  if (kinds.has('suspended')) items.push(fill('suspended', 'suspended'));
  const dot = (name: string, radius: number) => `<circle class="${name}" cx="11" cy="7" r="${radius}"/>`;
  if (stories.some(({ checkpoints }) => checkpoints.some(({ generation }) => generation === null)))
    items.push({ sign: dot('failed', 3.5), name: 'failed', words: 'checkpoint that failed or was skipped' });
  if (stories.some(({ attempts }) => attempts.some(({ whose }) => whose === 'application')))
    items.push({ sign: dot('done', 4), name: 'done', words: 'end of the program' });
  if (stories.some(({ waits }) => waits.length > 0))
    items.push({ sign: line('wait', 0, 7, 22, 7), name: 'wait', words: 'waiting between attempts' });
  return items;
}

/** The legend of pictures in a page. */
export function legend(stories: readonly Story[], id: string, what: 'life' | 'times' = 'life'): string {
  const items = legendItems(stories, what).map(({ sign, name, words }) => {
    const picture = svg({ width: 22, height: 14, title: '', description: '', body: sign }, `${id}-${name}`)
      .replace(/role="img"/, 'aria-hidden="true"')
      .replace(/ aria-labelledby="[^"]*"/, '')
      .replace(/<title[\s\S]*<\/desc>/, '');
    return `<li>${picture}${words}</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>`;
}

/** The legend as a part of a picture in a separate file. */
export function drawnLegend(
  stories: readonly Story[],
  width: number,
): { readonly body: string; readonly height: number } {
  const row = 20;
  const parts: string[] = [];
  let [x, y] = [0, 0];
  for (const { sign, words } of legendItems(stories, 'life')) {
    const wide = 28 + roughWidth(words) + 16;
    if (x > 0 && x + wide > width) [x, y] = [0, y + row];
    parts.push(`<g transform="translate(${px(x)} ${y})">${sign}${label(words, 28, 11)}</g>`);
    x += wide;
  }
  return { body: parts.join('\n'), height: y + row };
}
