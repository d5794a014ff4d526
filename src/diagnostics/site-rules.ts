import type { Bytes, Seconds } from '../model/flow.ts';
import { describeDuration as say, formatDuration as write } from '../time/duration.ts';
import { describeSize, formatSize } from '../time/size.ts';
import { defineDiagnostics, error, warning } from './define.ts';
import { listing, quote } from './words.ts';

/** A name that is not in the site's list. */
interface Unknown {
  /** `partition`, `QOS` or `feature`. */
  readonly what: string;
  readonly name: string;
  readonly nearest: string | undefined;
  readonly known: readonly string[];
  readonly site: string;
}

/** A path on storage that the next attempt may not find. */
interface Lost {
  readonly key: string;
  readonly path: string;
  readonly site: string;
  readonly memory: boolean;
  readonly shared: readonly string[];
}

const nearestOrKnown = ({ nearest, known }: Unknown) => [
  nearest === undefined ? `it has ${listing(known.map(quote))}` : `did you mean \`${nearest}\`?`,
];
const localTitle = ({ key, path, memory }: Lost) =>
  `\`${key}\` is on ${quote(path)}, which is ${memory ? 'the memory of one node' : 'local storage of one node'}`;
const whyLost = ({ key, memory }: Lost) => [
  key === 'state'
    ? 'the next attempt may run on another node, and would not find the checkpoints'
    : 'the next attempt may run on another node, and needs the work folder and the files there',
  ...(memory && key === 'state'
    ? ['and a checkpoint in memory takes up the memory that the program needs']
    : []),
];
const shared = ({ key, shared }: Lost) => [
  shared.length === 0
    ? `use a folder that all nodes share, for instance \`${key} = "$HOME/…"\``
    : `use a folder that all nodes share: ${listing(shared.slice(0, 3).map(quote), 'or')}`,
];

/** CRF420 to CRF439: what the site does not have or does not allow. All times are whole seconds. */
export const siteRules = defineDiagnostics(420, 439, {
  unknownName: error<Unknown>()('CRF420', 'A partition, QOS or feature that the site does not have', {
    title: ({ what, name, site }) => `${site} has no ${what} ${quote(name)}`,
    help: nearestOrKnown,
  }),
  unlistedName: warning<Unknown>()('CRF421', 'A partition, QOS or feature that the profile does not list', {
    title: ({ what, name, site }) => `the profile of ${site} does not list the ${what} ${quote(name)}`,
    notes: () => ['the profile does not say that its list is complete, so the name may be right'],
    help: nearestOrKnown,
  }),
  neededKey: error<{ key: string; site: string; known: readonly string[] }>()(
    'CRF422',
    'A key that every job at the site must have',
    {
      title: ({ key, site }) => `jobs on ${site} must give their ${key}`,
      notes: () => ['Slurm would refuse the job at submission'],
      help: ({ key, known }) => [
        `write \`schedule { ${key} = "…" }\`${known.length > 0 ? `, with ${listing(known.map(quote), 'or')}` : ''}`,
      ],
    },
  ),
  timeAboveLimit: error<{ time: Seconds; limit: Seconds; what: string; name: string; byDefault: boolean }>()(
    'CRF423',
    'A time above the limit of the partition or QOS',
    {
      title: ({ time, limit, what, name }) =>
        `an attempt of ${say(time)} is longer than the ${what} ${quote(name)} allows (${say(limit)})`,
      notes: ({ byDefault, what, name }) => [
        ...(byDefault ? [`the flow does not give a ${what}, so Slurm uses ${quote(name)} here`] : []),
        'Slurm would refuse the job, or leave it in the queue for ever',
      ],
      help: ({ limit, byDefault, what }) => [
        ...(byDefault
          ? [`choose a ${what} that allows more: \`schedule { ${what.toLowerCase()} = … }\``]
          : []),
        `${byDefault ? 'or ' : ''}write \`time = ${write(limit)}\` or less: \`total\` limits all attempts together`,
      ],
    },
  ),
  timeBelowMinimum: error<{ key: 'time' | 'time_min'; time: Seconds; least: Seconds; name: string }>()(
    'CRF424',
    'A time below the minimum of the QOS',
    {
      title: ({ key, time, least, name }) =>
        `\`${key}\` (${say(time)}) is less than the QOS ${quote(name)} requires (${say(least)})`,
      help: ({ key, least }) => [`write \`${key} = ${write(least)}\` or more`],
    },
  ),
  threadsAbove: error<{ threads: number; ranks: number; most: number; where: string }>()(
    'CRF425',
    'More threads than a node has CPUs',
    {
      title: ({ threads, ranks, most, where }) =>
        `no node of ${where} has enough CPUs for ${ranks > 1 ? `${ranks} tasks of ` : ''}${threads} ${threads === 1 ? 'thread' : 'threads'} (at most ${most})`,
      notes: () => ['a job runs on one node'],
      help: ({ threads, ranks, most }) => [
        most >= ranks
          ? `write \`threads = ${Math.floor(most / ranks)}\` or less`
          : `write \`tasks = ${Math.max(1, Math.floor(most / threads))}\` or less`,
      ],
    },
  ),
  memAbove: error<{
    mem: Bytes;
    beside: Bytes;
    most: Bytes;
    fits: Bytes;
    where: string;
    key: 'mem' | 'memory';
  }>()('CRF426', 'More memory than a node has', {
    title: ({ mem, beside, most, where }) =>
      `${describeSize(mem)}${beside > 0 ? ` and ${describeSize(beside)} for what runs beside the program are` : ' is'} more than any node of ${where} has (${describeSize(most)})`,
    help: ({ fits, key }) => (fits > 0 ? [`write \`${key} = ${formatSize(fits)}\` or less`] : []),
  }),
  graceShort: warning<{
    grace: Seconds;
    killWait: Seconds;
    needed: Seconds;
    estimated: boolean;
    where: string;
  }>()('CRF427', 'A preemption grace period that is too short for a checkpoint', {
    title: ({ grace, killWait, needed, where }) =>
      `${where} gives a preempted job ${say(grace + killWait)}, but a last checkpoint may need ${needed > 0 ? say(needed) : 'more'}`,
    notes: ({ grace, killWait, estimated }) => [
      `the first signal comes ${say(grace)} (GraceTime) plus ${say(killWait)} (KillWait) before the end; \`lead\` applies only to the time limit`,
      ...(estimated ? [] : ['the time is taken from `lead`; if you give `memory`, crc estimates it']),
      'a preemption may lose the work since the last checkpoint',
    ],
    help: () => ['lower `interval` to the amount of work that you can afford to lose'],
  }),
  noRequeue: warning<{ site: string }>()('CRF428', 'Requeueing at a site that turned it off', {
    title: ({ site }) => `Slurm on ${site} requeues jobs only if they ask for it (JobRequeue=0)`,
    notes: () => [
      'the job asks for it, but the site may refuse; the run then continues as a new job, or stops',
    ],
    help: () => ['write `schedule { continue = resubmit }`: each attempt is then a separate job'],
  }),
  localStorage: error<Lost>()('CRF429', 'Files of a run on local storage of one node', {
    title: localTitle,
    notes: whyLost,
    help: shared,
  }),
  perhapsLocal: warning<Lost>()(
    'CRF430',
    'Files of a run on what is nearly always local storage of one node',
    {
      title: (lost) => `${localTitle(lost)} on nearly every cluster`,
      notes: whyLost,
      help: shared,
    },
  ),
  purged: warning<{ key: string; path: string; after: Seconds; total: Seconds; wait: Seconds }>()(
    'CRF431',
    'Files of a run on storage that is purged',
    {
      title: ({ key, path, after }) =>
        `\`${key}\` is on ${quote(path)}, where files are removed after ${say(after)} without use`,
      notes: ({ total, wait }) => [
        `a run of ${say(total)} that also waits in the queue (for example ${say(wait)}) can take longer`,
      ],
      help: () => ['use a folder that is not purged, or check on the run in time'],
    },
  ),
  requeueWait: warning<{ wait: Seconds; time: Seconds; site: string }>()(
    'CRF433',
    'A wait after each requeue that is long for the attempt',
    {
      title: ({ wait, time, site }) =>
        `after each requeue, Slurm on ${site} makes the job wait ${say(wait)}, ${Math.round((100 * wait) / time)} % of an attempt`,
      notes: () => [
        'a requeued job cannot start until its old credential has expired (cred_expire in AuthInfo)',
      ],
      help: () => [
        'write a longer `time`, or `continue = resubmit`, because a new job does not have to wait',
      ],
    },
  ),
  arrayTooLarge: error<{ index: number; most: number; site: string }>()(
    'CRF434',
    'An array index that is too large for the site',
    {
      title: ({ index, most, site }) =>
        `${site} does not accept the array index ${index}: the largest is ${most}`,
      notes: ({ most }) => [`MaxArraySize is ${most + 1}, which limits the index, not the number of tasks`],
      help: () => ['number the tasks from 0, or submit several arrays'],
    },
  ),
});
