import { capitalized } from '../diagnostics/words.ts';
import { greatest } from '../model/greatest.ts';
import type { Story } from '../model/story.ts';
import { escaped, facts, htmlPage, list, section, type Table, table } from '../page/html.ts';
import { pageStyle } from '../page/style.ts';
import { cores, duration, percent } from '../page/text.ts';
import { describeDuration } from '../time/duration.ts';
import { describeSize } from '../time/size.ts';
import { formatUtc } from '../time/utc.ts';
import { intervalsOf } from './interval.ts';
import { loadOf } from './load.ts';
import { attemptsPicture, both, legend, lifePicture, WIDE } from './picture.ts';
import { isCut } from './scale.ts';
import { isThinned, thinRows } from './thin.ts';
import { alerts, endOf, inShort, isRehearsal, leadInWords, nameOf } from './words.ts';

/** A section that somebody else adds to the page: the verdicts of a rehearsal, the prediction of the plan. */
export interface Extra {
  readonly title: string;
  /** `first`: above the picture of the run; else below it. */
  readonly place: 'first' | 'after';
  /** Sentences before the table. */
  readonly text?: string;
  /** Labels and their texts, before the table. */
  readonly facts?: readonly (readonly [string, string])[];
  readonly table?: Table;
  /** Text as it is printed, in a font of fixed width. */
  readonly printed?: string;
}

/** Tables with more rows than this are folded. */
const MOST_OPEN = 12;

/** What a page is about, if it is not a run on a cluster. */
export interface About {
  readonly title: string;
  /** The command that makes the page. */
  readonly by: string;
}

/** The story of a run as a page: one file, without scripts and without anything from the network. */
export function storyPage(story: Story, extras: readonly Extra[] = [], about?: About): string {
  const { title, by } = about ?? { title: nameOf(story), by: 'crc report' };
  const sections = storySections(story, extras, about !== undefined || isRehearsal(story));
  return htmlPage(
    title,
    leadOf(story),
    `${sections.join('\n')}\n<footer>${footer(story, by)}</footer>`,
    pageStyle,
  );
}

/** What happened, in a sentence, and when it began. */
function leadOf(story: Story): string {
  const lead = inShort(story).slice(nameOf(story).length + 2);
  return `${capitalized(lead)}. Began ${formatUtc(story.began)} UTC.`;
}

/** The story of a run as sections, for a whole page or for a part of one. */
export function storySections(
  story: Story,
  extras: readonly Extra[],
  isRehearsed: boolean,
): readonly string[] {
  const urgent = alerts(story);
  const extra = (place: Extra['place']) => extras.filter((one) => one.place === place).map(extraSection);
  return [
    ...extra('first'),
    section('The life of the run', life(story)),
    ...(urgent.length > 0 ? [section('Look at this', list(urgent), 'alerts')] : []),
    ...extra('after'),
    section('In numbers', facts(numbers(story))),
    // In a rehearsal, faults come on purpose, and often.
    isRehearsed ? '' : interval(story),
    section('Attempts', attemptsSection(story)),
    checkpointsSection(story),
    eventsSection(story),
    filesSection(story),
  ].filter((one) => one !== '');
}

export function extraSection({ title, text, facts: pairs, table: rows, printed }: Extra): string {
  const parts = [
    ...(text === undefined ? [] : [`<p>${escaped(text)}</p>`]),
    ...(pairs === undefined ? [] : [facts(pairs)]),
    ...(rows === undefined ? [] : [table(rows, title)]),
    ...(printed === undefined
      ? []
      : [`<pre role="region" tabindex="0" aria-label="${escaped(title)}">${escaped(printed)}</pre>`]),
  ];
  return section(title, parts.join(''));
}

function life(story: Story): string {
  const cut = isCut(story) ? ' Long waits are drawn shorter than they are.' : '';
  const thinned = isThinned(story, WIDE)
    ? ' What is too close to be told apart is drawn together; the least and the greatest values are kept.'
    : '';
  return `<figure>${both((width) => lifePicture(story, width), 'life')}${legend([story], 'legend')}<figcaption>Time since the run began.${cut}${thinned} The tables below have the same numbers.</figcaption></figure>`;
}

function numbers(story: Story): [string, string][] {
  const { budget, times, checkpoints, restores, waits } = story;
  const share = (seconds: number) => percent(budget.used > 0 ? seconds / budget.used : 0);
  const sealed = checkpoints.filter(({ generation }) => generation !== null);
  const sizes = sealed.flatMap(({ bytes }) => bytes ?? []);
  const load = loadOf(story);
  const found: [string, string][] = [
    ['Walltime', `${duration(budget.used)}${budget.total === null ? '' : ` of ${duration(budget.total)}`}`],
    ['Work', `${duration(times.work)}, ${share(times.work)} of the walltime`],
    [
      'Checkpoints',
      `${sealed.length}, ${duration(times.save)} in all, ${share(times.save)}${sizes.length > 0 ? `; ${describeSize(greatest(sizes, 0))} at most` : ''}`,
    ],
    ['Restores', `${restores.filter(({ ok }) => ok).length}, ${duration(times.restore)} in all`],
    ['Lost work', `${duration(times.lost)}, ${share(times.lost)}`],
    ['Start-up', duration(times.start)],
  ];
  if (waits.length > 0) found.push(['Between attempts', duration(times.waiting)]);
  if (load !== undefined) {
    found.push([
      'Resident memory',
      `${describeSize(load.peak)} at most, in ${load.processes} process${load.processes === 1 ? '' : 'es'}`,
    ]);
    found.push(['Processors', load.cores === null ? cores(null) : `${cores(load.cores)} in use on average`]);
    found.push(['Written', `at least ${describeSize(load.written)}`]);
  }
  return found;
}

function interval(story: Story): string {
  const found = intervalsOf(story);
  if (found === undefined) return '';
  const { used, mean, cost, longest, restart, failures, mtbf, young, daly, expected, measured, lead } = found;
  const short = (seconds: number) =>
    seconds < 10 ? `${Math.round(seconds * 10) / 10} s` : duration(Math.round(seconds));
  const atMost = short(longest) === short(cost) ? '' : ` on average, ${short(longest)} at most`;
  const often =
    failures === 0
      ? `No failure came without a warning. The expectations assume one in ${duration(mtbf)}, the time of this run: with fewer, a longer interval is better still.`
      : `A failure without a warning came every ${duration(Math.round(mtbf))} on average.`;
  const candidates: [string, number | null][] = [
    [used === null ? 'used (mean)' : 'used', used ?? mean],
    ['best by Young', young],
    ['best by Daly', daly],
  ];
  const rows = candidates.flatMap(([name, seconds]) => {
    if (seconds === null) return [];
    const overhead = expected(seconds);
    return [
      {
        cells: [
          name,
          short(seconds),
          overhead === null || overhead > 0.99
            ? 'hardly any work gets done'
            : `${percent(overhead)}, as expected`,
        ],
      },
    ];
  });
  const run = { cells: ['this run', short(mean ?? used ?? 0), `${percent(measured)}, measured`] };
  return section(
    'The interval',
    `<p>A checkpoint took ${short(cost)}${atMost}, and a restart ${short(restart)}. ${escaped(often)} Lead: ${leadInWords(lead)}.</p>${table({ head: ['Interval', 'Duration', 'Share of the walltime lost to checkpoints and failures'], rows: [run, ...rows], numbers: [1, 2] }, 'Intervals compared')}`,
  );
}

function attemptsSection(story: Story): string {
  const { attempts, began } = story;
  const picture =
    attempts.length > 1
      ? `<figure>${both((width) => attemptsPicture(story, width), 'attempts')}</figure>`
      : '';
  const rows = thinRows(attempts, ({ next }) => next === null).map((one) => ({
    cells: [
      String(one.number),
      formatUtc(began + one.from),
      describeDuration(one.to - one.from),
      one.job,
      one.node,
      endOf(one, one === attempts.at(-1)),
    ],
  }));
  return (
    picture +
    folded(
      { head: ['Attempt', 'Start (UTC)', 'Duration', 'Job', 'Node', 'End'], rows, numbers: [0] },
      'Attempts',
      'attempts',
      attempts.length,
    )
  );
}

function checkpointsSection({ checkpoints, began }: Story): string {
  if (checkpoints.length === 0) return '';
  const rows = thinRows(checkpoints, ({ why }) => why !== null).map(
    ({ at, attempt, generation, bytes, seconds, last, why }) => ({
      cells: [
        generation === null ? 'none' : String(generation),
        formatUtc(began + at),
        String(attempt),
        bytes === null ? '' : describeSize(bytes),
        seconds === null ? '' : `${seconds} s`,
        why ?? (last ? 'last of its attempt' : ''),
      ],
    }),
  );
  const head = ['Generation', 'Time (UTC)', 'Attempt', 'Size', 'Took', 'Remark'];
  return section(
    'Checkpoints',
    folded({ head, rows, numbers: [0, 2, 3, 4] }, 'Checkpoints', 'checkpoints', checkpoints.length),
  );
}

function eventsSection({ restores, losses, remarks, began }: Story): string {
  const events = [
    ...restores.map(({ at, attempt, generation, kind, ok, seconds }) => ({
      at,
      attempt,
      matters: kind !== 'proof',
      words: `${ok ? `Generation ${generation} was restored` : `Generation ${generation} could not be restored`}${kind === 'proof' ? ', right after its checkpoint' : ''} (${seconds} s).`,
    })),
    ...losses.map(({ at, attempt, seconds, failure, why }) => ({
      at,
      attempt,
      matters: true,
      words: `${duration(seconds)} of work ${failure ? 'was lost without a warning' : 'has to be done again'}: ${why || 'no reason is known'}.`,
    })),
    ...remarks.map(({ at, attempt, text }) => ({ at, attempt, matters: true, words: text })),
  ].sort((a, b) => a.at - b.at);
  if (events.length === 0) return '';
  const rows = thinRows(events, ({ matters }) => matters).map(({ at, attempt, words }) => ({
    cells: [formatUtc(began + at), String(attempt), words],
  }));
  return section(
    'Restores, losses and what else happened',
    folded(
      { head: ['Time (UTC)', 'Attempt', 'Event'], rows, numbers: [1] },
      'Events',
      'events',
      events.length,
    ),
  );
}

function filesSection({ stale, warnings }: Story): string {
  const rows = [
    ...stale.map(({ file, how, generation }) => ({
      cells: [file, `${how}; not rolled back to generation ${generation}`],
    })),
    ...warnings.map(({ file, why }) => ({ cells: [file, why] })),
  ];
  if (rows.length === 0) return '';
  return section(
    'Files that no restore brings back',
    folded({ head: ['File', 'Why'], rows: thinRows(rows) }, 'Files', 'files', rows.length),
  );
}

/** A long table can be opened; a short one is open. `all`: how many rows there are, of which the table may have some. */
function folded(rows: Table, caption: string, noun: string, all: number): string {
  const made = table(rows, caption);
  const shown = rows.rows.length;
  if (shown <= MOST_OPEN) return made;
  const which = shown < all ? `${shown} of ${all} ${noun}; --json has all of them` : `all ${all} ${noun}`;
  return `<details><summary>Table of ${which}</summary>${made}</details>`;
}

const footer = ({ journal }: Story, by: string) =>
  `Made by ${by} from ${journal.lines} lines of the run's journal${journal.torn.length > 0 ? `; ${journal.torn.length} could not be read` : ''}.`;
