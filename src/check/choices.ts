import { nearest } from '../diagnostics/suggest.ts';
import { values } from '../diagnostics/values.ts';
import { SIGNALS } from '../language/vocabulary/index.ts';
import type { Value } from '../model/ast.ts';
import type { WarningSignal } from '../model/flow.ts';
import type { Context, Target } from './context.ts';
import { nearName } from './meant.ts';
import { wrongType } from './type.ts';

/** One of the key's words. */
export function choice(value: Value, target: Target, context: Context): string | undefined {
  if (value.kind !== 'word') return wrongType(value, target, context);
  const known = target.spec.choices ?? [];
  if (known.includes(value.text)) return value.text;
  const { called = {} } = target.spec;
  const meant = nearest(
    value.text,
    known.map((name) => ({ name, ...(called[name] ? { aliases: called[name] } : {}) })),
  );
  const near = meant?.name ?? nearName(value.text, ['String'], context);
  context.report(values.unknownWord, value.span, {
    key: target.key,
    found: value.text,
    nearest: near,
    isSure: meant?.sure,
    known,
  });
  return undefined;
}

/** Why a signal that exists cannot be the warning. */
const OWN: Readonly<Record<string, string>> = {
  USR2: 'DMTCP uses this signal to make processes checkpoint',
  KILL: 'no process can catch it, so the job could not make a checkpoint',
  STOP: 'no process can catch it, so the job could not make a checkpoint',
};
/** Linux's numbers (signal(7), x86 and ARM). */
const NUMBERS: Readonly<Record<string, string>> = {
  1: 'HUP',
  2: 'INT',
  3: 'QUIT',
  9: 'KILL',
  10: 'USR1',
  12: 'USR2',
  15: 'TERM',
  19: 'STOP',
};

/** A signal that Slurm can send and the job can catch. */
export function signal(value: Value, target: Target, context: Context): WarningSignal | undefined {
  const named = value.kind === 'number' ? NUMBERS[value.text] : undefined;
  if (named === undefined && value.kind !== 'word') return wrongType(value, target, context);
  const written = value.kind === 'word' ? value.text : (named ?? '');
  const bare = written.toUpperCase().replace(/^SIG/, '');
  const why = OWN[bare];
  const known = SIGNALS.find((name) => name === bare);
  if (why !== undefined) context.report(values.ownSignal, value.span, { signal: bare, why });
  else if (known === undefined) return choice(value, target, context) as undefined;
  else if (value.kind === 'word' && value.text === known) return known;
  else
    context.report(values.signalSpelling, value.span, {
      found: value.kind === 'number' ? value.text : written,
      name: known,
    });
  return undefined;
}
