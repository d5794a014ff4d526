import type { Reporter, TestModule } from 'vitest/node';

/** Names every test that was skipped: its name says why, or what it said when it gave up. A count alone is read by nobody. */
export class SkippedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests('skipped')].map((test) => {
        const result = test.result();
        const why = result.state === 'skipped' && result.note ? `: ${result.note}` : '';
        return `${test.fullName}${why}`;
      }),
    );
    for (const name of skipped) console.log(`skipped: ${name}`);
  }
}
