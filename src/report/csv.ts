import type { Story } from '../model/story.ts';
import { formatUtc } from '../time/utc.ts';
import { nameOf } from './words.ts';

const COLUMNS = [
  'run',
  'attempt',
  'what',
  'utc',
  'from',
  'to',
  'generation',
  'bytes',
  'processes',
  'resident',
  'processor',
  'written',
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number], string | number | null | undefined>>;

/** All phases, waits, checkpoints and samples of runs, a row each; seconds count from the start of the run. */
export function storiesCsv(stories: readonly Story[]): string {
  const rows: Row[] = stories.flatMap((story) => {
    const run = story.run ?? nameOf(story);
    const sizes = new Map(story.checkpoints.map(({ generation, bytes }) => [generation, bytes]));
    const own: Row[] = [
      ...story.attempts.flatMap(({ number, phases }) =>
        phases.map(({ kind, from, to, generation }) => ({
          attempt: number,
          what: kind,
          from,
          to,
          generation,
          bytes: kind === 'save' ? sizes.get(generation ?? null) : undefined,
        })),
      ),
      ...story.waits.map(({ kind, from, to }) => ({
        what: kind === 'queue' ? 'waiting' : 'stopped',
        from,
        to,
      })),
      ...story.samples.map(({ at, ...sample }) => ({ what: 'measured', from: at, to: at, ...sample })),
    ];
    own.sort((a, b) => Number(a.from) - Number(b.from));
    return own.map((row) => ({ run, utc: formatUtc(story.began + Number(row.from)), ...row }));
  });
  return [COLUMNS.join(','), ...rows.map((row) => COLUMNS.map((name) => field(row[name])).join(','))]
    .map((line) => `${line}\n`)
    .join('');
}

/** As RFC 4180 has it. */
function field(value: string | number | null | undefined): string {
  const text = String(value ?? '');
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
