import type { Story } from '../model/story.ts';
import { formatUtc } from '../time/utc.ts';
import { isSkipped } from './remarks.ts';
import { nameOf } from './words.ts';

const COLUMNS = [
  'workflow',
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
  'seconds',
  'file',
  'why',
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number], string | number | null | undefined>>;

/**
 * All phases, waits, checkpoints, losses, files and samples of runs, a row each; `from` and `to` count from the start of the run.
 * `seconds`: the work that was lost.
 */
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
      ...story.checkpoints.flatMap(({ at, attempt, why }) =>
        why === null
          ? []
          : [{ attempt, what: isSkipped(why) ? 'save_skipped' : 'save_failed', from: at, to: at, why }],
      ),
      ...story.restores.flatMap(({ at, attempt, generation, ok }) =>
        ok ? [] : [{ attempt, what: 'restore_failed', from: at, to: at, generation }],
      ),
      ...story.losses.map(({ at, attempt, seconds, why }) => ({
        attempt,
        what: 'loss',
        from: at,
        to: at,
        seconds,
        why,
      })),
      ...story.stale.map(({ at, attempt, generation, file, how }) => ({
        attempt,
        what: 'not_rolled_back',
        from: at,
        to: at,
        generation,
        file,
        why: how,
      })),
      ...story.warnings.map(({ at, attempt, file, why }) => ({
        attempt,
        what: 'at_risk',
        from: at,
        to: at,
        file,
        why,
      })),
      ...story.samples.map(({ at, ...sample }) => ({ what: 'measured', from: at, to: at, ...sample })),
    ];
    own.sort((a, b) => Number(a.from) - Number(b.from));
    return own.map((row) => ({
      workflow: story.workflow,
      run,
      utc: formatUtc(story.began + Number(row.from)),
      ...row,
    }));
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
