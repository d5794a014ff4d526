import { writeFile } from 'node:fs/promises';
import type { Painter } from '../../diagnostics/paint.ts';
import { capitalized } from '../../diagnostics/words.ts';
import { plainWords } from '../../host/files.ts';
import { columnsOf } from '../../host/print.ts';
import type { EngineName } from '../../language/words.ts';
import type { Story } from '../../model/story.ts';
import { htmlPage, part, section, table } from '../../page/html.ts';
import { pageStyle } from '../../page/style.ts';
import { written } from '../../rehearse/faults/parse.ts';
import { type Comparison, inShort } from '../../rehearse/summary.ts';
import type { Verdict } from '../../rehearse/verdicts/verdict.ts';
import { type Extra, extraSection, storyPage, storySections } from '../../report/page.ts';
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
export function storyOf({ journal, evidence, workflow }: Rehearsed): Story | undefined {
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

/** What a page says about a workflow: that it was rehearsed, or why it was not. */
export type OnPage = { readonly workflow: string; readonly engine: EngineName } & (
  | { readonly why: string }
  | {
      readonly all: readonly Rehearsed[];
      readonly verdicts: readonly Verdict[];
      readonly predicted: readonly Comparison[];
      /** What ran, and on what, as labels and texts. */
      readonly how: readonly (readonly [string, string])[];
    }
);
type Judged = Exclude<OnPage, { why: string }>;

const sentence = (text: string) => `${capitalized(text)}.`;

const promises = ({ all, verdicts }: Judged): Extra => ({
  title: 'Rehearsed: the promises',
  place: 'first',
  text: [
    `A rehearsal on one machine, not a run on a cluster. ${sentence(inShort(verdicts))}`,
    all.length === 1
      ? `Faults: ${all.map(faultsOf).join('')}.`
      : `There were ${all.length} runs. ${all.map(runTitle).join('. ')}.`,
    ...all.flatMap(shortcomings).map((one) => `${one}.`),
  ].join(' '),
  table: {
    head: ['Promise', 'Verdict', 'What was seen'],
    rows: verdicts.map(({ promise, title, outcome, why, evidence }) => ({
      cells: [`${promise}. ${title}`, WORDS[outcome], outcome === 'broken' ? evidence.join('; ') : why],
      tone: TONES[outcome],
    })),
  },
});

const prediction = ({ predicted }: Judged): Extra => ({
  title: 'The real run, as crc plan predicts it, and this rehearsal',
  place: 'after',
  table: { head: ['What', 'crc plan', 'This rehearsal'], rows: predicted.map((cells) => ({ cells })) },
});

const how = ({ how: facts }: Judged): Extra => ({ title: 'How it was rehearsed', place: 'after', facts });

const logOf = ({ log }: Rehearsed): readonly Extra[] =>
  log.length === 0 ? [] : [{ title: "The end of the job's log", place: 'after', printed: log.join('\n') }];

/** The sections of one run, and what else is to be in them. */
function runSections(run: Rehearsed, extras: readonly Extra[]): readonly string[] {
  const story = storyOf(run);
  return story === undefined
    ? [...extras.map(extraSection), section('The life of the run', '<p>It has no journal.</p>')]
    : storySections(story, extras, true);
}

/** The sections of a workflow: each of its runs is drawn in the same way; several have a part each. */
function sectionsOf(judged: Judged): readonly string[] {
  const { all } = judged;
  const [only] = all;
  if (only !== undefined && all.length === 1)
    return runSections(only, [promises(judged), prediction(judged), how(judged), ...logOf(only)]);
  return [
    ...[promises(judged), prediction(judged), how(judged)].map(extraSection),
    ...all.map((run, at) =>
      part(runTitle(run, at), runSections(run, logOf(run)).join('\n'), `run-${at + 1}`, `run ${at + 1}`),
    ),
  ];
}

/** Workflows down: what became of their promises. */
function overview(told: readonly OnPage[]): string {
  const rows = told.map((one, at) => {
    const { workflow, engine } = one;
    if ('why' in one) return { cells: [workflow, engine, '', '', '', one.why], tone: 'neutral' as const };
    const count = (outcome: Verdict['outcome']) =>
      one.verdicts.filter((verdict) => verdict.outcome === outcome).length;
    return {
      cells: [
        workflow,
        engine,
        ...(['held', 'broken', 'untried'] as const).map((outcome) => String(count(outcome))),
        one.all.flatMap(shortcomings).join('; '),
      ],
      tone: count('broken') > 0 ? ('bad' as const) : ('good' as const),
      link: partOf(at),
    };
  });
  const head = ['Workflow', 'Engine', 'Promises held', 'Broken', 'Not tried', 'Remark'];
  return section('The workflows', table({ head, rows, numbers: [2, 3, 4] }, 'The workflows'));
}

const partOf = (at: number) => `workflow-${at + 1}`;

/** A page about the workflows of a file; `of`: how many it has. */
export function rehearsalPage(file: string, told: readonly OnPage[], of: number): string {
  const judged = told.flatMap((one, at) => ('why' in one ? [] : [{ one, at }]));
  const runs = judged.flatMap(({ one }) => one.all);
  const [only] = told;
  const story = runs[0] === undefined ? undefined : storyOf(runs[0]);
  const by = 'crc rehearse';
  if (of === 1 && only !== undefined && !('why' in only)) {
    const title = `${only.workflow}, rehearsed`;
    if (runs.length === 1 && story !== undefined)
      return storyPage(story, [promises(only), prediction(only), how(only), ...runs.flatMap(logOf)], {
        title,
        by,
      });
    return wholePage(title, sentence(inShort(only.verdicts)), sectionsOf(only), runs);
  }
  const count = judged.length === of ? String(of) : `${judged.length} of ${of}`;
  return wholePage(
    `${count} workflows rehearsed`,
    `From ${file}.`,
    [
      overview(told),
      ...judged.map(({ one, at }) => part(one.workflow, sectionsOf(one).join('\n'), partOf(at))),
    ],
    runs,
  );
}

function wholePage(
  title: string,
  lead: string,
  sections: readonly string[],
  runs: readonly Rehearsed[],
): string {
  const lines = runs.reduce((sum, { evidence }) => sum + evidence.journal.length, 0);
  const footer = `<footer>Made by crc rehearse from ${lines} lines of the runs' journals.</footer>`;
  return htmlPage(title, lead, `${sections.join('\n')}\n${footer}`, pageStyle);
}

/** Writes the page. Resolves to the reason if it cannot be written. */
export async function writePage(path: string, page: string): Promise<string | undefined> {
  try {
    await writeFile(path, page);
    return undefined;
  } catch (error) {
    return plainWords(error);
  }
}
