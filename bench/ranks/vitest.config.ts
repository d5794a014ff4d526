import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

// npm run ranks: not a test, but it needs what the tests have.
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({ test: { include: ['bench/ranks/{ranks,mana}.ts'], testTimeout: 36_000_000 } }),
);
