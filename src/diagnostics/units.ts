import type { Seconds } from '../model/flow.ts';
import { formatClock as clock, describeDuration, formatDuration } from '../time/duration.ts';
import { defineDiagnostics, error } from './define.ts';
import { rewrite } from './fix.ts';
import { quote } from './words.ts';

const FORMS = 'a duration is a whole number with `s`, `min`, `h` or `d`, or HH:MM:SS, or D-HH:MM:SS';

/** Not limits, but times of checkpoints. */
const FOR_CHECKPOINTS = ['interval', 'lead'];

/** CRF250 to CRF299: durations and sizes that can be misread or are invalid. `text` is what was written. */
export const units = defineDiagnostics(250, 299, {
  timeNoUnit: error<{ text: string; count: number }>()('CRF250', 'A time without a unit', {
    title: ({ text }) => `${quote(text)} has no unit`,
    notes: ({ count, text }) => [
      `Slurm reads ${text} as minutes (${describeDuration(count * 60)}), people often mean seconds (${describeDuration(count)})`,
    ],
    help: ({ text }) => [`write \`${text}s\` or \`${text}min\``],
    fixes: ({ text }, here) => ['s', 'min'].flatMap((unit) => rewrite(here, text, `${text}${unit}`, false)),
  }),
  bareM: error<{ text: string; count: number }>()('CRF251', 'm as a unit of time', {
    title: () => '`m` is not a unit of time',
    notes: () => ['m can mean minutes, months or metres'],
    help: ({ count }) => [`write \`${count}min\``],
    fixes: ({ count }, here) =>
      /^\d+\s*m$/i.test(here.written) ? rewrite(here, here.written, `${count}min`, false) : [],
  }),
  twoFields: error<{ text: string; slurm: Seconds; people: Seconds }>()(
    'CRF252',
    'A time with two fields, such as 2:30',
    {
      title: ({ text }) => `${quote(text)} can be read in two ways`,
      notes: ({ slurm, people }) => [
        `Slurm reads minutes and seconds (${describeDuration(slurm)}), most people mean hours and minutes (${describeDuration(people)})`,
      ],
      help: ({ slurm, people }) => [
        `write \`${clock(slurm)}\` for the first, \`${clock(people)}\` for the second`,
      ],
      fixes: ({ text, slurm, people }, here) =>
        [slurm, people].flatMap((one) => rewrite(here, text, clock(one), false)),
    },
  ),
  dayHours: error<{ text: string; slurm: Seconds }>()('CRF253', 'A time of days and hours, such as 1-12', {
    title: ({ text }) => `${quote(text)} is easily misread`,
    notes: ({ slurm }) => [`Slurm reads days and hours (${describeDuration(slurm)}), others read a range`],
    help: ({ slurm }) => [`write \`${formatDuration(slurm)}\` or \`${clock(slurm)}\``],
    fixes: ({ text, slurm }, here) => rewrite(here, text, clock(slurm), false),
  }),
  timeFraction: error<{ text: string; exact: Seconds | undefined }>()('CRF254', 'A time with a fraction', {
    title: ({ text }) => `${quote(text)}: a duration is a whole number of its unit`,
    help: ({ exact }) => [
      exact === undefined
        ? 'write a whole number, or a division such as `1d / 4`'
        : `write \`${formatDuration(exact)}\``,
    ],
    fixes: ({ text, exact }, here) => (exact === undefined ? [] : rewrite(here, text, formatDuration(exact))),
  }),
  timeCompound: error<{ text: string; total: Seconds }>()(
    'CRF255',
    'A time of several parts that are not written together',
    {
      title: ({ text }) => `${quote(text)}: write the parts of a duration together, the largest unit first`,
      help: ({ total }) => [
        `write \`${formatDuration(total)}\`${formatDuration(total) === clock(total) ? '' : ` or \`${clock(total)}\``}`,
      ],
      fixes: ({ text, total }, here) => rewrite(here, text, formatDuration(total)),
    },
  ),
  timeSpelling: error<{ text: string; total: Seconds }>()('CRF256', 'A unit of time in another spelling', {
    title: ({ text }) => `${quote(text)} is not how crflow writes a duration`,
    notes: () => ['the units are `s`, `min`, `h` and `d`, in lower case, directly after the number'],
    help: ({ total }) => [`write \`${formatDuration(total)}\``],
    fixes: ({ text, total }, here) => rewrite(here, text, formatDuration(total)),
  }),
  timeUnlimited: error<{ text: string; key: string }>()('CRF257', 'A time without limit', {
    title: ({ text, key }) =>
      FOR_CHECKPOINTS.includes(key)
        ? `${quote(text)} is not a duration for \`${key}\``
        : `\`${key}\` must have a limit`,
    notes: ({ key }) =>
      FOR_CHECKPOINTS.includes(key)
        ? [
            'without checkpoints there is nothing to continue from; for a run that starts again instead, write `engine = none`',
          ]
        : [
            'crflow counts back from the limit to know when to checkpoint; without one, a run could continue for ever',
          ],
    help: ({ key }) => [
      key === 'interval'
        ? 'write `interval = auto`, which the job calculates, or a duration, such as `interval = 1h`'
        : key === 'lead'
          ? 'write the time that a checkpoint needs, for instance `lead = 2min`'
          : `write the longest time that you accept, for instance \`${key} = 7d\``,
    ],
  }),
  timeField: error<{ text: string; field: string; most: number }>()(
    'CRF258',
    'A field of HH:MM:SS that is too large',
    {
      title: ({ text, field, most }) => `the ${field} in ${quote(text)} are more than ${most}`,
      notes: () => ['in HH:MM:SS, only the hours can exceed 59; in D-HH:MM:SS they end at 23'],
    },
  ),
  timeZero: error<{ key: string }>()('CRF259', 'A time of zero', {
    title: ({ key }) => `\`${key}\` must be longer than zero`,
    notes: ({ key }) =>
      key === 'time' || key === 'time_min' ? ['Slurm reads a limit of 0 as no limit at all'] : [],
  }),
  timeTooLong: error<{ text: string }>()('CRF260', 'A time of more than ten years', {
    title: ({ text }) => `${quote(text)} is more than ten years`,
    notes: () => ['no job runs that long, so the number or its unit is wrong'],
  }),
  notATime: error<{ text: string; key: string; example: string }>()(
    'CRF261',
    'A value that is not a duration',
    {
      title: ({ text }) => `${quote(text)} is not a duration`,
      notes: () => [FORMS],
      help: ({ example }) => [`write, for instance, \`${example}\``],
    },
  ),
  sizeNoUnit: error<{ text: string }>()('CRF270', 'A size without a unit', {
    title: ({ text }) => `${quote(text)} has no unit`,
    notes: () => ['Slurm reads a bare number as MiB, other tools as bytes'],
    help: ({ text }) => [`write \`${text}MiB\` or \`${text}GiB\``],
    fixes: ({ text }, here) => ['MiB', 'GiB'].flatMap((unit) => rewrite(here, text, `${text}${unit}`, false)),
  }),
  sizeSpelling: error<{ text: string; written: string; unit: string; exact: string }>()(
    'CRF271',
    'A unit of size in another spelling',
    {
      title: ({ text, written, unit }) =>
        written === unit
          ? `${quote(text)}: there must be no blank between a number and its unit`
          : `\`${written}\` is not a unit of size`,
      notes: ({ written, unit }) => (written === unit ? [] : [sizeNote(written, unit)]),
      help: ({ exact }) => [`write \`${exact}\``],
      fixes: ({ text, written, exact }, here) => rewrite(here, text, exact, /^[kmgt]ib$/i.test(written)),
    },
  ),
  sizeFraction: error<{ text: string; exact: string | undefined }>()('CRF272', 'A size with a fraction', {
    title: ({ text }) => `${quote(text)}: a size is a whole number of its unit`,
    help: ({ exact }) => [exact === undefined ? 'write it in a smaller unit' : `write \`${exact}\``],
    fixes: ({ text, exact }, here) => (exact === undefined ? [] : rewrite(here, text, exact)),
  }),
  sizeZero: error<{ key: string }>()('CRF273', 'A size of zero', {
    title: ({ key }) => `\`${key}\` must be more than zero`,
    notes: ({ key }) => (key === 'mem' ? ['Slurm reads --mem=0 as all the memory of a node'] : []),
    help: ({ key }) =>
      key === 'mem'
        ? ['write the size that the job needs, or leave `mem` out: the job then asks for what `memory` says']
        : [],
  }),
  sizeTooLarge: error<{ text: string }>()('CRF274', 'A size of more than a pebibyte', {
    title: ({ text }) => `${quote(text)} is more than 1024 TiB`,
    notes: () => ['no node has that much memory, so the number or its unit is wrong'],
    help: () => ['write what the program needs on one node, for instance `200MiB`'],
  }),
  notASize: error<{ text: string; key: string; example: string }>()('CRF275', 'A value that is not a size', {
    title: ({ text }) => `${quote(text)} is not a size`,
    notes: () => ['a size is a whole number with `KiB`, `MiB`, `GiB` or `TiB`'],
    help: ({ example }) => [`write, for instance, \`${example}\``],
  }),
});

function sizeNote(written: string, unit: string): string {
  const power = { KiB: '1024', MiB: '1024^2', GiB: '1024^3', TiB: '1024^4' }[unit] ?? '';
  const letter = unit.slice(0, 1);
  if (/^[kmgt]$/i.test(written))
    return `for Slurm, ${letter} is ${unit} (${power} bytes); for disks, ${letter} is a power of 1000`;
  if (/^[kmgt]b$/i.test(written)) return `in the SI, ${letter}B is a power of 1000; for Slurm it is ${power}`;
  return `the units are KiB, MiB, GiB and TiB, in exactly this spelling, directly after the number; ${unit} is ${power} bytes`;
}
