import type { Bytes, Seconds } from '../model/flow.ts';
import { HANDLING, LEAD_BASE, writingTime } from '../time/cost.ts';
import { describeDuration as say, formatDuration as write } from '../time/duration.ts';
import { describeSize } from '../time/size.ts';
import { LONGEST_LEAD, SIGNAL_EARLY, slurmMinutes, usableTime } from '../time/slurm.ts';
import { defineDiagnostics, error, warning } from './define.ts';
import { quote } from './words.ts';

const EARLY = `Slurm may send the signal up to ${SIGNAL_EARLY} s before the lead`;
function arithmetic(limit: Seconds, lead: Seconds): string {
  const usable = usableTime(limit, lead);
  const rest = usable > 0 ? say(usable) : usable === 0 ? 'nothing' : `nothing: it is ${say(-usable)} short`;
  return `${say(limit)} - ${say(lead)} (lead) - ${SIGNAL_EARLY} s (${EARLY}) leaves ${rest}`;
}

/** Bytes a second. */
const at = (rate: number) => `${rate / 1e9} GB/s`;

/** CRF301 to CRF399: times that contradict each other or that Slurm does not accept. All numbers are whole seconds. */
export const rules = defineDiagnostics(301, 399, {
  wholeMinutes: error<{ key: string; value: Seconds }>()(
    'CRF301',
    'A time limit that is not a whole number of minutes',
    {
      title: ({ key, value }) => `\`${key}\` is ${say(value)}, but Slurm's time limits are whole minutes`,
      notes: ({ value }) => [
        `Slurm would round it up to ${say(slurmMinutes(value) * 60)}, and crflow's calculations would be wrong by the difference`,
      ],
      help: ({ key, value }) => {
        const [down, up] = [Math.floor(value / 60) * 60, slurmMinutes(value) * 60];
        return [`write \`${key} = ${write(up)}\`${down > 0 ? ` or \`${key} = ${write(down)}\`` : ''}`];
      },
    },
  ),
  nothingUsable: error<{ time: Seconds; lead: Seconds }>()(
    'CRF302',
    'A lead that leaves an attempt no time to work',
    {
      title: ({ time }) => `an attempt of ${say(time)} has no time left to work`,
      label: ({ lead }) => `Slurm is asked to warn ${say(lead)} before the end`,
      notes: ({ time, lead }) => [arithmetic(time, lead)],
      help: ({ lead }) => [
        `raise \`time\` to at least ${write(Math.ceil((2 * lead + 61) / 60) * 60)}, or lower \`lead\``,
      ],
    },
  ),
  leadHalf: error<{ time: Seconds; lead: Seconds }>()('CRF303', 'A lead of half the attempt or more', {
    title: ({ time, lead }) => `a lead of ${say(lead)} is half or more of an attempt of ${say(time)}`,
    notes: ({ time, lead }) => [`${arithmetic(time, lead)}: you would pay mostly for waiting`],
    help: ({ lead }) => [`raise \`time\` above ${write(2 * lead)}, or lower \`lead\``],
  }),
  leadLimit: error<{ lead: Seconds }>()('CRF304', 'A lead that is too long for Slurm', {
    title: ({ lead }) => `a lead of ${say(lead)} is more than Slurm accepts`,
    notes: () => [`Slurm accepts at most ${LONGEST_LEAD} s (${say(LONGEST_LEAD)}) in --signal`],
    help: () => ['a lead only has to be long enough for one checkpoint, usually a few minutes'],
  }),
  neverReached: warning<{ interval: Seconds; limit: Seconds; lead: Seconds; key: 'time' | 'time_min' }>()(
    'CRF305',
    'An interval that is longer than an attempt',
    {
      title: ({ key }) =>
        key === 'time'
          ? 'this interval is never reached within an attempt'
          : 'this interval is never reached in an attempt of `time_min`',
      label: ({ limit, lead }) => `longer than the ${say(usableTime(limit, lead))} of work in an attempt`,
      notes: ({ limit, lead }) => [
        arithmetic(limit, lead),
        'the only checkpoint would be the last one, after the signal; if a node fails, all work of the attempt is lost',
      ],
      help: ({ limit, lead }) => [
        `lower \`interval\`, for instance to ${write(third(usableTime(limit, lead)))}`,
      ],
    },
  ),
  leadShort: warning<{ lead: Seconds; memory: Bytes; needed: Seconds; rate: number }>()(
    'CRF306',
    'A lead that may be too short for the last checkpoint',
    {
      title: ({ lead, memory }) =>
        `a lead of ${say(lead)} may be too short to checkpoint ${describeSize(memory)}`,
      notes: ({ memory, needed, rate }) => [
        `${describeSize(memory)} at ${at(rate)} takes ${say(writingTime(memory, rate))}; 1.5 times that, plus ${LEAD_BASE} s to notice the signal, seal and requeue, is ${say(needed)}`,
        'if the last checkpoint is not done in time, the work since the previous one is lost',
      ],
      help: ({ needed }) => [
        `write \`lead = ${write(roundUp(needed))}\` or more; a fast file system may need less`,
      ],
    },
  ),
  leadTiny: warning<{ lead: Seconds }>()('CRF307', 'A lead that is too short for any checkpoint', {
    title: ({ lead }) => `a lead of ${say(lead)} is too short for a last checkpoint`,
    notes: () => [
      `noticing the signal, sealing the checkpoint and requeueing take about ${LEAD_BASE} s, in addition to writing it`,
    ],
    help: () => [`write \`lead = ${write(60)}\` or more; if you give \`memory\`, crc calculates it`],
  }),
  minAboveTime: error<{ time: Seconds; min: Seconds }>()('CRF308', 'A time_min above time', {
    title: ({ time, min }) => `\`time_min\` (${say(min)}) is more than \`time\` (${say(time)})`,
    notes: () => ['Slurm may shorten an attempt from `time` down to `time_min` to start it sooner'],
    help: () => ['lower `time_min`, or leave it out: each attempt is then as long as `time`'],
  }),
  minNothingUsable: error<{ min: Seconds; lead: Seconds }>()(
    'CRF309',
    'A time_min that leaves an attempt no time to work',
    {
      title: ({ min }) => `an attempt of ${say(min)}, which \`time_min\` allows, has no time left to work`,
      notes: ({ min, lead }) => [arithmetic(min, lead)],
      help: ({ lead }) => [
        `raise \`time_min\` above ${write(lead + SIGNAL_EARLY)}: the time beyond that is for work`,
      ],
    },
  ),
  totalBelowTime: warning<{ time: Seconds; total: Seconds }>()(
    'CRF310',
    'A total below the time of one attempt',
    {
      title: ({ time, total }) => `\`total\` (${say(total)}) is less than one attempt (${say(time)})`,
      notes: ({ total }) => [
        `the run checkpoints and stops after ${say(total)}; the rest of the attempt would never be used`,
      ],
      help: () => ['lower `time`, or raise `total`, which is for all attempts together'],
    },
  ),
  intervalShort: warning<{ interval: Seconds }>()('CRF311', 'An interval of a few seconds', {
    title: ({ interval }) => `a checkpoint every ${say(interval)} is very often`,
    notes: () => [
      'every checkpoint stops the application while it is written, and is then verified and sealed',
    ],
    help: () => ['fine for a test; for real work, write at least `interval = 1min`'],
  }),
  intervalCost: warning<{ interval: Seconds; memory: Bytes; cost: Seconds; rate: number }>()(
    'CRF312',
    'An interval shorter than a checkpoint takes',
    {
      title: ({ interval, memory }) =>
        `a checkpoint of ${describeSize(memory)} may take longer than the interval of ${say(interval)}`,
      notes: ({ memory, cost, rate }) => [
        `${describeSize(memory)} at ${at(rate)}, plus ${HANDLING} s to notice its end and seal it, takes ${say(cost)}: the application would hardly run`,
      ],
      help: ({ cost }) => [
        `write \`interval = ${write(roundNumber(20 * cost))}\` to spend about 5 % of the time on checkpoints`,
      ],
    },
  ),
  memBelowMemory: warning<{ mem: Bytes; memory: Bytes; beside: Bytes; ask: Bytes }>()(
    'CRF313',
    'A job that asks for less memory than it needs',
    {
      title: ({ mem, memory, beside }) =>
        `the job asks for ${describeSize(mem)}, but the program uses up to ${describeSize(memory)}, and the job itself about ${describeSize(beside)}`,
      notes: () => ['Slurm ends a job that uses more than it asked for'],
      help: ({ ask }) => [`leave \`mem\` out, to ask for ${describeSize(ask)}`],
    },
  ),
  mtbfUnused: warning()('CRF314', 'An mtbf without effect', {
    title: () => '`mtbf` has an effect only with `interval = auto`',
    help: () => ['write `interval = auto`, or leave `mtbf` out; `crc plan` says what an interval costs'],
  }),
  aliveNever: warning<{ alive: Seconds; time: Seconds }>()(
    'CRF315',
    'An alive that is too long to have an effect',
    {
      title: ({ alive, time }) =>
        `an attempt of ${say(time)} ends before ${say(alive)} without output have passed`,
      help: () => ['write less than `time`: several times as long as the program is silent when all is well'],
    },
  ),
  jobInState: error<{ variable: string }>()('CRF316', 'A state folder that differs between attempts', {
    title: ({ variable }) =>
      `\`state\` contains $${variable}, which differs if another job continues the run`,
    notes: () => [
      'each attempt looks for the run in `state`; and `bash NAME.sbatch status` on a login node has no such variable',
    ],
    help: () => ['leave it out: each run has its own folder in `state`, named by its id'],
  }),
  arrayOutput: warning<{ example: string }>()('CRF330', 'One output file for all tasks of an array', {
    title: () => 'all tasks of the array would write to this one file',
    notes: () => [
      'each task is a separate run, and a restore would roll the file back to the state of that task',
    ],
    help: ({ example }) => [
      `write \`output = "${example}"\`, or leave it out: the default is NAME-RUN.out, one for each task`,
    ],
  }),
  slurmPattern: warning<{ pattern: string; fix: string | undefined }>()(
    'CRF331',
    'A pattern of Slurm in a path that is taken literally',
    {
      title: ({ pattern }) => `Slurm does not replace ${quote(pattern)} in \`output\``,
      notes: () => ['the job opens this file itself, and fills in only $NAME'],
      help: ({ fix }) => [
        fix === undefined
          ? 'leave `output` out: the default is NAME-RUN.out, with the id of the run'
          : `write \`output = "${fix}"\`, or leave it out: the default is NAME-RUN.out, with the id of the run`,
      ],
    },
  ),
});

/** Rounded to tens of seconds, and from two minutes on to minutes. */
function roundUp(seconds: Seconds): Seconds {
  const step = seconds > 120 ? 60 : 10;
  return Math.ceil(seconds / step) * step;
}

/** About a third of the time, as a person would choose it. */
function third(usable: Seconds): Seconds {
  const part = Math.max(1, Math.floor(usable / 3));
  const step = stepFor(part);
  return Math.max(step, Math.round(part / step) * step);
}

/** That time or somewhat more, as a person would choose it. */
function roundNumber(seconds: Seconds): Seconds {
  const step = stepFor(seconds);
  return Math.ceil(seconds / step) * step;
}

/** Steps of about a tenth: whole hours from four on, quarters of an hour, and so on. */
function stepFor(seconds: Seconds): Seconds {
  const steps = [3600, 900, 300, 60, 10];
  return steps.find((step) => seconds >= 4 * step) ?? 1;
}
