import { type ScryptOptions, scrypt } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFile } from '../../src/host/files.ts';
import { writeArtifacts } from '../../src/host/write.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('where one artifact cannot be written, none is left, whichever of the writes is the slower', async () => {
  mkdirSync(join(folder, 'b'));
  const artifacts = ['a', 'b', 'c'].map((name) => ({ name, text: 'text' }));
  for (let round = 0; round < 60; round++) {
    // Work on the same few threads moves the moments at which each write is done.
    const noise = Array.from({ length: round % 8 }, () =>
      scryptKey('', '', 16, { N: 2 ** (1 + (round % 11)) }),
    );
    await expect(writeArtifacts(folder, artifacts)).rejects.toThrow('in the way');
    await Promise.all(noise);
  }
  // What would still be on its way needs a moment to appear.
  await new Promise((settled) => setTimeout(settled, 200));
  expect(readdirSync(folder)).toEqual(['b']);
});

test('folders that are not there yet are made, and where none can be made is an end', async () => {
  expect(await createFile(join(folder, 'a/b/c'), 'name', 'text')).toBe(true);
  expect(readdirSync(join(folder, 'a/b/c'))).toEqual(['name']);
  // Also by several at the same moment, at each of many distances.
  for (let round = 0; round < 60; round++)
    await Promise.all(
      Array.from({ length: 8 }, async (_, at) => {
        for (let step = 0; step < at * (round % 6); step++) await stat(folder);
        return createFile(join(folder, `${round}/b/c`), `${at}`, 'text');
      }),
    );
  await expect(createFile('/proc/x/y', 'name', 'text')).rejects.toThrow('ENOENT');
});

const scryptKey = promisify(
  (
    password: string,
    salt: string,
    length: number,
    cost: ScryptOptions,
    done: (error: Error | null) => void,
  ) => scrypt(password, salt, length, cost, done),
);
