import type { RunFacts } from '../model/story.ts';

/** What `status --json` prints, as far as a story needs it. The schema is specs/status.schema.json. */
export interface Status {
  readonly journal: string;
  readonly facts: RunFacts;
}

/** Is it what `status --json` prints? */
const STATUS = /^\s*\{\s*"format"\s*:/;

/** The texts of several such objects, one after another, as `cat *.json` gives them; any other text as it is. */
export function statusesIn(text: string): readonly string[] {
  if (!STATUS.test(text)) return [text];
  const found: string[] = [];
  let [depth, start] = [0, 0];
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}]/g)) {
    if (token !== '{' && token !== '}') continue;
    depth += token === '{' ? 1 : -1;
    if (depth > 0) continue;
    found.push(text.slice(start, index + 1));
    [depth, start] = [0, index + 1];
  }
  const rest = text.slice(start);
  return rest.trim() === '' ? found : [...found, rest];
}

/** The format that this version reads. */
const FORMAT = 1;

/** Undefined if the text is not such an object; `format`, if it is one of a version that this crc does not know. */
export function readStatus(text: string): Status | { readonly format: number } | undefined {
  if (!STATUS.test(text)) return undefined;
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
