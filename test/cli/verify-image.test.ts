import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failureOf, findings } from '../../src/cli/findings.ts';
import { verifyImage } from '../../src/cli/verify-image.ts';
import { noCache } from '../../src/host/cache.ts';
import { fakeShellCheck } from '../support/fake-shellcheck.ts';
import { imageFiles } from '../support/image-plan.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-verify-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { files } = imageFiles();
/** The files of an image, with something put behind the text of one. */
const spoiled = (ending: string, more: string) =>
  files.map((one) => (one.name.endsWith(ending) ? { ...one, text: `${one.text}${more}` } : one));
const codes = async (...args: Parameters<typeof verifyImage>) =>
  (await verifyImage(...args)).map((one) => ({ code: one.code, fails: failureOf(one, true) }));

test('what crc writes is found to be right', async () => {
  const { path, calls } = fakeShellCheck(folder);
  expect(await verifyImage(files, { path, version: '9.9.9' }, noCache)).toEqual([]);
  expect(calls()).toBe(1);
});

test('a Dockerfile that builders refuse is a fault of crc; one that the linter dislikes fails nothing', async () => {
  expect(await codes(spoiled('.Dockerfile', 'RUNN x\n'), undefined, noCache)).toEqual([
    { code: findings.ownDockerfile.code, fails: 3 },
  ]);
  expect(await codes(spoiled('.Dockerfile', 'MAINTAINER x\n'), undefined, noCache)).toEqual([
    { code: findings.dockerfile.code, fails: 0 },
  ]);
});

test('a script that bash cannot parse is a fault of crc, and ShellCheck is not asked', async () => {
  const { path, calls } = fakeShellCheck(folder);
  const tool = { path, version: '9.9.9' };
  expect(await codes(spoiled('.sh', 'if\n'), tool, noCache)).toEqual([
    { code: findings.ownSyntax.code, fails: 3 },
  ]);
  expect(calls()).toBe(0);
});

test('what ShellCheck says of the script is told, and fails nothing', async () => {
  const ofRun = [{ line: 3, column: 1, level: 'warning', code: 2034, message: 'unused' }];
  const { path } = fakeShellCheck(folder, { ofRun });
  const [one] = await verifyImage(files, { path, version: '9.9.9' }, noCache);
  expect(one?.title).toBe('ShellCheck on flow.image.sh, line 3: unused (SC2034)');
});
