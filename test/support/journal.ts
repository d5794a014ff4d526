import type { RunFacts, Story } from '../../src/model/story.ts';
import { readStory } from '../../src/report/story.ts';
import { formatUtc } from '../../src/time/utc.ts';

// Lines of a journal, as a job writes them. `at` is in seconds since the start of the run.
export const began = 1_795_000_000;

/** Lines of the run that began then, in seconds since 1970. */
export const linesSince = (start: number) => {
  const line = (at: number, attempt: number, event: string, more: object = {}) =>
    JSON.stringify({ time: `${formatUtc(start + at).replace(' ', 'T')}Z`, attempt, event, ...more });
  const started = (at: number, attempt: number, spent: number, node = 'n1') =>
    line(at, attempt, 'started', {
      job: '7',
      node,
      spent,
      script: 'job-1.sbatch',
      engine: 'dmtcp',
      interval: 100,
      lead: 60,
      total: 7200,
    });
  return { line, started };
};
export const { line, started } = linesSince(began);
export const sealed = (at: number, attempt: number, generation: number, seconds = 2) =>
  line(at, attempt, 'sealed', { generation, bytes: 1048576, seconds });
export const ended = (at: number, attempt: number, outcome: string, reason = '') =>
  line(at, attempt, 'inner_ended', { outcome, why: 'words', reason });
export const left = (at: number, attempt: number, status: number, whose = 'crflow') =>
  line(at, attempt, 'left', { status, whose, why: 'words' });
export const restored = (at: number, attempt: number, generation: number) =>
  line(at, attempt, 'restored', { generation });

export const read = (lines: readonly string[], facts?: RunFacts): Story => {
  const answer = readStory(`${lines.join('\n')}\n`, facts);
  if (!answer.ok) throw new Error(answer.why);
  return answer.story;
};
