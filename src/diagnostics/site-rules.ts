import type { Bytes, Seconds } from '../model/flow.ts';
import { describeDuration as say, formatDuration as write } from '../time/duration.ts';
import { describeSize, formatSize } from '../time/size.ts';
import { defineDiagnostics, error, warning } from './define.ts';
import { listing, quote } from './words.ts';

/** A name that the site's list does not have. */
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

const wayOut = ({ nearest, known }: Unknown) => [
  nearest === undefined ? `it has ${listing(known.map(quote))}` : `did you mean \`${nearest}\`?`,
];
const onLocal = ({ key, path, memory }: Lost) =>
  `\`${key}\` is on ${quote(path)}, which is ${memory ? 'memory of one node' : 'storage of one node'}`;
const whyLost = ({ key, memory }: Lost) => [
  key === 'state'
    ? 'the next attempt may run on another node, and would find no checkpoint there'
    : 'the next attempt may run on another node, and a program can be restored only where its folder and files are',
  ...(memory && key === 'state' ? ['and a checkpoint in memory takes the room that it was made of'] : []),
];
const shared = ({ key, shared }: Lost) => [
  shared.length === 0
    ? `name a folder that all nodes see, for instance \`${key} = "$HOME/…"\``
    : `name a folder that all nodes see: ${listing(shared.slice(0, 3).map(quote), 'or')}`,
];

/** CRF420 to CRF439: what the site has not, or does not allow. All times are whole seconds. */
export const siteRules = defineDiagnostics(420, 439, {
  unknownName: error<Unknown>()('CRF420', 'A partition, QOS or feature that the site does not have', {
    title: ({ what, name, site }) => `${site} has no ${what} ${quote(name)}`,
    help: wayOut,
  }),
  unlistedName: warning<Unknown>()('CRF421', 'A partition, QOS or feature that the profile does not list', {
    title: ({ what, name, site }) => `the profile of ${site} knows no ${what} ${quote(name)}`,
    notes: () => ['the profile does not say that its list is complete, so it may be right'],
    help: wayOut,
  }),
  neededKey: error<{ key: string; site: string; known: readonly string[] }>()(
    'CRF422',
    'A key that every job at the site must have',
    {
      title: ({ key, site }) => `jobs on ${site} must say their ${key}`,
      notes: () => ['Slurm would refuse the job when it is submitted'],
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
        ...(byDefault ? [`the flow names no ${what}, and Slurm then takes ${quote(name)} here`] : []),
        'Slurm would refuse the job, or leave it waiting for ever',
      ],
      help: ({ limit, byDefault, what }) => [
        ...(byDefault ? [`name a ${what} that allows more: \`schedule { ${what.toLowerCase()} = … }\``] : []),
        `${byDefault ? 'or ' : ''}write \`time = ${write(limit)}\` or less: \`total\` is what counts over all attempts`,
      ],
    },
  ),
  timeBelowMinimum: error<{ key: 'time' | 'time_min'; time: Seconds; least: Seconds; name: string }>()(
    'CRF424',
    'A time below the minimum of the QOS',
    {
      title: ({ key, time, least, name }) =>
        `\`${key}\` (${say(time)}) is less than the QOS ${quote(name)} asks for (${say(least)})`,
      help: ({ key, least }) => [`write \`${key} = ${write(least)}\` or more`],
    },
  ),
  threadsAbove: error<{ threads: number; most: number; where: string }>()(
    'CRF425',
    'More threads than a node has CPUs',
    {
      title: ({ threads, most, where }) =>
        `${threads} threads are more than any node of ${where} has (${most} CPUs)`,
      notes: () => ['a program that is checkpointed runs on one node'],
      help: ({ most }) => [`write \`threads = ${most}\` or less`],
    },
  ),
  memAbove: error<{ mem: Bytes; most: Bytes; where: string; key: 'mem' | 'memory' }>()(
    'CRF426',
    'More memory than a node has',
    {
      title: ({ mem, most, where }) =>
        `${describeSize(mem)} is more than any node of ${where} has (${describeSize(most)})`,
      help: ({ most, key }) => [`write \`${key} = ${formatSize(most)}\` or less`],
    },
  ),
  graceShort: warning<{
    grace: Seconds;
    killWait: Seconds;
    needed: Seconds;
    estimated: boolean;
    where: string;
  }>()('CRF427', 'A grace that is too short for a checkpoint when the job is preempted', {
    title: ({ grace, killWait, needed, where }) =>
      `${where} gives a preempted job ${say(grace + killWait)}, and a last checkpoint ${needed > 0 ? `may need ${say(needed)}` : 'more'}`,
    notes: ({ grace, killWait, estimated }) => [
      `the first signal comes ${say(grace)} (GraceTime) and ${say(killWait)} (KillWait) before the end; \`lead\` is for the time limit only`,
      ...(estimated ? [] : ['taken from `lead`; with `memory` given, crc estimates it']),
      'what was done since the last checkpoint may be lost at a preemption',
    ],
    help: () => ['lower `interval` to what you can lose'],
  }),
  noRequeue: warning<{ site: string }>()('CRF428', 'Requeueing at a site that does not requeue', {
    title: ({ site }) => `Slurm on ${site} does not requeue jobs (JobRequeue=0), unless they ask for it`,
    notes: () => [
      'a job asks, but a site that turned it off may refuse; the run then goes on as another job, or stops',
    ],
    help: () => ['write `schedule { continue = resubmit }`: each attempt is then a job of its own'],
  }),
  localStorage: error<Lost>()('CRF429', 'Files of a run on storage of one node, by the profile of the site', {
    title: onLocal,
    notes: whyLost,
    help: shared,
  }),
  perhapsLocal: warning<Lost>()('CRF430', 'Files of a run on what is storage of one node nearly everywhere', {
    title: (lost) => `${onLocal(lost)} on nearly every cluster`,
    notes: whyLost,
    help: shared,
  }),
  purged: warning<{ key: string; path: string; after: Seconds; total: Seconds; wait: Seconds }>()(
    'CRF431',
    'Files of a run on storage that is purged',
    {
      title: ({ key, path, after }) =>
        `\`${key}\` is on ${quote(path)}, where files that nobody uses for ${say(after)} are removed`,
      notes: ({ total, wait }) => [
        `a run of ${say(total)} in all that also waits in the queue, ${say(wait)} say, can be older`,
      ],
      help: () => ['name a folder that is not purged, or look after the run in time'],
    },
  ),
  requeueWait: warning<{ wait: Seconds; time: Seconds; site: string }>()(
    'CRF433',
    'A wait after each requeue that is long for the attempt',
    {
      title: ({ wait, time, site }) =>
        `after each requeue Slurm on ${site} makes the job wait ${say(wait)}, ${Math.round((100 * wait) / time)} % of an attempt`,
      notes: () => [
        'a requeued job starts only when its old credential has expired (cred_expire in AuthInfo)',
      ],
      help: () => ['write a longer `time`, or `continue = resubmit`: another job need not wait'],
    },
  ),
  arrayTooLarge: error<{ index: number; most: number; site: string }>()(
    'CRF434',
    'An index of an array that the site does not take',
    {
      title: ({ index, most, site }) => `${site} takes no index of ${index}: the largest is ${most}`,
      notes: ({ most }) => [
        `MaxArraySize is ${most + 1}; that of a single index counts, not how many there are`,
      ],
      help: () => ['number the tasks from 0, or submit several arrays'],
    },
  ),
});
