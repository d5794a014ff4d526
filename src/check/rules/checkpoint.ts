import { rules } from '../../diagnostics/rules.ts';
import { stateOn } from '../../site/storage.ts';
import { checkpointCost, LEAD_BASE, leadFor, WRITE_RATE } from '../../time/cost.ts';
import { LONGEST_LEAD, usableTime } from '../../time/slurm.ts';
import type { Context, Located } from '../context.ts';
import { type Blocks, engineOf, memoryToSave } from '../facts.ts';

/** Below this a checkpoint interval is for tests. */
const SHORT_INTERVAL = 30;

/** Are `interval` and `lead` long enough for a checkpoint, and short enough to matter? Source: facts/intervals.md. */
export function checkpointRules(blocks: Blocks, context: Context): void {
  const { checkpoint, schedule } = blocks;
  const { interval, lead } = checkpoint?.values ?? {};
  const engine = engineOf(checkpoint);
  const memory = memoryToSave(blocks);
  const rate = stateOn(checkpoint?.values.state?.value, context.site)?.bandwidth ?? WRITE_RATE;
  const fixed = isFixed(interval) ? interval : undefined;
  if (fixed !== undefined) intervalLongEnough(fixed, memory, rate, context);
  if (lead !== undefined) leadLongEnough(lead, memory, rate, context);
  const { time, time_min: min } = schedule?.values ?? {};
  if (engine === 'none' || fixed === undefined || lead === undefined || time === undefined) return;
  intervalReached(fixed, lead.value, time.value, min?.value, context);
}

/** The job chooses `auto`, so nothing about it can be wrong here. */
function isFixed(interval: Located<number | 'auto'> | undefined): interval is Located<number> {
  return interval !== undefined && interval.value !== 'auto';
}

function intervalLongEnough(
  interval: Located<number>,
  memory: Located<number> | undefined,
  rate: number,
  { report }: Context,
): void {
  const cost = memory === undefined ? 0 : checkpointCost(memory.value, rate);
  if (memory !== undefined && interval.value < cost) {
    report(rules.intervalCost, interval.span, { interval: interval.value, memory: memory.value, cost, rate });
  } else if (interval.value < SHORT_INTERVAL)
    report(rules.intervalShort, interval.span, { interval: interval.value });
}

function leadLongEnough(
  lead: Located<number>,
  memory: Located<number> | undefined,
  rate: number,
  { report }: Context,
): void {
  const needed = memory === undefined ? LEAD_BASE : leadFor(memory.value, rate);
  if (lead.value >= needed) return;
  if (memory === undefined) report(rules.leadTiny, lead.span, { lead: lead.value });
  else report(rules.leadShort, lead.span, { lead: lead.value, memory: memory.value, needed, rate });
}

/** Silent if the lead does not fit the attempt at all, which was reported. */
function intervalReached(
  interval: Located<number>,
  lead: number,
  time: number,
  min: number | undefined,
  { report }: Context,
): void {
  if (lead > LONGEST_LEAD || usableTime(time, lead) <= 0 || lead * 2 >= time) return;
  const [key, limit] =
    interval.value > usableTime(time, lead) || min === undefined || min > time
      ? (['time', time] as const)
      : (['time_min', min] as const);
  const usable = usableTime(limit, lead);
  if (usable > 0 && interval.value > usable)
    report(rules.neverReached, interval.span, { interval: interval.value, limit, lead, key });
}
