import { describe, expect, test } from 'vitest';
import { isImagePath, parseImageName } from '../../src/check/image-name.ts';
import { imageName } from '../../src/emit/image-name.ts';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('names of images', () => {
  /** As written, and in full. */
  const right = [
    ['debian', 'docker.io/library/debian:latest'],
    ['debian:12', 'docker.io/library/debian:12'],
    ['library/debian:12', 'docker.io/library/debian:12'],
    ['docker.io/library/debian:12', 'docker.io/library/debian:12'],
    ['lab/solve', 'docker.io/lab/solve:latest'],
    ['ghcr.io/a/b:1', 'ghcr.io/a/b:1'],
    ['ghcr.io/b:1', 'ghcr.io/b:1'],
    ['a/b/c/d:1', 'docker.io/a/b/c/d:1'],
    ['localhost/solve:1', 'localhost/solve:1'],
    ['localhost:5000/x:1', 'localhost:5000/x:1'],
    ['node7:5000/x', 'node7:5000/x:latest'],
    ['a:1/b', 'a:1/b:latest'],
    // Not the spelling of a runtime, but registries of such names.
    ['docker:5000/x:1', 'docker:5000/x:1'],
    ['local:5000/x:1', 'local:5000/x:1'],
    ['127.0.0.1:5000/x:1', '127.0.0.1:5000/x:1'],
    ['a/b_c__d-e--f.g:1', 'docker.io/a/b_c__d-e--f.g:1'],
    ['a--b.c-d:5/x:1', 'a--b.c-d:5/x:1'],
    ['a:Tag_1.2-RC', 'docker.io/library/a:Tag_1.2-RC'],
    [`a:${'t'.repeat(128)}`, `docker.io/library/a:${'t'.repeat(128)}`],
    [`b/${'c'.repeat(243)}:1`, `docker.io/b/${'c'.repeat(243)}:1`],
    [`a@${DIGEST}`, `docker.io/library/a:latest@${DIGEST}`],
    [`ghcr.io/a/b:1@${DIGEST}`, `ghcr.io/a/b:1@${DIGEST}`],
    [`localhost:5000/a@${DIGEST}`, `localhost:5000/a:latest@${DIGEST}`],
  ] as const;

  test.each(right)('%s', (text, whole) => {
    const name = parseImageName(text);
    expect(name.kind === 'name' ? imageName(name) : name).toBe(whole);
  });

  test.each(right)('%s in full is itself', (_, whole) => {
    const name = parseImageName(whole);
    expect(name.kind === 'name' ? imageName(name) : name).toBe(whole);
  });

  /** As written; a word of the reason; what was probably meant. */
  const wrong = [
    ['', 'empty', undefined],
    ['/', 'empty', undefined],
    ['a//b', 'empty', undefined],
    ['a/', 'empty', undefined],
    [':1', 'empty', undefined],
    ['ghcr.io/', 'empty', undefined],
    ['a:', 'tag', undefined],
    ['a:1:2', 'tag', undefined],
    ['a:-1', 'tag', undefined],
    ['a:.1', 'tag', undefined],
    [`a:${'t'.repeat(129)}`, 'tag', undefined],
    ['a b:1', 'lower-case letters', undefined],
    ['-a:1', 'lower-case letters', undefined],
    ['a..b:1', 'lower-case letters', undefined],
    ['a___b:1', 'lower-case letters', undefined],
    ['é:1', 'lower-case letters', undefined],
    ['a@', 'digest', undefined],
    ['a@sha256:12', 'digest', undefined],
    [`a@${DIGEST.toUpperCase()}`, 'digest', undefined],
    [`a@${DIGEST}@${DIGEST}`, 'digest', undefined],
    ['a@md5:0123', 'digest', undefined],
    [`b/${'c'.repeat(244)}:1`, '255', undefined],
    ['ghcr.io:port/a', 'registry', undefined],
    // It would be an option of the runtime.
    ['-a.example.org/a:1', 'registry', undefined],
    ['a-.example.org/a:1', 'registry', undefined],
    ['a.-b/a:1', 'registry', undefined],
    ['a..b/a:1', 'registry', undefined],
    ['a.b./a:1', 'registry', undefined],
    ['$IMAGE:1', '$', undefined],
    ['C:\\a\\b', 'Windows', undefined],
    ['a.tar', 'archive', undefined],
    ['a.tar.gz', 'archive', undefined],
    ['UPPER:1', 'capital', 'upper:1'],
    ['ghcr.io/Lab/Solve:RC1', 'capital', 'ghcr.io/lab/solve:RC1'],
    [' debian:12', 'blank', 'debian:12'],
    ['debian:12\n', 'blank', 'debian:12'],
    ['https://ghcr.io/a/b:1', 'https://', 'ghcr.io/a/b:1'],
    ['docker://debian:12', 'one runtime', 'debian:12'],
    ['docker:debian:12', 'one runtime', 'debian:12'],
    ['oras://ghcr.io/a/b:1', 'one runtime', 'ghcr.io/a/b:1'],
    ['library://a/b:1', 'one runtime', 'a/b:1'],
    ['shub://a/b:1', 'one runtime', 'a/b:1'],
    ['docker-archive:/a.x', 'one runtime', undefined],
    ['id:0123', 'one runtime', undefined],
  ] as const;

  test.each(wrong)('%j is none', (text, why, fix) => {
    const found = parseImageName(text);
    expect(found).toMatchObject({ kind: 'wrong', why: expect.stringContaining(why) });
    expect(found.kind === 'wrong' ? found.fix : undefined).toBe(fix);
  });

  test.each(wrong.flatMap(([, , fix]) => fix ?? []))('what is proposed is one: %s', (fix) => {
    expect(parseImageName(fix).kind).toBe('name');
  });
});

test('what is a path, and not a name', () => {
  const paths = ['/a', './a', '../a', '$A/a', '${A}', '~/a', 'a.sif', 'a/b.sqfs', 'a.squashfs', 'a.simg'];
  const names = ['a', 'a/b', 'a.b/c', 'sif', 'a.sif:1', 'a/$B', ''];
  expect(paths.filter((one) => !isImagePath(one))).toEqual([]);
  expect(names.filter(isImagePath)).toEqual([]);
});
