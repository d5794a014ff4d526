import { build } from 'esbuild';
import { expect, test } from 'vitest';

test('an executable of crc can require the stand-in: nothing is awaited at its top', async () => {
  const { errors } = await build({
    entryPoints: ['standin/dmtcp.mjs'],
    bundle: true,
    platform: 'node',
    format: 'cjs', // as `require` wants it
    logLevel: 'silent',
    write: false,
  });
  expect(errors).toEqual([]);
});
