import { plural } from '../diagnostics/words.ts';
import { greatest } from '../model/greatest.ts';
import type { Story } from '../model/story.ts';
import { htmlPage, list, section, table } from '../page/html.ts';
import { pageStyle, pictureStyle } from '../page/style.ts';
import { label, type Picture, px, roundBytes, roundTop, svg } from '../page/svg.ts';
import { cores, duration, percent } from '../page/text.ts';
import { describeSize } from '../time/size.ts';
import { loadOf } from './load.ts';
import { both, drawnLegend, legend, lifePicture, type Shared, WIDE } from './picture.ts';
import { drawnLength } from './scale.ts';
import { alertsInShort, alertsOfMany, endingInWords, nameOf } from './words.ts';

/** Runs above one another, with the same scales for time, memory and processors. */
export function comparePicture(stories: readonly Story[], width: number): Picture {
  const shared = sharedBy(stories);
  const parts: string[] = [];
  let y = 0;
  for (const story of stories) {
    const { body, height } = lifePicture(story, width, shared);
    parts.push(label(nameOf(story), 0, y + 13, 'start', 'strong'));
    parts.push(`<g transform="translate(0 ${y + 16})">${body}</g>`);
    y += height + 34;
  }
  return {
    width,
    height: y - 12,
    title: `Compared: ${stories.map(nameOf).join('; ')}`,
    description: `${stories.length} runs above one another, with the same scales. ${stories.map(inWords).join(' ')}`,
    body: parts.join('\n'),
  };
}

function inWords(story: Story): string {
  const load = loadOf(story);
  const sealed = story.checkpoints.filter(({ generation }) => generation !== null).length;
  return `${nameOf(story)}: ${endingInWords(story.ending)} after ${duration(story.length)}, ${plural(sealed, 'checkpoint')}, ${plural(story.attempts.length, 'attempt')}${load === undefined ? '' : `, ${describeSize(load.peak)} of memory at most, ${load.cores === null ? 'processors not measured' : `${cores(load.cores)} processors on average`}`}.`;
}

function sharedBy(stories: readonly Story[]): Shared {
  const loads = stories.flatMap((story) => loadOf(story) ?? []);
  const sizes = stories.flatMap(({ checkpoints }) => checkpoints.flatMap(({ bytes }) => bytes ?? []));
  return {
    length: greatest(stories.map(drawnLength), 1),
    bytes: roundBytes(greatest([...loads.map(({ peak }) => peak), ...sizes], 1)),
    writing: roundBytes(
      greatest(
        loads.flatMap(({ rates }) => rates.map(({ writing }) => writing)),
        1,
      ),
    ),
    cores: roundTop(
      greatest(
        loads.flatMap(({ rates }) => rates.map(({ cores }) => cores)),
        0.1,
      ),
    ),
  };
}

/** The picture as a separate file, for a document. */
export function compareSvg(stories: readonly Story[]): string {
  const picture = comparePicture(stories, WIDE);
  const { body, height } = drawnLegend(stories, WIDE);
  const whole = {
    ...picture,
    height: picture.height + 8 + height,
    body: `${picture.body}\n<g transform="translate(0 ${px(picture.height + 8)})">${body}</g>`,
  };
  return `${svg(whole, 'runs', pictureStyle)}\n`;
}

export function comparePage(stories: readonly Story[]): string {
  const rows = stories.map((story) => {
    const { budget, times, checkpoints, restores, length } = story;
    const load = loadOf(story);
    return {
      cells: [
        nameOf(story),
        endingInWords(story.ending),
        duration(length),
        duration(budget.used),
        percent(budget.used > 0 ? times.work / budget.used : 0),
        String(checkpoints.filter(({ generation }) => generation !== null).length),
        String(restores.filter(({ ok }) => ok).length),
        load === undefined ? 'not measured' : describeSize(load.peak),
        cores(load?.cores ?? null),
        alertsInShort(story),
      ],
    };
  });
  const head = [
    'Run',
    'End',
    'From start to end',
    'Walltime',
    'Work',
    'Checkpoints',
    'Restores',
    'Memory',
    'Processors',
    'Look at this',
  ];
  const urgent = alertsOfMany(stories);
  const body = [
    section(
      'The runs above one another',
      `<figure>${both((width) => comparePicture(stories, width), 'runs')}${legend(stories, 'legend')}<figcaption>All have the same scales. The table has the same numbers.</figcaption></figure>`,
    ),
    ...(urgent.length > 0 ? [section('Look at this', list(urgent), 'alerts')] : []),
    section('In numbers', table({ head, rows, numbers: [2, 3, 4, 5, 6, 7, 8] }, 'The runs in numbers')),
  ];
  return htmlPage(
    `${stories.length} runs compared`,
    stories.map(nameOf).join('; '),
    body.join('\n'),
    pageStyle,
  );
}
