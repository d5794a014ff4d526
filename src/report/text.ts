import type { Painter } from '../diagnostics/paint.ts';
import { wrap } from '../diagnostics/width.ts';
import { plural } from '../diagnostics/words.ts';
import { greatest } from '../model/greatest.ts';
import type { Attempt, Phase, Story } from '../model/story.ts';
import { axis, drawBar, type Mark } from '../page/bar.ts';
import {
  COLUMNS,
  cores as coresInUse,
  duration,
  item,
  LABEL,
  percent,
  row,
  type Section,
  textPage,
} from '../page/text.ts';
import { describeSize } from '../time/size.ts';
import { intervalsOf } from './interval.ts';
import { loadOf } from './load.ts';
import { alerts, endOf, inShort, isRehearsal, leadInWords } from './words.ts';

/** How many attempts are drawn: the first ones and the last ones. */
const MOST_ROWS = 24;
/** How many remarks are told. */
const MOST_REMARKS = 12;
/** Checkpoints closer than this many columns are not drawn one by one. */
const DRAWN = 3;

const LEGEND = [
  '> start, restore',
  '- work',
  'x work that was lost',
  '| checkpoint',
  '= work with checkpoints, too many to draw',
  '# last checkpoint',
  'o checkpoint that failed or was skipped',
  '* end of the program',
  ', going on to the next attempt',
  's suspended',
];

/**
 * The story of a run for a terminal.
 * @param columns no line is longer, if its words are not
 */
export function storyText(story: Story, columns: number, paint: Painter): string {
  const width = Math.min(columns, 100);
  const sections: Section[] = [
    { title: 'The run', lines: theRun(story, width) },
    { title: 'Look at this', lines: alerts(story).flatMap((one) => item(one, width)), urgent: true },
    { title: 'One attempt after another', lines: timeline(story, width) },
    { title: 'The interval', lines: isRehearsal(story) ? [] : theInterval(story, width) },
    { title: 'The load', lines: theLoad(story, width) },
    { title: 'What else happened', lines: remarks(story, width) },
  ];
  return textPage(inShort(story), sections, paint, width);
}

function theRun(story: Story, width: number): string[] {
  const { budget, times, checkpoints, restores, ending } = story;
  const share = (seconds: number) => percent(budget.used > 0 ? seconds / budget.used : 0);
  const sealed = checkpoints.filter(({ generation }) => generation !== null);
  const sizes = sealed.flatMap(({ bytes }) => bytes ?? []);
  const of = budget.total === null ? '' : ` of ${duration(budget.total)}`;
  const lines: [string, string][] = [['walltime', `${duration(budget.used)}${of}`]];
  lines.push(['work', `${duration(times.work)}, ${share(times.work)} of the walltime`]);
  if (sealed.length > 0)
    lines.push([
      'checkpoints',
      `${sealed.length}, ${duration(times.save)} in all, ${share(times.save)}${sizes.length > 0 ? `; ${describeSize(greatest(sizes, 0))} at most` : ''}`,
    ]);
  if (restores.length > 0)
    lines.push([
      'restores',
      `${restores.filter(({ ok }) => ok).length}, ${duration(times.restore)} in all, ${share(times.restore)}`,
    ]);
  lines.push(['lost', `${duration(times.lost)} of work, ${share(times.lost)}`]);
  if (times.waiting > 0) {
    const queue = story.waits.filter(({ kind }) => kind === 'queue');
    const waited = queue.reduce((sum, { from, to }) => sum + to - from, 0);
    const words = [
      ...(waited > 0 ? [`${duration(waited)} in the queue, between attempts`] : []),
      ...(times.waiting > waited ? [`${duration(times.waiting - waited)} until somebody resumed it`] : []),
    ];
    lines.push(['waits', words.join('; ')]);
  }
  if ('why' in ending && ending.why !== '') lines.push(['end', ending.why]);
  const set = [...new Set(story.attempts.map(({ overridden }) => overridden).filter((one) => one !== ''))];
  if (set.length > 0) lines.push(['settings', `from the environment: ${set.join('; ')}`]);
  return lines.flatMap(([label, text]) => row(label, text, width));
}

/** The attempts of a run, one bar each. */
export function timeline({ attempts, checkpoints }: Story, columns: number): string[] {
  const isNarrow = columns < 60;
  const tab = isNarrow ? 5 : LABEL;
  const width = Math.min(columns, COLUMNS) - 2 - tab - 15;
  const scale = greatest(
    attempts.map(({ from, to }) => to - from),
    1,
  );
  const half = Math.floor(MOST_ROWS / 2);
  const shown =
    attempts.length <= MOST_ROWS ? attempts : [...attempts.slice(0, half), null, ...attempts.slice(-half)];
  const used = new Set<string>();
  const rows = shown.flatMap((attempt) => {
    if (attempt === null) return [`  ${''.padEnd(tab)}and ${attempts.length - 2 * half} attempts in between`];
    const bar = drawBar(marksOf(attempt, checkpoints, scale, width), scale, width, ' ');
    for (const mark of bar) used.add(mark);
    const isLast = attempt === attempts.at(-1);
    return [
      `  ${(isNarrow ? `${attempt.number}` : `attempt ${attempt.number}`).padEnd(tab)}${bar} ${duration(attempt.to - attempt.from)}`,
      ...wrap(`${attempt.node}: ${endOf(attempt, isLast)}`, columns - 4 - tab).map(
        (line) => `  ${''.padEnd(tab)}${line}`,
      ),
    ];
  });
  const legend = LEGEND.filter(([mark = '']) => used.has(mark)).map((one) => one.replaceAll(' ', '\u00A0'));
  return [
    ...rows,
    `  ${''.padEnd(tab)}${axis(scale, width, duration)}`,
    ...wrap(legend.join('   '), columns - 4).map((line) => `  ${line.trim()}`),
  ];
}

const MARKS: Readonly<Record<Phase['kind'], string>> = {
  start: '>',
  restore: '>',
  work: '-',
  lost: 'x',
  save: '|',
  end: ',',
  suspended: 's',
};

function marksOf(attempt: Attempt, checkpoints: Story['checkpoints'], scale: number, width: number): Mark[] {
  const { from, phases, whose, reason } = attempt;
  const saves = phases.filter(({ kind }) => kind === 'save');
  const length = (phases.at(-1)?.to ?? from) - from;
  const isCrowded = saves.length > 3 && (length / saves.length / scale) * width < DRAWN;
  const last = reason === null ? undefined : saves.at(-1);
  const long: Mark[] = [];
  const short: Mark[] = [];
  for (const phase of phases) {
    const { kind } = phase;
    const place = [phase.from - from, phase.to - from] as const;
    if (kind === 'save') {
      if (phase === last) short.push([...place, '#']);
      else if (!isCrowded) short.push([...place, '|']);
      else long.push([...place, '=']);
    } else if (kind === 'work' && isCrowded) long.push([...place, '=']);
    else if (kind === 'work' || kind === 'lost') long.push([...place, MARKS[kind]]);
    else short.push([...place, MARKS[kind]]);
  }
  for (const { at, generation, attempt: number } of checkpoints)
    if (generation === null && number === attempt.number) short.push([at - from, at - from, 'o']);
  if (whose === 'application') short.push([length, length, '*']);
  return [...long, ...short];
}

function theInterval(story: Story, width: number): string[] {
  const found = intervalsOf(story);
  if (found === undefined) return [];
  const { used, mean, cost, longest, restart, failures, mtbf, young, daly, expected, measured, lead } = found;
  const seconds = (value: number) =>
    value < 10 ? `${Math.round(value * 10) / 10} s` : duration(Math.round(value));
  const candidate = (interval: number) => {
    const overhead = expected(interval);
    return `${seconds(interval).padEnd(14)}${overhead === null || overhead > 0.99 ? 'hardly any work gets done between failures' : `${percent(overhead)} of the walltime, as expected`}`;
  };
  const often =
    failures === 0
      ? `no failure came without a warning. The shares assume one in ${duration(mtbf)}, as long as this run; with fewer, a longer interval is better`
      : `${plural(failures, 'failure')} without a warning, one every ${duration(Math.round(mtbf))}`;
  const atMost = seconds(longest) === seconds(cost) ? '' : ` on average (${seconds(longest)} at most)`;
  return [
    ...row(
      'measured',
      `a checkpoint took ${seconds(cost)}${atMost}, a restart ${seconds(restart)}; ${often}`,
      width,
    ),
    ...row(
      'lost, this run',
      `${percent(measured)} of the walltime to checkpoints, restores and work done again, measured`,
      width,
    ),
    ...(used === null ? [] : row('used', candidate(used), width)),
    ...(used === null && mean !== null ? row('used (mean)', candidate(mean), width) : []),
    ...row('best by Young', candidate(young), width),
    ...row('best by Daly', candidate(daly), width),
    ...row('lead', leadInWords(lead), width),
  ];
}

function theLoad(story: Story, width: number): string[] {
  const load = loadOf(story);
  if (load === undefined) return [];
  const { peak, cores, written, processes } = load;
  return [
    ...row(
      'memory',
      `${describeSize(peak)} at most, in ${processes} process${processes === 1 ? '' : 'es'}`,
      width,
    ),
    ...row('processor', cores === null ? coresInUse(cores) : `${coresInUse(cores)} cores on average`, width),
    ...row('written', `at least ${describeSize(written)}`, width),
  ];
}

function remarks(story: Story, width: number): string[] {
  const rest = story.remarks.length - MOST_REMARKS;
  const lines = story.remarks
    .slice(0, MOST_REMARKS)
    .flatMap(({ at, attempt, text }) => item(`${duration(at)}, attempt ${attempt}: ${text}`, width));
  return rest > 0 ? [...lines, ...item(`and ${rest} more`, width)] : lines;
}
