import type { EngineName } from '../../language/words.ts';
import { FAULTS, type FaultKind, type FaultName } from './catalogue.ts';
import type { MomentName } from './moments.ts';
import type { Fault } from './parse.ts';

/** A generator of numbers from 0 to 1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Draws faults that fit the engine, each at a moment of its own; the same seed draws the same ones. */
export function drawFaults(seed: number, engine: EngineName, count = 3): readonly Fault[] {
  const next = random(seed);
  const kinds: (FaultKind & { readonly name: FaultName })[] = FAULTS.filter(
    (one: FaultKind) => one.always !== true && (one.engines === undefined || one.engines.includes(engine)),
  );
  const drawn: Fault[] = [];
  while (drawn.length < count && kinds.length > 0) {
    const [kind] = kinds.splice(Math.floor(next() * kinds.length), 1);
    if (kind === undefined) break;
    const at = kind.moments[Math.floor(next() * kind.moments.length)] ?? kind.moments[0];
    drawn.push({ name: kind.name, when: { at } });
  }
  return inOrder(drawn);
}

/** What puts most promises to the test in one short run: used if nobody asks for anything else. */
export function usualFaults(engine: EngineName): readonly Fault[] {
  if (engine === 'none') return [fault('kill', 'running'), fault('requeue', 'end')];
  return [fault('time-limit', 'running'), fault('damage', 'running'), fault('requeue', 'end')];
}

const fault = (name: FaultName, at: MomentName): Fault => ({
  name,
  when: { at },
});

/** What puts every promise to the test that this engine can keep; in several runs, where a fault needs one of its own. */
export function allFaults(engine: EngineName): readonly (readonly Fault[])[] {
  if (engine === 'none')
    return [
      [fault('kill', 'running'), fault('requeue', 'end')],
      [fault('node-loss', 'running'), fault('program-fails', 'end')],
      [fault('small-budget', 'running')],
    ];
  return [
    usualFaults(engine),
    [fault('node-loss', 'running'), fault('disk-full', 'running'), fault('program-fails', 'end')],
    [fault('small-budget', 'running')],
    [fault('no-checkpoint', 'running')],
  ];
}

/** What comes at the end of the run comes last. */
export function inOrder(faults: readonly Fault[]): readonly Fault[] {
  const isLast = ({ when }: Fault) => 'at' in when && when.at === 'end';
  return [...faults.filter((one) => !isLast(one)), ...faults.filter(isLast)];
}
