import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { RUNTIMES } from '../../src/model/container.ts';
import { bashOf } from '../../targets/job/runtime.ts';
import { build, imageFiles } from '../support/image-plan.ts';

// A reader that stops before the end kills its writer (SIGPIPE), and with pipefail the pipe fails, at random: it depends on
// which of the two is quicker.
const STOPS =
  /(?<!\|)\|&?(?!\|)\s*(?:\w+=\S+\s+)*(?:\\\n\s*)?(?:head\b|grep\s[^|\n]*(?:-\w*[qm]|--quiet|--max-count)|sed\s[^|\n]*\dq\b|sed\s[^|\n]*[;{/]q\b|awk\s[^|\n]*\bexit\b)/;

test.each([
  "podman-hpc images | grep -q 'x true'",
  'ch-run --help 2>&1 | grep -q -e --write-fake',
  'ldd --version 2>&1 | LC_ALL=C grep -iq musl',
  'sort | head -n 1',
  "x | sed -n '1{p;q}'",
  'x | sed 3q',
  "x | awk '{ print; exit }'",
  'x | grep -m 1 y',
])('is seen: %s', (text) => {
  expect(text).toMatch(STOPS);
});

test.each([
  'grep -q x file || true',
  'x | grep -v quiet',
  'head -c 4096 "$1" | cksum',
  'x || head -n 1 y',
])('is none: %s', (text) => {
  expect(text).not.toMatch(STOPS);
});

const sha256 = 'b'.repeat(64);
const full = {
  packages: ['libgomp1'],
  sources: [
    { kind: 'copy', from: 'src', to: '/opt/src' },
    { kind: 'git', from: 'https://example.org/x.git', commit: 'a'.repeat(40), to: '/opt/x' },
    { kind: 'archive', from: 'https://example.org/y.tgz', sha256, to: '/opt/y' },
  ],
  build: build('make\n'),
  results: ['/opt/app'],
} as const;
const file = [{ kind: 'text', text: '/x/flow.sif' }] as const;

const texts: [string, string][] = RUNTIMES.flatMap((name): [string, string][] => [
  [
    `a job in ${name}`,
    bashOf({
      engine: 'dmtcp',
      modules: true,
      alive: true,
      auto: true,
      protect: true,
      container: name,
      ranks: false,
      mpi: true,
    }),
  ],
  ...[undefined, ...(name === 'apptainer' || name === 'charliecloud' ? [file] : [])].flatMap((image) =>
    imageFiles({ runtime: name, recipe: full, image: image ?? 'localhost/flow:1' }).files.map(
      (one): [string, string] => [`${one.name} for ${name}`, one.text],
    ),
  ),
]);

const root = join(import.meta.dirname, '../..');
const ours = ['tools', 'test', 'bench', '.ci'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:sh|bash|sbatch)$|^run$/.test(name))
    .map((name): [string, string] => [`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8')]),
);

test.each([...texts, ...ours])('no pipe is left before its end: %s', (_, text) => {
  expect(text.match(new RegExp(STOPS, 'g')) ?? []).toEqual([]);
});
