import type { RunFacts } from '../model/story.ts';

/** What `status --json` prints, as far as a story needs it. The schema is specs/status.schema.json. */
export interface Status {
  readonly journal: string;
  readonly facts: RunFacts;
}

/** The format that this version reads. */
const FORMAT = 1;

/** Undefined if the text is not such an object; `format`, if it is one of a version that this crc does not know. */
export function readStatus(text: string): Status | { readonly format: number } | undefined {
  if (!/^\s*\{\s*"format"\s*:/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { format, workflow, run, status, queue, total, lead, interval, attempts, journal } = value as Record<
    string,
    unknown
  >;
  if (typeof format !== 'number') return undefined;
  if (format !== FORMAT) return { format };
  if (!Array.isArray(journal)) return undefined;
  const count = (one: unknown) => (typeof one === 'number' && Number.isFinite(one) ? one : undefined);
  const words = (one: unknown) => (typeof one === 'string' ? one : undefined);
  const seconds: Record<number, number> = {};
  for (const one of Array.isArray(attempts) ? attempts : []) {
    const [number, charged] = [count(one?.attempt), count(one?.seconds)];
    if (number !== undefined && charged !== undefined) seconds[number] = charged;
  }
  return {
    journal: journal.filter((line) => typeof line === 'string').join('\n'),
    facts: {
      workflow: words(workflow),
      run: words(run),
      status: count(status),
      total: count(total),
      lead: count(lead),
      interval: count(interval),
      seconds,
      // With no job in the queue, the last attempt is over, whether it left a word or not.
      isOver: queue === '',
    },
  };
}
