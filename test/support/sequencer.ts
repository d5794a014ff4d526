import { basename } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that mostly wait, for a Slurm, the longest first. */
const waiting = ['containers', 'time-limit', 'matrix', 'forecast', 'signals', 'cluster'].map(
  (name) => `${name}.test.ts`,
);
const AT_ONCE = 3;
const THEN_EACH = 5;

/**
 * Some files wait beside some that work, as long as there are any: else the machine is too busy at first, which slows what a
 * clock is about, and idle in the end.
 */
export class MixedSequencer extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) =>
      moduleId.includes('/test/slurm/') ? waiting.indexOf(basename(moduleId)) : -1;
    const waits = files.filter((file) => place(file) >= 0).sort((a, b) => place(a) - place(b));
    const works = await super.sort(files.filter((file) => place(file) < 0));
    const later = works.flatMap((file, at) => [
      file,
      ...(at % THEN_EACH === THEN_EACH - 1 ? waits.splice(AT_ONCE, 1) : []),
    ]);
    return [...waits.slice(0, AT_ONCE), ...later, ...waits.slice(AT_ONCE)];
  }
}
