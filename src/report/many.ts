import type { Painter } from '../diagnostics/paint.ts';
import { wrap } from '../diagnostics/width.ts';
import { plural } from '../diagnostics/words.ts';
import { greatest } from '../model/greatest.ts';
import type { PhaseKind, Story } from '../model/story.ts';
import { drawBar, type Mark } from '../page/bar.ts';
import { escaped, facts, htmlPage, list, section, table } from '../page/html.ts';
import { pageStyle } from '../page/style.ts';
import { label, type Picture, px, rect } from '../page/svg.ts';
import { duration, item, percent, row, type Section, textPage } from '../page/text.ts';
import { both, legend } from './picture.ts';
import { thinRows } from './thin.ts';
import { alertsInShort, alertsOfMany, endingInWords, endOf, nameOf, namesOf } from './words.ts';

/** Several runs: a table, where the time went, and which failed and why. */

/** What a bar of a run is made of, in this order. */
const KINDS: readonly PhaseKind[] = ['start', 'restore', 'work', 'save', 'lost', 'end'];
const MARKS: Readonly<Record<string, string>> = {
  start: '>',
  restore: '>',
  work: '-',
  save: '|',
  lost: 'x',
  end: ',',
};
const LEGEND = [
  '> starts, restores',
  '- work',
  '| checkpoints',
  'x work that was lost',
  ', ends of attempts',
  '! look at this',
];
/** How many runs are drawn, the longest ones. */
const MOST_DRAWN = 60;

const HEAD = [
  'Run',
  'End',
  'Attempts',
  'Walltime',
  'Work',
  'Checkpoints',
  'Restores',
  'Lost',
  'Waited',
  'Look at this',
];
const NUMBERS = [2, 3, 4, 5, 6, 7, 8];

const cellsOf = (story: Story): string[] => [
  nameOf(story),
  endingInWords(story.ending),
  String(story.attempts.length),
  duration(story.budget.used),
  percent(story.budget.used > 0 ? story.times.work / story.budget.used : 0),
  String(story.checkpoints.filter(({ generation }) => generation !== null).length),
  String(story.restores.filter(({ ok }) => ok).length),
  duration(story.times.lost),
  duration(story.times.waiting),
  alertsInShort(story),
];

/** Numbers of all runs together, as labels and texts. */
function together(stories: readonly Story[]): [string, string][] {
  const sum = (of: (story: Story) => number) => stories.reduce((all, one) => all + of(one), 0);
  const used = sum(({ budget }) => budget.used);
  const share = (seconds: number) => `${duration(seconds)}, ${percent(used > 0 ? seconds / used : 0)}`;
  const walltimes = stories.map(({ budget }) => budget.used).sort((a, b) => a - b);
  const at = (part: number) => duration(walltimes[Math.round(part * (walltimes.length - 1))] ?? 0);
  return [
    [
      'runs',
      `${stories.length}; ${plural(
        sum(({ attempts }) => attempts.length),
        'attempt',
      )}`,
    ],
    [
      'walltime',
      `${duration(used)}; of a run: ${at(0)} at least, ${at(0.5)} in the middle, ${at(1)} at most`,
    ],
    ['work', share(sum(({ times }) => times.work))],
    ['checkpoints', share(sum(({ times }) => times.save))],
    ['starts, restores', share(sum(({ times }) => times.start + times.restore))],
    ['lost', share(sum(({ times }) => times.lost))],
    ['waits', duration(sum(({ times }) => times.waiting))],
  ];
}

/** How runs ended, the most frequent first: what, how many, and for those that failed the reason and the runs. */
function endings(stories: readonly Story[]): string[][] {
  const name = namesOf(stories);
  const groups = new Map<string, { words: string; why: string; runs: Story[] }>();
  for (const story of stories) {
    const { ending } = story;
    const isFine = ending.kind === 'done' && ending.status === 0;
    const why = 'why' in ending && !isFine ? ending.why : '';
    const words = endingInWords(ending);
    const group = groups.get(`${words}\n${why}`) ?? { words, why, runs: [] };
    group.runs.push(story);
    groups.set(`${words}\n${why}`, group);
  }
  return [...groups.values()]
    .sort((a, b) => b.runs.length - a.runs.length)
    .map(({ words, why, runs }) => {
      const isFine = words === 'done, with status 0';
      const names = runs.slice(0, 6).map(name);
      const named = isFine
        ? ''
        : `${names.join(', ')}${runs.length > 6 ? ` and ${runs.length - 6} more` : ''}`;
      return [words, String(runs.length), why, named];
    });
}

/** Why attempts ended, over all runs. */
function attemptEnds(stories: readonly Story[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const { attempts } of stories)
    for (const one of attempts) {
      const words = endOf(one, one === attempts.at(-1));
      counts.set(words, (counts.get(words) ?? 0) + 1);
    }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** For a terminal. */
export function manyText(stories: readonly Story[], columns: number, paint: Painter): string {
  const width = Math.min(columns, 100);
  const lines = (pairs: readonly (readonly [string, string])[]) =>
    pairs.flatMap(([name, text]) => row(name, text, width));
  const name = namesOf(stories);
  const tab = Math.min(
    greatest(
      stories.map((story) => name(story).length),
      16,
    ),
    28,
  );
  const room = Math.max(12, width - 28 - tab);
  const longest = greatest(
    stories.map(({ budget }) => budget.used),
    1,
  );
  const used = new Set<string>();
  const drawn = longestFirst(stories).map((story) => {
    let clock = 0;
    const marks = KINDS.map((kind): Mark => {
      const from = clock;
      clock += story.times[kind];
      return [from, clock, MARKS[kind] ?? '?'];
    }).filter(([from, to]) => to > from);
    const bar = drawBar(marks, longest, room, ' ');
    for (const mark of bar) used.add(mark);
    const mark = alertsInShort(story) === '' ? '' : ' !';
    if (mark !== '') used.add('!');
    return `  ${shortened(name(story), tab).padEnd(tab + 1)}${bar} ${duration(story.budget.used)}${mark}`;
  });
  const legend = LEGEND.filter(([mark = '']) => used.has(mark)).map((one) => one.replaceAll(' ', '\u00A0'));
  const rest = stories.length - drawn.length;
  const sections: Section[] = [
    { title: 'Together', lines: lines(together(stories)) },
    {
      title: 'Look at this',
      lines: alertsOfMany(stories).flatMap((one) => item(one, width)),
      urgent: true,
    },
    {
      title: 'How they ended',
      lines: endings(stories).flatMap(([words = '', count = '', why = '', runs = '']) =>
        row(
          `${count} run${count === '1' ? '' : 's'}`,
          [words, why, runs].filter((one) => one !== '').join(': '),
          width,
        ),
      ),
    },
    {
      title: 'How attempts ended',
      lines: lines(attemptEnds(stories).map(([words, count]) => [String(count), words])),
    },
    {
      title: 'Where the time went',
      lines: [
        ...drawn,
        ...(rest > 0 ? [`  and ${plural(rest, 'shorter run')}`] : []),
        ...wrap(legend.join('   '), width - 4).map((line) => `  ${line.trim()}`),
      ],
    },
  ];
  return textPage(`${stories.length} runs`, sections, paint, width);
}

const longestFirst = (stories: readonly Story[]) =>
  stories.length <= MOST_DRAWN
    ? stories
    : [...stories].sort((a, b) => b.budget.used - a.budget.used).slice(0, MOST_DRAWN);

const shortened = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** Each run as a bar: how much time went where, and beside it the time between attempts. */
function timesPicture(stories: readonly Story[], width: number): Picture {
  const isNarrow = width < 600;
  const shown = longestFirst(stories);
  const left = isNarrow ? 8 : 190;
  const room = width - left - (isNarrow ? 8 : 90);
  const longest = greatest(
    shown.map(({ budget }) => budget.used),
    1,
  );
  const height = isNarrow ? 36 : 22;
  const parts = shown.map((story, index) => {
    const y = 4 + index * height;
    const top = isNarrow ? y + 18 : y + 2;
    let x = left;
    const bars = KINDS.map((kind) => {
      const part = (story.times[kind] / longest) * room;
      x += part;
      return part > 0 ? rect(kind, x - part, top, part, 12, `${kind}: ${duration(story.times[kind])}`) : '';
    });
    const took = duration(story.budget.used);
    const name = shortened(nameOf(story), isNarrow ? 34 : 28);
    return isNarrow
      ? label(`${name}: ${took}`, left, y + 12) + bars.join('')
      : label(name, left - 8, y + 12, 'end') + bars.join('') + label(took, x + 6, y + 12, 'start', 'small');
  });
  const rest = stories.length - shown.length;
  if (rest > 0) parts.push(label(`and ${plural(rest, 'shorter run')}`, left, 16 + shown.length * height));
  return {
    width,
    height: Number(px(shown.length * height + (rest > 0 ? 26 : 8))),
    title: 'Where the time of each run went',
    description: together(stories)
      .map(([name, text]) => `${name}: ${text}`)
      .join('. '),
    body: parts.join('\n'),
  };
}

/** As a page. */
export function manyPage(stories: readonly Story[]): string {
  const pairs = together(stories).map(([name, text]): [string, string] => [
    name.charAt(0).toUpperCase() + name.slice(1),
    text,
  ]);
  const kinds = legend(stories, 'legend', 'times');
  const rows = thinRows(
    stories,
    (story) => story.ending.kind !== 'done' || story.ending.status !== 0 || alertsInShort(story) !== '',
  ).map((story) => ({
    cells: cellsOf(story),
  }));
  const which =
    rows.length < stories.length
      ? `${rows.length} of ${stories.length} runs; --json has all of them`
      : `all ${stories.length} runs`;
  const all = table({ head: HEAD, rows, numbers: NUMBERS }, 'All runs');
  const ended = table(
    {
      head: ['End', 'Runs', 'Why', 'Which'],
      rows: endings(stories).map((cells) => ({ cells })),
      numbers: [1],
    },
    'How the runs ended',
  );
  const attempts = table(
    {
      head: ['End', 'Attempts'],
      rows: attemptEnds(stories).map(([words, count]) => ({ cells: [words, String(count)] })),
      numbers: [1],
    },
    'How the attempts ended',
  );
  const urgent = alertsOfMany(stories);
  const body = [
    section('Together', facts(pairs)),
    ...(urgent.length > 0 ? [section('Look at this', list(urgent), 'alerts')] : []),
    section('How the runs ended', ended),
    section(
      'Where the time went',
      `<figure>${both((width) => timesPicture(stories, width), 'times')}${kinds}<figcaption>The walltime of each run, without the time between attempts. The table has the same numbers.</figcaption></figure>`,
    ),
    section('How the attempts ended', attempts),
    section(
      'All runs',
      rows.length <= 40 ? all : `<details><summary>Table of ${which}</summary>${all}</details>`,
    ),
  ];
  const title = `${stories.length} runs`;
  const [, text = ''] = pairs[1] ?? [];
  return htmlPage(title, `Walltime ${escaped(text)}.`, body.join('\n'), pageStyle);
}
