import { describeDuration } from '../time/duration.ts';
import { describeSize } from '../time/size.ts';
import type { Line } from './lines.ts';

/** Events that a reader wants to know of, as sentences; the others are told by the story itself. */
const SENTENCES: Readonly<Record<string, (line: Line) => string>> = {
  deaf: () =>
    'The step that listens for preemptions had ended; from here on, a preemption would have been noticed only at the end of its grace period.',
  early: (line) =>
    `${line.text('signal')} came long before the time limit, and Slurm did not say why: the job saved what was done, and continued.`,
  folder_gone: () => "The run's folder disappeared while the job ran, and was created again.",
  output_shrank: (line) =>
    `The output was shorter than at the last seal (${line.number('is')} bytes instead of ${line.number('was')}): something else had cut or replaced it.`,
  suspended: (line) =>
    `The job did not run for ${describeDuration(line.number('seconds') ?? 0)} (suspended), which does not count.`,
  foreign_peer: (line) =>
    `Somebody else was connected to DMTCP's coordinator: ${line.text('why')}. The computation was ended and restored.`,
  hangs: () => 'The output of the program did not grow for as long as `alive` allows: it was taken to hang.',
  doubted: (line) =>
    `The program ended with status ${line.number('status')} so soon after a checkpoint or a restore that this was not believed.`,
  believed: (line) => `Status ${line.number('status')} came again, and was believed.`,
  set_aside: (line) =>
    `Generation ${line.number('generation')} was set aside, because an earlier one was resumed.`,
  passed_over: (line) => `Generation ${line.number('generation')} was not intact, and was skipped.`,
  differs: (line) =>
    `Generation ${line.number('generation')} was written on another kind of node (${line.text('what')}: ${line.text('was')}, now ${line.text('is')}).`,
  ended_early: (line) => `The program ended with status ${line.number('status')} before it was done.`,
};

/** What a line says to a reader; undefined if the story has another place for it. */
export function remarkOn(line: Line): string | undefined {
  const sentence = Object.hasOwn(SENTENCES, line.event) ? SENTENCES[line.event] : undefined;
  return sentence?.(line);
}

const SKIPPED = 'skipped: ';

/** Was a checkpoint that was not made for this reason not even tried? */
export const isSkipped = (why: string): boolean => why.startsWith(SKIPPED);

/** Why a checkpoint was not tried. */
export const whySkipped = (line: Line): string =>
  `${SKIPPED}it needed ${describeSize(line.number('needs') ?? 0)}, and ${describeSize(line.number('free') ?? 0)} were free`;
