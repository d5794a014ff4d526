import type { Seconds } from '../model/flow.ts';
import type { Story } from '../model/story.ts';
import { timeStep } from '../page/svg.ts';

/** Where a time is drawn. Long waits are drawn shorter than they are, so that they leave room for what happened. */
export interface Scale {
  readonly x: (at: Seconds) => number;
  /** The waits that are drawn shorter. */
  readonly cut: readonly { readonly from: Seconds; readonly to: Seconds }[];
  readonly ticks: readonly Seconds[];
}

/** A wait longer than this share of the time in attempts is drawn as long as the second share of it. */
const LONG = 0.15;
const DRAWN_AS = 0.09;

interface Piece {
  readonly from: Seconds;
  readonly to: Seconds;
  /** As how long it is drawn. */
  readonly drawn: Seconds;
  readonly isCut: boolean;
}

/** How long a run is drawn. */
export const drawnLength = (story: Story): Seconds =>
  piecesOf(story).reduce((sum, { drawn }) => sum + drawn, 0);

/** Is a wait drawn shorter than it is? */
export const isCut = (story: Story): boolean => piecesOf(story).some(({ isCut }) => isCut);

function piecesOf(story: Story): Piece[] {
  const waiting = story.waits.reduce((sum, { from, to }) => sum + to - from, 0);
  const active = Math.max(story.length - waiting, 1);
  const pieces: Piece[] = [];
  let clock = 0;
  for (const { from, to } of story.waits) {
    if (from > clock) pieces.push({ from: clock, to: from, drawn: from - clock, isCut: false });
    const isCut = to - from > LONG * active;
    pieces.push({ from, to, drawn: isCut ? DRAWN_AS * active : to - from, isCut });
    clock = to;
  }
  pieces.push({
    from: clock,
    to: Math.max(story.length, clock + 1),
    drawn: Math.max(story.length - clock, 1),
    isCut: false,
  });
  return pieces;
}

/** @param length the time that the whole width is, if it is more than the run's own */
export function scaleOf(story: Story, left: number, width: number, length = 0): Scale {
  const pieces = piecesOf(story);
  const total = Math.max(drawnLength(story), length);
  let sum = 0;
  const placed = pieces.map((piece) => {
    const before = sum;
    sum += piece.drawn;
    return { ...piece, before };
  });
  const x = (at: Seconds): number => {
    // The first piece that ends at this time or later, by halves: a picture asks for many times.
    let [low, high] = [0, placed.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (at <= (placed[middle]?.to ?? at)) high = middle;
      else low = middle + 1;
    }
    const piece = placed[low];
    if (piece === undefined) return left + (sum / total) * width;
    const { from, to, drawn, before } = piece;
    return left + ((before + ((Math.max(at, from) - from) / (to - from)) * drawn) / total) * width;
  };
  const cut = pieces.filter(({ isCut }) => isCut);
  return { x, cut, ticks: ticksFor(story.length, total, width, x, cut) };
}

function ticksFor(
  end: Seconds,
  total: Seconds,
  width: number,
  x: (at: Seconds) => number,
  cut: Scale['cut'],
): Seconds[] {
  const room = 78;
  const step = timeStep(total, Math.max(2, Math.floor(width / room)));
  const ticks: Seconds[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (let at = 0; at <= end; at += step) {
    const inside = cut.find(({ from, to }) => at > from && at < to);
    if (inside !== undefined) {
      // Nothing happens there, and it can be long.
      at = Math.floor(inside.to / step) * step;
      continue;
    }
    if (x(at) - last < room * 0.8) continue;
    ticks.push(at);
    last = x(at);
  }
  return ticks;
}
