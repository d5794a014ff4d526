import base from '../../vitest.config.ts';

/** `npm run images`: real builds, which take minutes and want a builder and a base image. */
export default {
  ...base,
  test: { ...base.test, include: ['test/image/*.complete.ts'], maxWorkers: 1, testTimeout: 1_800_000 },
};
