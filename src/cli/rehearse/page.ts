import { writeFile } from 'node:fs/promises';
import type { Painter } from '../../diagnostics/paint.ts';
import { plainWords } from '../../host/files.ts';
import { columnsOf } from '../../host/print.ts';
import type { Story } from '../../model/story.ts';
import { written } from '../../rehearse/faults/parse.ts';
import { type Comparison, inShort } from '../../rehearse/summary.ts';
import type { Verdict } from '../../rehearse/verdicts/verdict.ts';
import { storyPage } from '../../report/page.ts';
import { readStory } from '../../report/story.ts';
import { timeline } from '../../report/text.ts';
import type { Rehearsed } from './rehearsal.ts';
import { WORDS } from './results.ts';

const faultsOf = ({ struck }: Rehearsed) => struck.map(({ fault }) => written(fault)).join(', ') || 'none';

const runTitle = (one: Rehearsed, at: number) => `Run ${at + 1}: ${faultsOf(one)}`;

/** What the rehearsal set out to do, and did not: a sentence each, without a full stop. */
export const shortcomings = ({ missed, evidence }: Rehearsed): readonly string[] => [
  ...missed.map(({ fault, why }) => `${written(fault)} did not come: ${why}`),
  ...(evidence.cutShort === undefined ? [] : [`The rehearsal did not come to its end: ${evidence.cutShort}`]),
];

/** The attempts of each run, as bars for a terminal. */
export function timelinesText(all: readonly Rehearsed[], paint: Painter): string {
  const parts = all.flatMap((one, at) => {
    const story = storyOf(one);
    if (story === undefined) return [];
    const title = all.length === 1 ? 'One attempt after another' : runTitle(one, at);
    return [paint.bold(title), ...timeline(story, columnsOf('stdout')), ''];
  });
  return parts.join('\n');
}

/** The story of a run; none if its journal has no beginning. */
function storyOf({ journal, evidence, workflow }: Rehearsed): Story | undefined {
  const read = readStory(journal, {
    workflow,
    total: evidence.settings.total,
    interval: evidence.settings.interval,
    lead: evidence.settings.lead,
    seconds: Object.fromEntries(evidence.charged.map(({ attempt, seconds }) => [attempt, seconds])),
    status: evidence.status ?? undefined,
  });
  return read.ok ? read.story : undefined;
}

const TONES = { held: 'good', broken: 'bad', untried: 'neutral' } as const;

/**
 * Writes the first run as a page, with the verdicts and the prediction; of others, their attempts. Resolves to the reason if it cannot be
 * written. `how`: what ran, and on what, as labels and texts.
 */
export async function writePage(
  file: string,
  all: readonly Rehearsed[],
  verdicts: readonly Verdict[],
  predicted: readonly Comparison[],
  how: readonly (readonly [string, string])[],
): Promise<string | undefined> {
  const stories = all.flatMap((one, at) => {
    const story = storyOf(one);
    return story === undefined ? [] : [{ story, title: runTitle(one, at) }];
  });
  const [first, ...others] = stories;
  if (first === undefined) return 'there is no journal to make it from';
  const page = storyPage(
    first.story,
    [
      {
        title: 'Rehearsed: the promises',
        place: 'first',
        text: [
          `A rehearsal on one machine, not a run on a cluster. ${inShort(verdicts).replace(/^p/, 'P')}.`,
          all.length === 1
            ? `Faults: ${all.map(faultsOf).join('')}.`
            : `There were ${all.length} runs; the page shows the first, and the attempts of the others below it. ${all.map(runTitle).join('. ')}.`,
          ...all.flatMap(shortcomings).map((one) => `${one}.`),
        ].join(' '),
        table: {
          head: ['Promise', 'Verdict', 'What was seen'],
          rows: verdicts.map(({ promise, title, outcome, why, evidence }) => ({
            cells: [`${promise}. ${title}`, WORDS[outcome], outcome === 'broken' ? evidence.join('; ') : why],
            tone: TONES[outcome],
          })),
        },
      },
      {
        title: 'The real run, as crc plan predicts it, and this rehearsal',
        place: 'after',
        table: { head: ['', 'crc plan', 'This rehearsal'], rows: predicted.map((cells) => ({ cells })) },
      },
      ...others.map(({ story, title }) => ({
        title,
        place: 'after' as const,
        printed: timeline(story, 80).join('\n'),
      })),
      { title: 'How it was rehearsed', place: 'after', facts: how },
      ...all.flatMap(({ log }) =>
        log.length === 0
          ? []
          : [{ title: "The end of the job's log", place: 'after' as const, printed: log.join('\n') }],
      ),
    ],
    { title: `${all[0]?.workflow ?? 'A flow'}, rehearsed`, by: 'crc rehearse' },
  );
  try {
    await writeFile(file, page);
    return undefined;
  } catch (error) {
    return plainWords(error);
  }
}
