import { rules } from '../../diagnostics/rules.ts';
import type { Label } from '../../model/diagnostic.ts';
import type { HostPath } from '../../model/flow.ts';
import { besideProgram, memoryToAsk } from '../../time/memory.ts';
import { LONGEST_LEAD, usableTime } from '../../time/slurm.ts';
import type { Values } from '../blocks.ts';
import type { Context, Located } from '../context.ts';
import { type Blocks, coresOnNode, engineOf, memoryOnNode, ranksUnderDmtcp } from '../facts.ts';

/** Do `time`, `time_min`, `total` and `lead` fit each other, and Slurm? Source: facts/slurm.md, facts/intervals.md. */
export function attemptRules(blocks: Blocks, context: Context): void {
  const { application, checkpoint, schedule } = blocks;
  const { report } = context;
  memoryOfJob(blocks, context);
  valuesWithoutEffect(blocks, context);
  // A pattern would also have distinguished the tasks of an array: one message for one mistake.
  if (!slurmPattern(application?.values.output, schedule?.values.array !== undefined, context))
    outputPerTask(application?.values, schedule?.values.array, context);
  const lead = checkpoint?.values.lead;
  const { time, time_min: min, total } = schedule?.values ?? {};
  wholeMinutes('time', time, context);
  wholeMinutes('time_min', min, context);
  if (lead !== undefined && lead.value > LONGEST_LEAD)
    report(rules.leadLimit, lead.span, { lead: lead.value });
  else if (lead !== undefined && time !== undefined) leadInAttempt(lead, time, context);
  if (time !== undefined && min !== undefined && min.value > time.value) {
    report(rules.minAboveTime, min.span, { time: time.value, min: min.value }, [label(time, '`time`')]);
  } else if (lead !== undefined && time !== undefined && min !== undefined)
    leadInShortestAttempt(lead, time, min, context);
  if (time !== undefined && total !== undefined && total.value < time.value) {
    report(rules.totalBelowTime, total.span, { time: time.value, total: total.value }, [
      label(time, '`time`'),
    ]);
  }
}

/** Values that have no effect, or not the intended one. */
function valuesWithoutEffect({ application, checkpoint, schedule }: Blocks, { report }: Context): void {
  const { alive } = application?.values ?? {};
  const { interval, mtbf, state } = checkpoint?.values ?? {};
  const { time } = schedule?.values ?? {};
  if (mtbf !== undefined && interval !== undefined && interval.value !== 'auto')
    report(rules.mtbfUnused, mtbf.span, undefined, [label(interval, 'fixed here')]);
  if (alive !== undefined && time !== undefined && alive.value >= time.value)
    report(rules.aliveNever, alive.span, { alive: alive.value, time: time.value });
  const job = state?.value.find((part) => part.kind === 'variable' && /^SLURM_/.test(part.name));
  if (state !== undefined && job?.kind === 'variable')
    report(rules.jobInState, state.span, { variable: job.name });
}

/** Does `mem` ask for what the program and the job need? */
function memoryOfJob(blocks: Blocks, { report }: Context): void {
  const { checkpoint, schedule } = blocks;
  const memory = memoryOnNode(blocks);
  const mem = schedule?.values.mem;
  if (mem === undefined || memory === undefined) return;
  const engine = engineOf(checkpoint);
  // How many processes it has is not known, so only one is counted.
  const beside = besideProgram(engine, ranksUnderDmtcp(blocks));
  if (mem.value >= memory.value + beside) return;
  const ask = memoryToAsk(memory.value, engine, coresOnNode(blocks));
  report(rules.memBelowMemory, mem.span, { mem: mem.value, memory: memory.value, beside, ask }, [
    label(memory, '`memory`'),
  ]);
}

/** What sbatch fills in in `--output` (sbatch(1), "filename pattern"), if the job's environment has the value as well. */
const PATTERNS: Readonly<Record<string, string>> = {
  A: 'SLURM_ARRAY_JOB_ID',
  a: 'SLURM_ARRAY_TASK_ID',
  j: 'SLURM_JOB_ID',
  J: 'SLURM_JOB_ID',
  x: 'SLURM_JOB_NAME',
  u: 'USER',
  N: 'SLURMD_NODENAME',
};
const PATTERN = /%\d*([AaJjNnstuxb])(?![A-Za-z])/g;

/** `output = "%j.out"`, which Slurm users expect to be the job's id. True if it was reported. */
function slurmPattern(output: Located<HostPath> | undefined, isArray: boolean, { report }: Context): boolean {
  const texts = output?.value.map((part) => (part.kind === 'text' ? part.text : `\${${part.name}}`)) ?? [];
  const pattern = output?.value.flatMap((part) =>
    part.kind === 'text' ? (part.text.match(PATTERN) ?? []) : [],
  )[0];
  if (output === undefined || pattern === undefined) return false;
  let known = texts.every((text, i) => output.value[i]?.kind !== 'text' || !/[$"\\{]/.test(text));
  const fix = texts.join('').replaceAll(PATTERN, (_, letter: string) => {
    // Outside of an array the job has no such variables, and would stop at its start.
    const name = letter === 'A' && !isArray ? 'SLURM_JOB_ID' : PATTERNS[letter];
    known &&= name !== undefined && (letter !== 'a' || isArray);
    return `\${${name}}`;
  });
  report(rules.slurmPattern, output.span, { pattern, fix: known ? fix : undefined });
  return true;
}

/** Two runs with one output file: only a path with one of the job's variables can distinguish tasks. */
function outputPerTask(
  application: Values<'application'> | undefined,
  array: Located<string> | undefined,
  { report }: Context,
): void {
  const output = application?.output;
  const paths = [...(application?.workdir?.value ?? []), ...(output?.value ?? [])];
  if (
    array === undefined ||
    output === undefined ||
    paths.some((part) => part.kind === 'variable' && /TASK|JOB/.test(part.name))
  )
    return;
  report(rules.arrayOutput, output.span, { example: 'out_$SLURM_ARRAY_TASK_ID.txt' }, [
    label(array, 'the array'),
  ]);
}

function wholeMinutes(key: string, given: Located<number> | undefined, { report }: Context): void {
  if (given !== undefined && given.value % 60 !== 0)
    report(rules.wholeMinutes, given.span, { key, value: given.value });
}

function leadInAttempt(lead: Located<number>, time: Located<number>, { report }: Context): void {
  const params = { time: time.value, lead: lead.value };
  const related = [label(time, 'one attempt')];
  if (usableTime(time.value, lead.value) <= 0) report(rules.nothingUsable, lead.span, params, related);
  else if (lead.value * 2 >= time.value) report(rules.leadHalf, lead.span, params, related);
}

/** Silent if `time` itself leaves nothing: one message for one mistake. */
function leadInShortestAttempt(
  lead: Located<number>,
  time: Located<number>,
  min: Located<number>,
  { report }: Context,
): void {
  if (usableTime(time.value, lead.value) <= 0 || usableTime(min.value, lead.value) > 0) return;
  report(rules.minNothingUsable, min.span, { min: min.value, lead: lead.value }, [label(lead, 'the lead')]);
}

function label(given: Located<unknown>, text: string): Label {
  return { span: given.span, text };
}
