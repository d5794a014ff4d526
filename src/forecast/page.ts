import type { Painter } from '../diagnostics/paint.ts';
import { wrap } from '../diagnostics/width.ts';
import { plural } from '../diagnostics/words.ts';
import type { Bytes, Seconds } from '../model/flow.ts';
import type { Assumption, Candidate, Forecast, Range, Run } from '../model/forecast.ts';
import { axis } from '../page/bar.ts';
import { COLUMNS, duration, item, LABEL, percent, row, type Section, textPage } from '../page/text.ts';
import { shareLost } from '../time/daly.ts';
import { describeSize } from '../time/size.ts';
import { bar, legendOf } from './timeline.ts';

const BAR = 48;
/** How many kinds of attempts are drawn. */
const MOST_ROWS = 6;

/** A forecast as a page of plain text: no line is longer than 80 columns, and none depends on its colour. */
export function page(forecast: Forecast, paint: Painter): string {
  const { workflow, remarks } = forecast;
  const sections: Section[] = [
    { title: 'The run', lines: theRun(forecast) },
    { title: 'Look at this', lines: remarks.flatMap((one) => item(one)), urgent: true },
    { title: 'One attempt after another', lines: timeline(forecast) },
    { title: 'The interval', lines: theInterval(forecast) },
    { title: 'Disk', lines: disk(forecast) },
    { title: 'The queue', lines: queue(forecast) },
    { title: 'What this is based on', lines: forecast.assumptions.flatMap(assumption) },
  ];
  return textPage(`${workflow}: ${inShort(forecast)}`, sections, paint);
}

/** The run in one sentence. */
function inShort({ run, asked, program, queue, engine }: Forecast): string {
  const walltime = duration(queue.elapsed ?? run.walltime);
  const attempts = plural(run.attempts, 'attempt');
  switch (run.ending) {
    case 'done':
      return `${duration(program ?? run.work)} of work: ${attempts}, about ${walltime}`;
    case 'total':
    case 'attempts': {
      const done = `${duration(run.work)} of work in ${attempts}, about ${walltime}`;
      if (program === null) return done;
      const end =
        run.ending === 'total' ? `total, ${duration(asked.total)}, is used up` : 'all attempts are used up';
      return `${done}; ${duration(program - run.work)} are left when ${end}`;
    }
    case 'manual':
      return `${duration(run.work)} of work in ${attempts}, about ${walltime}; then you resume it`;
    case 'no-progress':
      return engine === 'none'
        ? 'no work gets done: no attempt lasts longer than its start-up'
        : 'no work gets saved: no attempt lasts until its first checkpoint';
  }
}

function theRun({ run, range, asked, program, engine }: Forecast): string[] {
  const share = run.walltime > 0 ? percent(run.work / run.walltime) : '';
  const lines = [
    row(
      'program',
      program === null
        ? `no --work was given: this is what fits into total, ${duration(asked.total)}`
        : `${duration(program)} if nothing interrupts it`,
    ),
    row(
      'attempts',
      `${count(run.attempts)}${orRange(range.attempts, run.attempts, count)}, of ${duration(asked.time)} at most`,
    ),
    row('ends', ending(run, asked.total, engine)),
    row('walltime', `${duration(run.walltime)} of ${duration(asked.total)}`),
    row('work', `${duration(run.work)}${orRange(range.work, run.work, duration)}, ${share} of the walltime`),
    ...(engine === 'none' ? [] : savings(run, range)),
  ];
  return lines.flat();
}

const savings = (run: Run, range: Forecast['range']) => [
  row(
    'checkpoints',
    `${count(run.checkpoints)}${orRange(range.checkpoints, run.checkpoints, count)}: ${count(run.periodic)} on time, ${count(run.checkpoints - run.periodic)} at the end of attempts; ${duration(run.saving)} in all, ${percent(run.walltime > 0 ? run.saving / run.walltime : 0)}`,
  ),
  row('restores', restores(run)),
];

function ending({ ending, attempts }: Run, total: Seconds, engine: Forecast['engine']): string {
  const saved = engine === 'none' ? '' : ', checkpointed';
  switch (ending) {
    case 'done':
      return "with the program's own status";
    case 'total':
      return `with status 72${saved}: total, ${duration(total)}, is used up`;
    case 'attempts':
      return `with status 72${saved}: all ${attempts} attempts are used up`;
    case 'manual':
      return `with status 71${saved}; you resume it`;
    case 'no-progress':
      return engine === 'none'
        ? 'with status 73: no attempt gets any work done'
        : 'with status 73: no attempt seals a generation';
  }
}

function restores({ restores, groups }: Run): string {
  const first = groups[0]?.attempt;
  const proof = first?.cycles[0];
  const words = [count(restores)];
  if (proof !== undefined && first !== undefined && first.restores > 0)
    words.push(`the first ${duration(proof.work)} after the launch, as a proof`);
  return words.join(', ');
}

/** Other possible values, if the warnings or Slurm's choice between time_min and time make a difference. */
function orRange({ least, most }: Range, is: number, say: (value: number) => string): string {
  const [from, to] = [say(least), say(most)];
  if (from === to) return '';
  if (from === say(is)) return ` (${to} at most)`;
  return to === say(is) ? ` (${from} at least)` : ` (${from} to ${to})`;
}

function timeline({ run, asked, engine }: Forecast): string[] {
  let number = 1;
  const rows = run.groups.slice(0, MOST_ROWS).map(({ count: times, attempt }) => {
    const numbers = `attempts ${number}-${number + times - 1}`;
    const name = times === 1 ? `attempt ${number}` : numbers.length < LABEL ? numbers : `${times} attempts`;
    number += times;
    return `  ${name.padEnd(LABEL)}${bar(attempt, asked.time, BAR)} ${duration(attempt.walltime)}`;
  });
  const rest = run.attempts - number + 1;
  if (rest > 0) rows.push(`  ${''.padEnd(LABEL)}and ${plural(rest, 'more attempt')}`);
  const legend = wrap(
    legendOf(engine)
      .map((one) => one.replaceAll(' ', '\u00A0'))
      .join('   '),
    COLUMNS - 4,
  );
  return [
    ...rows,
    `  ${''.padEnd(LABEL)}${axis(asked.time, BAR, duration)}`,
    ...legend.map((line) => `  ${line.trim()}`),
  ];
}

function theInterval({ interval }: Forecast): string[] {
  if (interval === null) return [];
  const { used, auto, young, daly, cost, restart, mtbf, failures } = interval;
  const line = ({ seconds, overhead }: Candidate) =>
    `${duration(seconds).padEnd(14)}${overhead === null || overhead > 100 ? 'hardly any work gets done between failures' : `${percent(shareLost(overhead))} is lost to checkpoints and failures`}`;
  const each = duration((used.seconds + cost) / 2 + restart);
  return [
    ...row(auto ? 'used (auto)' : 'used', line(used)),
    ...(young === null ? [] : row('best by Young', line(young))),
    ...(daly === null ? [] : row('best by Daly', line(daly))),
    ...row(
      'if',
      `${daly === null ? 'a checkpoint does not interrupt the program, a restart takes' : `a checkpoint takes ${duration(cost)}, a restart`} ${duration(restart)}, and a failure without warning comes every ${duration(mtbf)} (exponential): ${failures.toFixed(1)} in this walltime, each for about ${each}. The shares are of the walltime; the numbers under "The run" are without failures`,
    ),
  ];
}

function disk({ disk: { generation, most, free, tasks }, engine }: Forecast): string[] {
  if (engine === 'none') return [];
  const what =
    engine === 'own'
      ? 'at most, if the files of a checkpoint are not larger than the memory of the program'
      : 'the memory of the program, plus copies of protected files';
  const lines = [
    ...row('a generation', `${size(generation)}, ${what}`),
    ...row('at most', `${size(most)}; checkpoints are skipped unless ${size(free)} are free`),
  ];
  if (tasks > 1)
    lines.push(
      ...row(
        'array',
        `${count(tasks)} tasks, each with its own run and generations: ${size(tasks * most)} in all`,
      ),
    );
  return lines;
}

function askedMemory({ ask, by, beside, program }: Forecast['memory'], engine: Forecast['engine']): string {
  const saving = engine === 'none' ? '' : ' and its checkpoints';
  switch (by) {
    case 'mem':
      return `${size(ask ?? 0)} on each node (\`mem\`)${program === null ? '' : `: the program takes ${size(program)}, and what comes on top about ${size(beside)}`}`;
    case 'memory':
      return `${size(ask ?? 0)} on each node: ${size(program ?? 0)} for the program (\`memory\`) and ${size(beside)} for the job${saving}, rounded up`;
    case 'whole-nodes':
      return 'none is asked for: the job gets whole nodes here, with all their memory';
    case 'unmanaged':
      return 'none is asked for: Slurm here knows no memory of its nodes';
    case 'nothing':
      return "none is asked for: the flow gives no `memory`, so the site's default counts";
  }
}

function queue({
  queue: { continue: how, delay, elapsed },
  run,
  charge,
  disk,
  memory,
  engine,
}: Forecast): string[] {
  const again = {
    requeue: `a requeued attempt waits at least ${duration(delay)}: ${duration(delay * run.requeues)} in all`,
    resubmit: 'each attempt is a new job, and waits like any other',
    resume: 'the run does not continue by itself: you resume it',
  }[how];
  const lines = [...row('memory', askedMemory(memory, engine)), ...row('between', again)];
  if (elapsed !== null)
    lines.push(
      ...row(
        'start to end',
        `${duration(elapsed)}, plus the time that attempts wait in the queue, which is not known here and does not count towards total`,
      ),
    );
  if (charge !== null) {
    const { qos, factor, nodeHours } = charge;
    const all = disk.tasks > 1 ? `; ${hours(nodeHours * disk.tasks)} for all ${count(disk.tasks)} tasks` : '';
    lines.push(
      ...row(
        'charge',
        factor === 0
          ? `none, in the QOS ${qos}`
          : `${hours(nodeHours)} at ${factor} per node hour, in the QOS ${qos}; less if the job shares its node${all}`,
      ),
    );
  }
  return lines;
}

function assumption({ name, value, unit, given, basis }: Assumption): string[] {
  const shown = (unit === 'bytes' ? size(value) : duration(value)).padEnd(14);
  const lines = wrap(`${given ? '' : 'estimate: '}${basis}`, COLUMNS - 2 - LABEL - shown.length);
  return lines.map(
    (line, i) =>
      `  ${(i === 0 ? name : '').padEnd(LABEL)}${i === 0 ? shown : ' '.repeat(shown.length)}${line}`,
  );
}

const hours = (nodeHours: number) => `${nodeHours.toFixed(1)} node hours`;
const size = (bytes: Bytes) => describeSize(bytes);
const count = (value: number) => String(value);
