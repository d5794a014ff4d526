import type { Bytes } from '../model/flow.ts';
import type { Plan } from '../model/plan.ts';

type Engine = Plan['checkpoint']['engine'];

const MiB = 2 ** 20;
const GiB = 2 ** 30;

/**
 * What a job takes on a node beside its program, in bytes: its two halves, the step that listens, the tools that they start, and a
 * container's runtime. Measured: 35 MiB without a container (docs/memory.md).
 */
const JOB: Bytes = 128 * MiB;

/**
 * What DMTCP takes in addition, in bytes: its coordinator, and the two shells around the program, which are saved and restored
 * with it. Measured with 4.1.1: 63 MiB (docs/memory.md).
 */
const DMTCP: Bytes = 128 * MiB;

/**
 * What DMTCP adds to each process of the program, in bytes. A restored process shares nothing with others, not even libraries.
 * Measured with 4.1.1: 24 MiB for a small C program, 41 to 64 MiB with Python and numpy (docs/memory.md).
 */
const PROCESS: Bytes = 64 * MiB;

/**
 * What MPI takes in each rank beside the program, in bytes. Measured with MPICH 4.0.2, two and four ranks: images of 75 to 130 MiB
 * more than the program's data.
 */
const MPI: Bytes = 130 * MiB;

/** What the program takes on a node if each of its ranks takes so much, in bytes. One process need not use MPI. */
export const memoryOfRanks = (each: Bytes, ranks: number): Bytes => (ranks > 1 ? ranks * (each + MPI) : each);

/** What a checkpoint of MANA contains, in bytes: what the program takes on all nodes, and MPI in each rank. */
export const memoryOverNodes = (onNode: Bytes, nodes: number, ranks: number): Bytes =>
  onNode === 0 ? 0 : nodes * onNode + ranks * MPI;

/** How much each rank may take so that all take no more than this, in bytes; 0 if there is nothing left. */
export const memoryOfEach = (all: Bytes, ranks: number): Bytes =>
  ranks > 1 ? Math.max(0, Math.floor((all / ranks - MPI) / MiB) * MiB) : all;

/** What a job needs on each node beside its program, in bytes. The program is assumed to have a process for each of its `threads`; with MANA they are ranks. */
export function besideProgram(engine: Engine, threads: number): Bytes {
  return engine === 'dmtcp' || engine === 'mana' ? JOB + DMTCP + threads * PROCESS : JOB;
}

/** The memory to ask Slurm for on each node, in bytes: rounded up to what a person would write, 256 MiB up to 4 GiB, then 1 GiB. */
export function memoryToAsk(memory: Bytes, engine: Engine, threads: number): Bytes {
  const needed = memory + besideProgram(engine, threads);
  const step = needed <= 4 * GiB ? 256 * MiB : GiB;
  return Math.ceil(needed / step) * step;
}

/** The largest `memory` whose job still fits into so much memory of a node, in bytes, as a person would write it; 0 if there is none. */
export function memoryThatFits(node: Bytes, engine: Engine, threads: number): Bytes {
  const left = node - (node % (node <= 4 * GiB ? 256 * MiB : GiB)) - besideProgram(engine, threads);
  const step = left >= 8 * GiB ? GiB : MiB;
  return Math.max(0, Math.floor(left / step) * step);
}
