import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'vitest';
import { standIn } from './dmtcp.ts';
import { byHand } from './emitted.ts';
import { flowOf, lacking } from './known-programs.ts';
import { outcomesIn } from './run-folder.ts';
import { slow, slowTest } from './slow.ts';
import { whileStopped } from './stopped.ts';

/** A warning that comes at once is one of the time limit. */
export const atTheLimit = {
  CRFLOW_LEAD: '3540',
  CRFLOW_INTERVAL: '600',
  CRFLOW_QUIET: '0',
  CRFLOW_STARTUP: '30',
  OMP_NUM_THREADS: '1',
};

/** The last attempt may take its time. */
export const calm = { ...atTheLimit, CRFLOW_LEAD: '120' };
export const oneThread = { ...process.env, OMP_NUM_THREADS: '1' };

/** The command lines of the programs, of all of a run. */
const executables = /^(\S*\/)?(gmx|lmp|pw\.x|icoFoam|cp2k\.psmp|python3)( |$)/;

/** A run of a real program with the flow of `crc init --for`, edited: one rank, on this node, outside of Slurm. */
export function rehearse(name: string, edit: (flow: string) => string) {
  const run = byHand(standIn, { flow: flowOf(name, edit), folder: `crflow-${name}-` });
  mkdirSync(join(run.folder, '.bin'));
  // One rank, on this node.
  writeFileSync(join(run.folder, '.bin/srun'), '#!/bin/bash\nexec "$@"\n', { mode: 0o755 });
  const outcomes = () => outcomesIn(run.entries());
  /** Waits until an attempt has come so far. */
  const atWork = async (n: number, isAtWork: () => boolean) => {
    for (const deadline = Date.now() + 120_000; !isAtWork(); ) {
      if (Date.now() > deadline) throw new Error(`attempt ${n} does not work\n${run.log()}\n${run.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  /** An attempt that Slurm warns of its limit once it has begun its work. */
  const limited = async (n: number, isAtWork: () => boolean, env: Record<string, string> = {}) => {
    const ended = run.start({ ...atTheLimit, ...env });
    await atWork(n, isAtWork);
    await whileStopped(run.running(), executables, () => {
      run.signal('SIGUSR1');
      return run.until('asked_application', n);
    });
    return ended;
  };
  const count = (pattern: RegExp) => run.output().match(pattern)?.length ?? 0;
  return {
    ...run,
    outcomes,
    atWork,
    limited,
    /** Two attempts that Slurm warns once the output has grown by `more` such words, what is done `after` each, and one that ends. */
    async twice(
      pattern: RegExp,
      more: number,
      { expect }: TestContext,
      env: Record<string, string> = {},
      after: (n: number) => void = () => {},
    ) {
      for (const n of [1, 2]) {
        const before = count(pattern);
        expect(await limited(n, () => count(pattern) >= before + more, env), run.log()).toBe(75);
        after(n);
      }
      expect(await run.start({ ...calm, ...env }), run.log()).toBe(0);
      expect(outcomes(), run.log()).toEqual(['saved', 'saved', 'done']);
    },
  };
}

/** A test of the real programs, or one that says which is not here. */
export const withReal = (
  name: string,
  needs: readonly string[],
  body: (context: TestContext) => Promise<void>,
) => {
  const missing = lacking(...needs);
  const why = missing.length === 0 ? '' : ` (skipped: no ${missing.join(', ')} on PATH)`;
  (why === '' ? test.concurrent : test.skip)(`${name}${why}`, body);
};

/** The same of a program that computes for long. */
export const withSlow: typeof withReal = (name, needs, body) =>
  slow ? withReal(name, needs, body) : slowTest(name, body);
