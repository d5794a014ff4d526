import { relative } from 'node:path';
import { defineConfig } from 'vitest/config';
import { MixedSequencer } from './test/support/sequencer.ts';
import { SkippedReporter } from './test/support/skipped-reporter.ts';
import { assetModule } from './tools/assets.mjs';

const report = process.env['CRFLOW_TEST_REPORT'];

// Node reads a site's certificates at each start, which takes longer than all else in it; no test connects to another host.
delete process.env['NODE_EXTRA_CA_CERTS'];
// Node gives a program a socket as its input. A bash that is not in another shell takes itself for a remote one then, and reads ~/.bashrc.
process.env['SHLVL'] ??= '1';

export default defineConfig({
  plugins: [
    {
      name: 'assets',
      enforce: 'pre',
      transform: (text, id) => assetModule(relative(process.cwd(), id), text),
    },
  ],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/build.ts'],
    // Files at a time, also where there are only two cores, for three of them do little but wait; and jobs at a time in a file.
    maxWorkers: 5,
    maxConcurrency: 3,
    // Files share what a worker has loaded: each by itself would compile and run all of src again.
    isolate: false,
    sequence: { sequencer: MixedSequencer },
    // None is to fail for a machine that is busy: these end what hangs.
    // A property that is tried for hours (`npm run fuzz`) has that long, and as long again as all others.
    testTimeout: 600_000 + Number(process.env['CRFLOW_FUZZ_SECONDS'] ?? 0) * 1000,
    hookTimeout: 300_000,
    reporters: ['default', 'json', new SkippedReporter()].filter((one) => report || one !== 'json'),
    ...(report ? { outputFile: { json: report } } : {}),
  },
});
