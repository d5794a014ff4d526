import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

// npm run reliability: not a test, but it needs what the tests have.
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      include: ['bench/reliability/reliability.ts', 'bench/reliability/own.ts'],
      testTimeout: 3_600_000,
    },
  }),
);
