import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that mostly wait, for a Slurm, the longest first. */
const waiting = [
  'containers',
  'own',
  'scheduler',
  'time-limit',
  'matrix',
  'forecast',
  'signals',
  'in-container',
  'ranks',
  'cluster',
].map((name) => `${name}.test.ts`);
const AT_ONCE = 3;
const THEN_EACH = 5;

/**
 * Files that wait for a Slurm run first, beside those that work and start one process at a time; what runs whole jobs without a
 * Slurm, several at a time, comes last. So the machine is never idle, and not too busy where a clock matters.
 */
export class MixedSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      moduleId.includes('/test/slurm/') ? waiting.indexOf(basename(moduleId)) : -1;
    const waits = files.filter((file) => place(file) >= 0).sort((a, b) => place(a) - place(b));
    const others = await super.sort(files.filter((file) => place(file) < 0));
    const crowded = ({ moduleId }: TestSpecification) => moduleId.includes('/test/emitted/');
    const works = [...others.filter((file) => !crowded(file)), ...others.filter(crowded)];
    const later = works.flatMap((file, at) => [
      file,
      ...(at % THEN_EACH === THEN_EACH - 1 ? waits.splice(AT_ONCE, 1) : []),
    ]);
    return [...waits.slice(0, AT_ONCE), ...later, ...waits.slice(AT_ONCE)];
  }
}
