/** What a cell left behind, as seen from outside: nothing here is the word of a script about itself. */
export interface Remains {
  /** The program was to print 1..last, one each `step` seconds, and to end with `status`. */
  readonly last: number;
  readonly step: number;
  readonly status: number;
  /** The program's output, rolled back by restores. */
  readonly output: string;
  /** `NUMBER SECONDS` a line, rolled back by nothing: a number that stands there twice was computed twice. */
  readonly progress: string;
  /** Slurm's last word, as `COMPLETED 0:0`. */
  readonly end: string;
  /** Seconds without progress after which the driver gave up; undefined where the job ended by itself. */
  readonly stuckAfter?: number | undefined;
  /** Whether its owner cancelled it, and then whether it ran again. */
  readonly cancelled?: boolean | undefined;
  readonly cameBack?: boolean | undefined;
  /** How often the job was started again that submitted this one. */
  readonly driverRestarts?: number | undefined;
}

export interface Verdict {
  readonly outcome: string;
  /** Numbers that the output lacks, and that stand there more than once. */
  readonly lost: number;
  readonly doubled: number;
  /** Seconds of work that was done a second time. */
  readonly redone: number;
}

/** Says in plain words what became of a run. */
export function judge(remains: Remains): Verdict {
  const {
    last,
    step,
    status,
    output,
    progress,
    end,
    stuckAfter,
    cancelled,
    cameBack,
    driverRestarts = 0,
  } = remains;
  const printed = numbers(output);
  const worked = numbers(progress);
  const seen = new Set(printed);
  const lost = last - [...seen].filter((number) => number >= 1 && number <= last).length;
  const doubled = printed.length - seen.size;
  const redone = (worked.length - new Set(worked).size) * step;
  const undone = Math.max(0, last - Math.max(0, ...worked));
  const work = (n: number) => `${seconds(n * step)} s of ${seconds(last * step)} s of work undone`;

  const outcome = () => {
    if (cancelled) return cameBack ? '**came back after scancel** and ran on' : 'stays cancelled';
    if (stuckAfter !== undefined) return `**stuck**: no progress for ${stuckAfter} s, ${work(undone)}`;
    const wellEnded = end === 'COMPLETED 0:0';
    if (undone > 0) return `${wellEnded ? '**said to have succeeded**' : 'stopped'}, ${work(undone)}`;
    const expected = status === 0 ? wellEnded : end.endsWith(` ${status}:0`);
    if (!expected) return `complete, but **status ${status} was lost**`;
    if (lost + doubled > 0) return '**complete, with a wrong output**';
    return 'complete';
  };
  const driver =
    driverRestarts > 0 ? `; **the job that submitted it was requeued** ${driverRestarts} times` : '';
  return { outcome: outcome() + driver, lost, doubled, redone };
}

function numbers(text: string): number[] {
  // A last line may be torn.
  return [...text.matchAll(/^(\d+)(?: [\d.]+)?\n/gm)].map((match) => Number(match[1]));
}

/** Seconds for a table: tenths where there are any. */
export const seconds = (value: number) => value.toFixed(1).replace(/\.0$/, '');

/** One line of the table. `fault` is empty in all lines of a row but the first; `starts`: how often the job was started (again). */
export const tableRow = (
  fault: string,
  side: string,
  verdict: Verdict,
  end: string,
  starts: string | number,
) =>
  [
    '',
    fault,
    side,
    verdict.outcome,
    end,
    starts,
    `${verdict.lost} / ${verdict.doubled}`,
    `${seconds(verdict.redone)} s`,
    '',
  ]
    .join(' | ')
    .trim();
