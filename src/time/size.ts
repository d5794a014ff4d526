import type { Bytes } from '../model/flow.ts';
import { largestExact, SIZE_UNITS, unitNamed } from './units.ts';

/** One pebibyte: more than any node has, and far below what a double counts exactly. */
export const LARGEST: Bytes = 1024 ** 5;

/** Why a text is not a size, with what a message needs. */
export type SizeMistake =
  | { readonly kind: 'no-unit'; readonly count: number }
  /** `4G`, `4GB`, `4gib`, `4 GiB`: the exact spelling in the language's units. */
  | { readonly kind: 'spelling'; readonly written: string; readonly unit: string; readonly exact: string }
  | { readonly kind: 'fraction'; readonly exact: string | undefined }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'other' };

export type SizeResult =
  | { readonly ok: true; readonly bytes: Bytes }
  | { readonly ok: false; readonly mistake: SizeMistake };

/** Reads a whole number and one of `KiB MiB GiB TiB`. Never throws. */
export function parseSize(text: string): SizeResult {
  const match = /^(\d+)([A-Za-z]+)$/.exec(text);
  const unit = match ? unitNamed(SIZE_UNITS, match[2] ?? '') : undefined;
  if (!match || !unit) return { ok: false, mistake: explain(text) };
  const bytes = Number(match[1]) * unit.factor;
  return bytes <= LARGEST ? { ok: true, bytes } : { ok: false, mistake: { kind: 'too-large' } };
}

/** The `.crflow` form if one exists: `4GiB`; sizes that are not a whole number of KiB are written in bytes. */
export function formatSize(bytes: Bytes): string {
  return largestExact(SIZE_UNITS, bytes) ?? `${bytes}B`;
}

/** For people: `4 GiB`, `1.5 GiB`; one decimal at most. */
export function describeSize(bytes: Bytes): string {
  const unit = SIZE_UNITS.find((one) => bytes >= one.factor);
  if (unit === undefined) return `${bytes} B`;
  return `${Math.round((bytes / unit.factor) * 10) / 10} ${unit.name}`;
}

function explain(text: string): SizeMistake {
  if (/^\d+$/.test(text)) return { kind: 'no-unit', count: Number(text) };
  const match = /^(\d+)(\.\d+)? ?([KMGT])(i?b?)$/i.exec(text);
  if (!match) return { kind: /^\d+\.\d/.test(text) ? 'fraction' : 'other', exact: undefined };
  const [, whole = '', decimals, letter = ''] = match;
  const unit = `${letter.toUpperCase()}iB`;
  if (decimals === undefined)
    return { kind: 'spelling', written: text.slice(whole.length).trim(), unit, exact: whole + unit };
  const bytes = Number(whole + decimals) * (unitNamed(SIZE_UNITS, unit)?.factor ?? 1);
  return { kind: 'fraction', exact: Number.isInteger(bytes) ? largestExact(SIZE_UNITS, bytes) : undefined };
}
