import type { Seconds } from '../model/flow.ts';
import { largestExact, TIME_UNITS, TIME_WORDS, unitNamed } from './units.ts';

/** Ten years. Anything longer is a mistake, and this keeps bash's and Slurm's arithmetic far from their limits. */
export const LONGEST: Seconds = 3650 * 86_400;

/**
 * Why a text is not a duration, with what a message needs. Forms that Slurm or people read differently from what one
 * would expect are separate kinds.
 */
export type DurationMistake =
  | { readonly kind: 'no-unit'; readonly count: number }
  | { readonly kind: 'bare-m'; readonly count: number }
  /** `2:30`: how Slurm reads it, and what people mean. */
  | { readonly kind: 'two-fields'; readonly slurm: Seconds; readonly people: Seconds }
  /** `1-12`, `1-12:30`: Slurm's day-hours[:minutes]. */
  | { readonly kind: 'day-hours'; readonly slurm: Seconds }
  | { readonly kind: 'fraction'; readonly exact: Seconds | undefined }
  /** `1h 30min`, `30min1h`, `1h1h`. */
  | { readonly kind: 'compound'; readonly total: Seconds }
  /** `10 min`, `2hours`, `5Min`: clear, but not the language's spelling. */
  | { readonly kind: 'spelling'; readonly total: Seconds; readonly written: string }
  | { readonly kind: 'unlimited' }
  /** A field of `HH:MM:SS` that is too large. */
  | { readonly kind: 'field'; readonly field: 'hours' | 'minutes' | 'seconds'; readonly most: number }
  | { readonly kind: 'too-long' }
  | { readonly kind: 'other' };

export type DurationResult =
  | { readonly ok: true; readonly seconds: Seconds }
  | { readonly ok: false; readonly mistake: DurationMistake };

/** Reads `90s 10min 2h 1d`, `1h30min`, `HH:MM:SS` and `D-HH:MM:SS`, all with whole numbers. Never throws. */
export function parseDuration(text: string): DurationResult {
  const simple = /^(\d+)([a-z]+)$/.exec(text);
  const unit = simple ? unitNamed(TIME_UNITS, simple[2] ?? '') : undefined;
  if (simple && unit) return inRange(Number(simple[1]) * unit.factor);
  const several = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)min)?(?:(\d+)s)?$/.exec(text);
  if (several && text !== '')
    return inRange(TIME_UNITS.reduce((sum, { factor }, i) => sum + Number(several[i + 1] ?? 0) * factor, 0));
  const clock = /^(?:(\d+)-)?(\d+):(\d{1,2}):(\d{1,2})$/.exec(text);
  if (clock) return fromClock(clock[1], clock[2] ?? '', clock[3] ?? '', clock[4] ?? '');
  return { ok: false, mistake: explain(text) };
}

/** The `.crflow` form: `90s`, `10min`, `2h`; `HH:MM:SS` from an hour on if no larger unit divides it. */
export function formatDuration(seconds: Seconds): string {
  if (seconds > 3_600 && seconds % 60 !== 0) return formatClock(seconds);
  return largestExact(TIME_UNITS, seconds) ?? `${seconds}s`;
}

/** For people: `1 min 30 s`, `2 d 4 h`. Negative values keep their sign. */
export function describeDuration(seconds: Seconds): string {
  if (seconds < 0) return `-${describeDuration(-seconds)}`;
  const parts: string[] = [];
  let rest = seconds;
  for (const unit of TIME_UNITS) {
    const count = Math.floor(rest / unit.factor);
    if (count > 0) parts.push(`${count} ${unit.name}`);
    rest -= count * unit.factor;
  }
  return parts.length > 0 ? parts.join(' ') : '0 s';
}

/** `HH:MM:SS`, with days before it from a day on. */
export function formatClock(seconds: Seconds): string {
  const days = Math.floor(seconds / 86_400);
  const fields = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = fields.map((field) => String(field).padStart(2, '0')).join(':');
  return days > 0 ? `${days}-${clock}` : clock;
}

function inRange(seconds: number): DurationResult {
  return seconds <= LONGEST ? { ok: true, seconds } : { ok: false, mistake: { kind: 'too-long' } };
}

function fromClock(days: string | undefined, h: string, min: string, s: string): DurationResult {
  const wrong = (field: 'hours' | 'minutes' | 'seconds', most: number): DurationResult => ({
    ok: false,
    mistake: { kind: 'field', field, most },
  });
  if (days !== undefined && Number(h) > 23) return wrong('hours', 23);
  if (Number(min) > 59) return wrong('minutes', 59);
  if (Number(s) > 59) return wrong('seconds', 59);
  return inRange(Number(days ?? 0) * 86_400 + Number(h) * 3_600 + Number(min) * 60 + Number(s));
}

function explain(text: string): DurationMistake {
  if (/^(unlimited|infinite)$/i.test(text)) return { kind: 'unlimited' };
  if (/^\d+$/.test(text)) return { kind: 'no-unit', count: Number(text) };
  const metre = /^(\d+) ?m$/i.exec(text);
  if (metre) return { kind: 'bare-m', count: Number(metre[1]) };
  const short = /^(\d+):(\d+)$/.exec(text);
  if (short) {
    const [left, right] = [Number(short[1]), Number(short[2])];
    return { kind: 'two-fields', slurm: left * 60 + right, people: left * 3_600 + right * 60 };
  }
  const day = /^(\d+)-(\d+)(?::(\d+))?$/.exec(text);
  if (day) {
    return {
      kind: 'day-hours',
      slurm: Number(day[1]) * 86_400 + Number(day[2]) * 3_600 + Number(day[3] ?? 0) * 60,
    };
  }
  return explainWords(text);
}

/** Counts followed by words: fractions, several at once, and spellings that are not the language's. */
function explainWords(text: string): DurationMistake {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?) ?([A-Za-z]+)/g)];
  const units = parts.map((part) => unitNamed(TIME_UNITS, TIME_WORDS[(part[2] ?? '').toLowerCase()] ?? ''));
  const readable =
    parts.length > 0 && parts.map((part) => part[0]).join('') === text.replaceAll(/(?<=[A-Za-z]) /g, '');
  if (!readable || units.includes(undefined))
    return { kind: /^\d+\.\d/.test(text) ? 'fraction' : 'other', exact: undefined };
  const total = parts.reduce((sum, part, i) => sum + Number(part[1]) * (units[i]?.factor ?? 0), 0);
  if (total > LONGEST) return { kind: 'too-long' };
  if (text.includes('.')) {
    const whole = Math.round(total);
    return { kind: 'fraction', exact: Math.abs(total - whole) < 1e-6 ? whole : undefined };
  }
  if (parts.length > 1) return { kind: 'compound', total };
  return { kind: 'spelling', total, written: parts[0]?.[2] ?? '' };
}
