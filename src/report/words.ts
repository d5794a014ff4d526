import { listing, plural } from '../diagnostics/words.ts';
import type { Attempt, Story } from '../model/story.ts';
import { duration } from '../page/text.ts';
import type { Lead } from './interval.ts';

/** What the text and the page say in the same words. */

/** The run in one sentence. */
export function inShort(story: Story): string {
  const { attempts, budget, times, ending } = story;
  const waited = times.waiting > 0 ? `, and ${duration(times.waiting)} between attempts` : '';
  const took = `${plural(attempts.length, 'attempt')}, ${duration(budget.used)}${waited}`;
  return `${nameOf(story)}: ${endingInWords(ending)}; ${took}`;
}

export function nameOf({ workflow, run, attempts }: Story): string {
  const id = run === null ? `job ${attempts[0]?.job || 'unknown'}` : `run ${run}`;
  return workflow === null ? id : `${workflow}, ${id}`;
}

/** Is it a run of `crc rehearse`, kept with --keep? It needs no advice: its faults came on purpose. The cluster there has this name. */
export const isRehearsal = ({ run }: Story): boolean => run?.endsWith('.rehearsal') === true;

export function endingInWords(ending: Story['ending']): string {
  switch (ending.kind) {
    case 'done':
      return `done, with status ${ending.status}`;
    case 'stopped':
      return `stopped, with status ${ending.status}`;
    case 'waiting':
      return 'waiting for its next attempt';
    case 'killed':
      return 'killed, and recorded no status';
    case 'open':
      return 'no status recorded: it is running, or was killed';
  }
}

const REASONS: Readonly<Record<string, string>> = {
  limit: 'time limit',
  preemption: 'preempted',
  request: 'stopped on request',
  cancelled: 'cancelled',
  requeued: 'requeued by Slurm',
  unclear: 'warned, Slurm did not say why',
  budget: 'total used up',
  superseded: 'superseded',
  node: 'unfit node',
};

/** Why an attempt ended, in a few words. */
export function endOf(attempt: Attempt, isLast: boolean): string {
  if (attempt.whose === 'application') return `done, status ${attempt.status}`;
  const words: string[] = [];
  if (attempt.reason !== null) words.push(REASONS[attempt.reason] ?? attempt.reason);
  if (attempt.status !== null && attempt.status !== 75) words.push(`stopped, status ${attempt.status}`);
  if (attempt.status === null && attempt.next === null) words.push(isLast ? 'no status recorded' : 'killed');
  if (attempt.next !== null) words.push(attempt.next);
  return words.length === 0 ? 'ended' : words.join(', ');
}

/** What the lead was, and what it should be. */
export function leadInWords({ used, needed, recommended, isTooShort }: Lead): string {
  const words = [
    ...(used === null ? [] : [`it was ${duration(used)}${isTooShort ? ', too short' : ''}`]),
    ...(needed === null ? [] : [`at most ${duration(needed)} needed here`]),
    `${duration(recommended)} recommended`,
  ];
  return words.join('; ');
}

/** Something that somebody should look at, in one run or in several. */
interface Kind {
  readonly isIn: (story: Story) => boolean;
  /** About runs that have it. */
  readonly sentence: (stories: readonly Story[]) => string;
  /** For a table. */
  readonly brief: (story: Story) => string;
}

const filesOf = (stories: readonly Story[]) => [
  ...new Set(stories.flatMap(({ stale }) => stale.map(({ file }) => file))),
];
/** Files that no restore brings back, but that none left as they were so far. */
const atRisk = (stories: readonly Story[]) => [
  ...new Set(
    stories.flatMap((story) => {
      const files = new Set(filesOf([story]));
      return story.warnings.map(({ file }) => file).filter((file) => !files.has(file));
    }),
  ),
];
const failuresOf = ({ losses }: Story) => losses.filter(({ failure }) => failure);
const notMade = ({ checkpoints }: Story) => checkpoints.filter(({ generation }) => generation === null);

const KINDS: readonly Kind[] = [
  {
    isIn: ({ stale }) => stale.length > 0,
    sentence: (stories) => {
      const files = filesOf(stories);
      const isOne = files.length === 1;
      return `${plural(files.length, 'file')} ${isOne ? 'was' : 'were'} not rolled back by a restore: ${some(files)}. Check the results in ${isOne ? 'it' : 'them'}; \`protect\` keeps copies.`;
    },
    brief: (story) => `${plural(filesOf([story]).length, 'file')} not rolled back`,
  },
  {
    isIn: (story) => atRisk([story]).length > 0,
    sentence: (stories) => {
      const files = atRisk(stories);
      return `No restore brings back ${some(files)} as ${files.length === 1 ? 'it was' : 'they were'}.`;
    },
    brief: (story) => `${plural(atRisk([story]).length, 'file')} that no restore brings back`,
  },
  {
    isIn: (story) => failuresOf(story).length > 0,
    sentence: (stories) => {
      const failures = stories.flatMap(failuresOf);
      // A failure also costs what the generation after which the run went on did not have.
      const cost = stories
        .flatMap(({ losses }) => losses.filter(({ failure, afterFailure }) => failure || afterFailure))
        .reduce((sum, { seconds }) => sum + seconds, 0);
      return `${plural(failures.length, 'failure')} came without a warning, and cost ${duration(cost)} of work: ${some(
        failures.map(({ why }) => why || 'no reason is known'),
        3,
      )}.`;
    },
    brief: (story) => plural(failuresOf(story).length, 'failure'),
  },
  {
    isIn: (story) => notMade(story).length > 0,
    sentence: (stories) => {
      const failed = stories.flatMap(notMade);
      return `${plural(failed.length, 'checkpoint')} did not succeed${failed.some(({ last }) => last) ? ' (also a last one, at the end of an attempt)' : ''}: ${some(
        failed.map(({ why }) => why ?? ''),
        3,
      )}.`;
    },
    brief: (story) => `${plural(notMade(story).length, 'checkpoint')} not made`,
  },
  {
    isIn: ({ journal }) => journal.torn.length > 0,
    sentence: (stories) => {
      const torn = stories.flatMap(({ journal }) => journal.torn);
      const which =
        stories.length === 1 ? ` (${torn.slice(0, 5).join(', ')}${torn.length > 5 ? '…' : ''})` : '';
      return `${plural(torn.length, 'line')} of the ${stories.length === 1 ? 'journal' : 'journals'} cannot be read${which} and ${torn.length === 1 ? 'is' : 'are'} left out.`;
    },
    brief: ({ journal }) => `${plural(journal.torn.length, 'line')} cannot be read`,
  },
  {
    isIn: ({ journal }) => journal.unknown.length > 0,
    sentence: (stories) => {
      const events = [...new Set(stories.flatMap(({ journal }) => journal.unknown))];
      return `The journal has events that this crc does not know (${listing(events)}): it was written by a newer version.`;
    },
    brief: () => 'a newer journal',
  },
];

const whyStopped = ({ ending }: Story): string | undefined =>
  ending.kind === 'stopped' ? `The run stopped with status ${ending.status}: ${ending.why}.` : undefined;

/** What somebody should look at, in sentences. */
export function alerts(story: Story): string[] {
  const stopped = whyStopped(story);
  const found = KINDS.filter(({ isIn }) => isIn(story)).map(({ sentence }) => sentence([story]));
  return stopped === undefined ? found : [stopped, ...found];
}

/** The same of several runs, each sentence once, with the runs that it is about. */
export function alertsOfMany(stories: readonly Story[]): string[] {
  const names = namesOf(stories);
  const told = (sentence: string, about: readonly Story[]) =>
    `${sentence} ${about.length === 1 ? 'Run' : 'Runs'}: ${some(about.map(names)).replace('; and ', ' and ').replaceAll('; ', ', ')}.`;
  const stopped = new Map<string, Story[]>();
  for (const story of stories) {
    const why = whyStopped(story);
    if (why !== undefined) stopped.set(why, [...(stopped.get(why) ?? []), story]);
  }
  const ended = [...stopped].sort(([, a], [, b]) => b.length - a.length);
  const rest = ended.length - MOST_SENTENCES;
  return [
    ...ended.slice(0, MOST_SENTENCES).map(([why, about]) => told(why, about)),
    ...(rest > 0 ? [`Runs also stopped for ${plural(rest, 'other reason')}.`] : []),
    ...KINDS.flatMap(({ isIn, sentence }) => {
      const about = stories.filter(isIn);
      return about.length === 0 ? [] : [told(sentence(about), about)];
    }),
  ];
}

/** How many reasons of runs that stopped are told. */
const MOST_SENTENCES = 6;

/** The same in a few words for a table; empty if there is nothing. */
export const alertsInShort = (story: Story): string =>
  [
    ...(story.ending.kind === 'stopped' ? ['stopped'] : []),
    ...KINDS.filter(({ isIn }) => isIn(story)).map(({ brief }) => brief(story)),
  ].join(', ');

/** What tells runs apart in as few words as possible: their ids, the names of their workflows, or both. */
export function namesOf(stories: readonly Story[]): (story: Story) => string {
  const runs = new Set(stories.map(({ run }) => run));
  const workflows = new Set(stories.map(({ workflow }) => workflow));
  const isKnown = !runs.has(null) && !workflows.has(null);
  if (isKnown && runs.size === stories.length) return ({ run }) => run ?? '';
  if (isKnown && workflows.size === stories.length) return ({ workflow }) => workflow ?? '';
  return (story) => (isKnown ? `${story.workflow}/${story.run}` : (story.run ?? nameOf(story)));
}

/** Each thing once, and the first of many. */
function some(all: readonly string[], most = 5): string {
  const once = [...new Set(all)];
  const rest = once.length - most;
  return rest > 0 ? `${once.slice(0, most).join('; ')}; and ${rest} more` : once.join('; ');
}
