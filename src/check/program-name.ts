import { programs } from '../diagnostics/programs.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { ProgramOfFlow } from '../model/known-program.ts';
import { programNamed } from '../programs/builtin.ts';
import { isRecordPath } from '../programs/choose.ts';
import { textOf } from './context.ts';
import { type Reader, wrongType } from './type.ts';

/** `program = gromacs`, or the path of a record. */
export const knownProgram: Reader<ProgramOfFlow> = (value, target, context) => {
  if (value.kind !== 'word' && value.kind !== 'string') return wrongType(value, target, context);
  const named = value.kind === 'string' ? textOf(value) : value.text;
  if (value.kind === 'string' && !isRecordPath(named) && programNamed(named)?.name === named)
    return wrongType(value, target, context);
  const found = context.program(named);
  if (found === 'broken') return undefined;
  if (found === 'unknown') {
    const known = target.spec.choices ?? [];
    const candidates = known.map((name) => ({ name, aliases: programNamed(name)?.called ?? [] }));
    const meant = nearest(named, candidates);
    context.report(programs.unknown, value.span, {
      name: named,
      nearest: meant?.name,
      isSure: meant?.sure,
      known,
    });
  } else if ('why' in found) context.report(programs.unreadable, value.span, { path: named, why: found.why });
  else return { record: found, gives: [] };
  return undefined;
};
