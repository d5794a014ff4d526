import type { Attempt, Checkpoint, Loss, Phase, PhaseKind, Restore } from '../model/story.ts';
import type { Line } from './lines.ts';
import { whySkipped } from './remarks.ts';

/** A phase that may still turn out to be lost work. */
type Open = { -readonly [K in keyof Phase]: Phase[K] };

/** When a generation was sealed, over all attempts so far. */
export interface Sealed {
  readonly generation: number;
  readonly at: number;
}

/** Everything that attempts leave behind for the story. */
export interface Ledger {
  /** The phases of all attempts so far, in order. */
  readonly phases: Open[];
  readonly sealed: Sealed[];
  readonly checkpoints: Checkpoint[];
  readonly restores: Restore[];
  readonly losses: Loss[];
  /** Was the last thing that happened to the program a failure? */
  hasFailed: boolean;
}

/** What ended a computation without anything being lost. */
const KEPT = new Set(['done', 'saved', 'again']);

/**
 * Follows one attempt through its lines. All times are relative to the start of the run.
 * @param end when the attempt ended, if anything but its own lines says so
 * @param isOver is it known to have ended, with or without a last word?
 */
export function follow(
  lines: readonly Line[],
  began: number,
  { end, isOver }: { readonly end: number | undefined; readonly isOver: boolean },
  ledger: Ledger,
): Attempt {
  const { phases, sealed, checkpoints, restores, losses } = ledger;
  const first = phases.length;
  const started = lines.find(({ event }) => event === 'started');
  const number = lines[0]?.attempt ?? 0;
  const from = (started ?? lines[0])?.time ?? began;
  let kind: PhaseKind = 'start';
  let since = from - began;
  let restoring: Restore['kind'] = 'attempt';
  /** Since when the program does not work, because a restore is to follow. */
  let idleSince = since;
  let reason: string | null = null;
  let isWorking = false;
  let left: Line | undefined;
  let next: Attempt['next'] = null;
  let askedAt = -1;
  let asked: Line | undefined;
  let took: number | null = null;

  const close = (at: number, as: PhaseKind = kind, generation?: number) => {
    const to = Math.max(at, since);
    if (to > since || as === 'save')
      phases.push({ kind: as, from: since, to, ...(generation === undefined ? {} : { generation }) });
    since = to;
  };
  /** Work after this moment has to be done again. Gives its seconds. */
  const lose = (after: number): number => {
    let sum = 0;
    for (let index = phases.length - 1; index >= 0; index -= 1) {
      const phase = phases[index];
      if (phase === undefined || phase.to <= after) break;
      if (phase.kind !== 'work' || phase.from < after) continue;
      phase.kind = 'lost';
      sum += phase.to - phase.from;
    }
    return sum;
  };
  const lastSeal = () => sealed.at(-1)?.at ?? 0;
  const record = (at: number, after: number, failure: boolean, why: string) => {
    const seconds = lose(after);
    const afterFailure = ledger.hasFailed && !failure;
    if (seconds > 0 || failure) losses.push({ at, attempt: number, seconds, failure, afterFailure, why });
    ledger.hasFailed = failure;
  };

  for (const line of lines) {
    const at = line.time - began;
    const generation = line.number('generation');
    switch (line.event) {
      case 'launched':
        close(at);
        record(at, 0, false, 'the program was started from its beginning');
        [kind, isWorking] = ['work', true];
        break;
      case 'restored':
      case 'restore_failed': {
        const ok = line.event === 'restored';
        restores.push({
          at,
          attempt: number,
          generation: generation ?? 0,
          kind: restoring,
          ok,
          seconds: Math.max(at, since) - idleSince,
        });
        close(at, 'restore', generation);
        idleSince = since;
        if (!ok) break;
        // After an older one, what newer ones had saved is lost as well.
        const seal = sealed.findLast((one) => one.generation === generation);
        if (seal !== undefined) record(at, seal.at, false, `generation ${generation} was restored`);
        ledger.hasFailed = false;
        [kind, isWorking] = ['work', true];
        break;
      }
      case 'sealed': {
        const seconds = line.number('seconds') ?? 0;
        close(Math.max(since, at - seconds));
        close(at, 'save', generation);
        sealed.push({ generation: generation ?? 0, at });
        checkpoints.push({
          at,
          attempt: number,
          generation: generation ?? null,
          bytes: line.number('bytes') ?? null,
          seconds,
          last: reason !== null,
          why: null,
        });
        break;
      }
      case 'checkpoint_failed':
      case 'checkpoint_skipped':
        checkpoints.push({
          at,
          attempt: number,
          generation: null,
          bytes: null,
          seconds: null,
          last: reason !== null,
          why: line.event === 'checkpoint_failed' ? line.text('why') : whySkipped(line),
        });
        break;
      case 'asked':
        [reason, askedAt] = [line.text('reason'), at];
        asked ??= line;
        break;
      case 'set_aside':
        // The owner wants an older generation.
        ledger.hasFailed = false;
        break;
      case 'suspended': {
        const seconds = line.number('seconds') ?? 0;
        close(Math.max(since, at - seconds));
        close(at, 'suspended');
        break;
      }
      case 'inner_ended': {
        const outcome = line.text('outcome');
        if (asked !== undefined) took = line.time - asked.time;
        // A checkpoint that ends the program, and no request since: nothing ran after it.
        const isIdle = lastSeal() === since && askedAt < since;
        idleSince = outcome === 'again' && isIdle ? since : Math.max(at, since);
        if ((outcome === 'again' || outcome === 'saved') && isIdle)
          close(at, outcome === 'again' ? 'restore' : 'end');
        else close(at);
        const isExpected = (line.text('reason') || reason || '') !== '';
        if (isWorking && !KEPT.has(outcome))
          record(
            at,
            lastSeal(),
            !isExpected && outcome !== 'stopped' && outcome !== 'idle',
            line.text('why'),
          );
        [kind, isWorking] = ['restore', false];
        restoring = outcome === 'again' ? 'proof' : 'loss';
        reason ||= line.text('reason') || null;
        break;
      }
      case 'requeued':
      case 'resubmitted':
        next = line.event;
        reason = line.text('reason') || reason;
        break;
      case 'left':
        close(at, isWorking || kind === 'start' ? kind : 'end');
        left = line;
        break;
    }
  }
  const lastLine = (lines.at(-1)?.time ?? from) - began;
  if (left === undefined) close(Math.max(end ?? lastLine, lastLine), next === null ? kind : 'end');
  const to = since;
  if (isWorking && (isOver || left !== undefined))
    record(to, lastSeal(), left === undefined && reason === null, left?.text('why') ?? howKilled(reason));
  return {
    number,
    job: started?.text('job') ?? '',
    node: started?.text('node') ?? '',
    from: from - began,
    to,
    phases: phases.slice(first),
    reason,
    asked: asked === undefined ? null : { at: asked.time - began, signal: asked.text('signal'), took },
    status: left?.number('status') ?? null,
    whose: whoseOf(left),
    why: left?.text('why') ?? '',
    next,
    overridden: started?.text('overridden') ?? '',
  };
}

const howKilled = (reason: string | null) =>
  reason === null
    ? 'the job was killed, and recorded no status'
    : 'the job was killed after it had been told to end, before it had saved its work';

function whoseOf(left: Line | undefined): Attempt['whose'] {
  const whose = left?.text('whose');
  return whose === 'application' || whose === 'crflow' ? whose : null;
}
