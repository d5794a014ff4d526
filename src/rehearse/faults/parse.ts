import { suggest } from '../../diagnostics/suggest.ts';
import { listing, quote } from '../../diagnostics/words.ts';
import type { EngineName } from '../../language/words.ts';
import { parseDuration } from '../../time/duration.ts';
import { FAULTS, type FaultKind, type FaultName, faultOf } from './catalogue.ts';
import { MOMENTS, type MomentName, momentNames, type When } from './moments.ts';

/** A fault that was asked for or drawn. */
export interface Fault {
  readonly name: FaultName;
  readonly when: When;
}

/** As `--fault` takes it. */
export const written = ({ name, when }: Fault): string =>
  faultOf(name).always ? name : `${name}@${'at' in when ? when.at : `${when.after}s`}`;

export type Parsed = { readonly fault: Fault } | { readonly why: string };

/** The longest wait that makes sense in a rehearsal, in seconds. */
const LONGEST = 600;

/** Reads `NAME`, `NAME@MOMENT` or `NAME@40s`. `why`: one sentence that says what is wrong, and what was probably meant. */
export function parseFault(text: string): Parsed {
  const [given = '', when, ...more] = text.trim().split('@');
  const name = nameOf(given);
  if (name === undefined) return { why: unknown(given) };
  const kind = faultOf(name);
  if (when === undefined) return { fault: { name, when: { at: kind.moments[0] } } };
  if (more.length > 0) return { why: `${quote(text)} has more than one @; write it as NAME@MOMENT.` };
  if (kind.always)
    return { why: `${name} changes the run from its beginning, so it takes no moment; write ${name}.` };
  return momentOf(kind, name, when);
}

function momentOf(kind: FaultKind, name: FaultName, when: string): Parsed {
  const duration = parseDuration(when);
  if (duration.ok) {
    if (duration.seconds > LONGEST)
      return {
        why: `a rehearsal lasts seconds, so ${name}@${when} would come after its end; at most ${LONGEST}s.`,
      };
    return { fault: { name, when: { after: duration.seconds } } };
  }
  if (/^\d+$/.test(when)) return { why: `${quote(`@${when}`)} has no unit: write ${name}@${when}s.` };
  const at = meantMoment(when);
  if (at === undefined)
    return {
      why: `${quote(when)} is no moment of a run: ${name} can come at ${listing(kind.moments, 'or')}, or after a time such as 40s.`,
    };
  if (!kind.moments.includes(at))
    return {
      why: `${name} cannot come at ${at}: it can come at ${listing(kind.moments, 'or')}, or after a time such as 40s.`,
    };
  if (at !== when && !isAlias(when))
    return { why: `${quote(when)} is no moment of a run. Did you mean ${name}@${at}?` };
  return { fault: { name, when: { at } } };
}

const nameOf = (given: string): FaultName | undefined =>
  FAULTS.find(({ name, aliases }) => name === given || (aliases as readonly string[]).includes(given))?.name;

const isAlias = (given: string) =>
  MOMENTS.some(({ aliases }) => (aliases as readonly string[]).includes(given));

const meantMoment = (given: string): MomentName | undefined => {
  const name = suggest(given, MOMENTS);
  return momentNames.find((one) => one === name);
};

function unknown(given: string): string {
  if (given === '') return `a fault has a name: ${list()}.`;
  const meant = suggest(given, FAULTS);
  return `${quote(given)} is no fault that crc knows. ${meant === undefined ? `It knows ${list()}.` : `Did you mean ${meant}?`}`;
}

const list = () => listing(FAULTS.map(({ name }) => name));

/** Why this fault cannot happen to a run with this engine; undefined if it can. */
export function unfit({ name }: Fault, engine: EngineName): string | undefined {
  const { engines } = faultOf(name);
  if (engines === undefined || engines.includes(engine)) return undefined;
  return `${name} says nothing about this flow, whose engine is ${engine}: it is for ${listing(engines)}.`;
}
