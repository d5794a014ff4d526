import type { Engine } from '../engine.ts';
import output from '../output.sh';
import patterns from '../patterns.sh';
import computation from './computation.sh';
import coordinator from './coordinator.sh';
import course from './course.sh';
import engine from './engine.sh';
import files from './files.sh';
import images from './images.sh';
import loss from './loss.sh';
import machine from './machine.sh';
import mpi from './mpi.sh';
import peers from './peers.sh';
import processes from './processes.sh';
import protect from './protect.sh';
import words from './words.sh';

/** Transparent checkpoints of all processes on one node; `mpi`: ranks of MPICH among them. */
export const dmtcp: Engine = {
  name: 'dmtcp',
  saves: true,
  usesSteps: false,
  bash: (needs) => [
    engine,
    needs.mpi ? mpi : course,
    computation,
    coordinator,
    output,
    processes,
    images,
    ...(needs.protect ? [protect, patterns] : []),
    machine,
    files,
    loss,
    words,
    peers,
  ],
};
