import base from '../../vitest.config.ts';

/** `npm run matrix`: what is too long for every day. */
export default {
  ...base,
  test: { ...base.test, include: ['test/matrix/*.complete.ts'], reporters: ['default'] },
};
