import type { Reporter, TestModule } from 'vitest/node';

/** Names every test that was skipped, for its name says why: a count alone is read by nobody. */
export class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => test.fullName),
    );
    for (const name of skipped) console.log(`skipped: ${name}`);
  }
}
