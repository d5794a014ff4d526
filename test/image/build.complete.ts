import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImageRecipe } from '../../src/model/container.ts';
import { build, imageFiles, imageName } from '../support/image-plan.ts';

// What crc emits, built for real. Given are a base image that podman has, and a source archive of DMTCP:
//   CRFLOW_IMAGE_BASE=localhost/debian:12 CRFLOW_DMTCP_ARCHIVE=dmtcp-4.1.1.tar.gz npm run images
// CRFLOW_DMTCP_RELEASE is the archive's (4.1.1), CRFLOW_IMAGE_DISTRIBUTION the base's (debian), and
// CRFLOW_BUILD_OPTIONS goes to `podman build` (--network=host, --isolation=chroot).
const base = process.env['CRFLOW_IMAGE_BASE'] ?? 'localhost/debian:12';
const archive = process.env['CRFLOW_DMTCP_ARCHIVE'] ?? '';
const release = process.env['CRFLOW_DMTCP_RELEASE'] ?? '4.1.1';
const distribution = (process.env['CRFLOW_IMAGE_DISTRIBUTION'] ?? 'debian') as ImageRecipe['distribution'];
const podman = (...args: string[]) => spawnSync('podman', args, { encoding: 'utf8' });

const missing =
  podman('--version').status !== 0
    ? 'there is no podman'
    : podman('image', 'exists', base).status !== 0
      ? `podman has no image ${base}`
      : !existsSync(archive)
        ? 'CRFLOW_DMTCP_ARCHIVE names no file'
        : null;

const name = 'localhost/crflow-test-image:1';
const made = new Set<string>();
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow images '));
});
afterAll(() => {
  // Those that image.sh kept, too.
  const kept = podman('images', '--format={{.ID}}', `--filter=reference=${name.replace(/:.*/, '')}`).stdout;
  for (const one of [...made, ...kept.split('\n').filter(Boolean)]) podman('rmi', '-f', one);
  rmSync(folder, { recursive: true, force: true });
});

// What a recipe can carry of names: more is refused at the desk.
const hostile = '%post #1 & ~;<é> a';
const text = `mkdir -p "/opt/results/${'$'}{PWD##*/}"
cc -O2 \\
  -o /opt/results/count count.c
# '<<EOF' {{ a }} %post

printf '%s' "$PWD" >/opt/results/where
`;

/** A flow's folder with sources and an archive, its recipe, and what image.sh makes of it. */
function buildImage(
  more: Partial<ImageRecipe> = {},
  env: Record<string, string> = {},
  options: readonly string[] = [],
) {
  const source = join(folder, hostile);
  mkdirSync(source, { recursive: true });
  writeFileSync(
    join(source, 'count.c'),
    '#include <stdio.h>\nint main(void) { puts("counted"); return 0; }\n',
  );
  copyFileSync(archive, join(folder, 'dmtcp archive.tar'));
  const sha256 = createHash('sha256').update(readFileSync(archive)).digest('hex');
  const files = imageFiles({
    image: name,
    recipe: {
      from: imageName(base),
      distribution,
      sources: [{ kind: 'copy', from: hostile, to: `/opt/${hostile}` }],
      build: build(text),
      results: ['/opt/results'],
      dmtcp: { release, archive: { path: 'dmtcp archive.tar', sha256 } },
      ...more,
    },
  });
  for (const { name: file, text: content } of files.files) writeFileSync(join(folder, file), content);
  made.add(name);
  return { ...timed({ ...process.env, ...env }, 'bash', join(folder, 'flow.image.sh'), ...options), files };
}

/** Its processor time, in seconds, with that of all that it started: user's and system's. */
function timed(env: NodeJS.ProcessEnv, ...command: readonly string[]) {
  const file = join(folder, 'times');
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', `TIMEFORMAT='%U %S'; { time "$@" 2>&3; } 3>&2 2>"$file"`, 'bash', ...command],
    { encoding: 'utf8', env: { ...env, file }, maxBuffer: 1 << 28 },
  );
  const [user = 0, system = 0] = readFileSync(file, 'utf8').trim().split(' ').map(Number);
  return { status, log: stdout + stderr, seconds: user + system };
}

const buildOptions = process.env['CRFLOW_BUILD_OPTIONS'] ?? '';

const inside = (command: string) =>
  podman('run', '--rm', '--network=host', name, 'bash', '-c', command).stdout;
const sizeOf = (image: string) => Number(podman('image', 'inspect', '--format', '{{.Size}}', image).stdout);
const layersOf = (image: string) =>
  Number(podman('image', 'inspect', '--format', '{{len .RootFS.Layers}}', image).stdout);

describe.skipIf(missing)(`an image, built for real${missing ? ` (skipped: ${missing})` : ''}`, () => {
  test('is built, and proves DMTCP', () => {
    // Podman may have parts of it in its cache that are of another time.
    const { status, log } = buildImage({}, { CRFLOW_BUILD_OPTIONS: `${buildOptions} --no-cache` });
    expect(status, log.slice(-3000)).toBe(0);
    expect(log).toContain('crflow: DMTCP works here');
  });

  test('has the application and DMTCP, and no tools', () => {
    expect(inside('/opt/results/count')).toBe('counted\n');
    expect(inside('cat /opt/results/where')).toBe(`/opt/${hostile}`);
    expect(inside('dmtcp_launch --version')).toContain(release);
    expect(inside('type gcc make git; ls -d /crflow-build /opt/*')).toBe('/opt/results\n');
    expect(inside('bash /usr/local/share/crflow/proof.sh')).toContain('DMTCP works here');
  });

  test('is left as it is the second time', () => {
    expect(buildImage().log).toBe(`crflow: ${name} is built already, of this recipe and these sources\n`);
  });

  /** Of a build without a cache. */
  let seconds = 0;

  test('built twice, it is the same image', () => {
    const id = () => podman('image', 'inspect', '--format', '{{.Id}}', name).stdout;
    const was = id();
    const again = buildImage({}, { CRFLOW_BUILD_OPTIONS: `${buildOptions} --no-cache` }, ['--force']);
    seconds = again.seconds;
    expect([again.status, id()], again.log.slice(-2000)).toEqual([0, was]);
  });

  test('of another source, DMTCP is not built again', () => {
    const { status, log } = buildImage({ build: build(`${text}true\n`) });
    expect(status, log.slice(-2000)).toBe(0);
    expect(log).not.toMatch(/^checking for gcc/m);
  });

  test('says what is in it', () => {
    const { components } = JSON.parse(inside('cat /usr/local/share/crflow/sbom.json')) as {
      components: { name: string; version: string }[];
    };
    expect(components).toContainEqual(expect.objectContaining({ name: 'dmtcp', version: release }));
    expect(components.length).toBeGreaterThan(50);
  });

  test('without a proof is another one', () => {
    const { files } = buildImage();
    const { status, stdout } = spawnSync('bash', [join(folder, 'flow.image.sh'), '--no-proof', '--force'], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    expect(files.dockerfile).toContain('CRFLOW_PROOF');
    expect(status).toBe(0);
    expect(stdout).toContain('it was not proven that DMTCP works in this image');
  });

  test.each<[string, Partial<ImageRecipe>, string]>([
    [
      'an archive that is another',
      { dmtcp: { release, archive: { path: 'dmtcp archive.tar', sha256: '0'.repeat(64) } } },
      'computed checksum did NOT match',
    ],
    [
      'an archive of another release',
      {
        dmtcp: {
          release: '9.9.9',
          archive: {
            path: 'dmtcp archive.tar',
            sha256: existsSync(archive)
              ? createHash('sha256').update(readFileSync(archive)).digest('hex')
              : '',
          },
        },
      },
      `the flow asks for DMTCP 9.9.9, but this is the source of ${release}`,
    ],
    ['a build that fails', { build: build('false | true\n') }, 'could not be built'],
    ['a result that is not there', { results: ['/opt/other'] }, 'the build did not make /opt/other'],
    [
      'another distribution than it says',
      { distribution: distribution === 'rocky' ? 'debian' : 'rocky' },
      'the flow says that this image is',
    ],
  ])('%s is refused', (_, recipe, why) => {
    const { status, log } = buildImage(recipe);
    expect(status).toBe(1);
    expect(log).toContain(why);
  });

  test('a base of musl is refused with the reason', () => {
    const musl = 'localhost/crflow-test-musl:1';
    made.add(musl);
    // What Alpine's says, in an image that can be had everywhere.
    const dockerfile = `FROM ${base}\nRUN printf '#!/bin/sh\\necho "musl libc (x86_64)" >&2; exit 1\\n' >/usr/bin/ldd\n`;
    writeFileSync(join(folder, 'musl.Dockerfile'), dockerfile);
    const options = buildOptions.split(' ').filter(Boolean);
    podman('build', ...options, '-t', musl, '-f', join(folder, 'musl.Dockerfile'), folder);
    const { status, log } = buildImage({ from: imageName(musl) });
    expect(status).toBe(1);
    expect(log).toContain('this image is made with musl, and DMTCP works with glibc only');
  });

  test('adds a fraction of what a single stage adds', () => {
    const { status, log } = buildImage();
    expect(status, log.slice(-2000)).toBe(0);
    const single = 'localhost/crflow-test-single:1';
    made.add(single);
    // Of the published kind (arXiv 2407.19117): everything in one stage.
    writeFileSync(
      join(folder, 'single.Dockerfile'),
      `FROM ${base}
RUN apt-get update && apt-get install -y build-essential git python3
COPY ["dmtcp archive.tar", "/opt/dmtcp.tar"]
RUN mkdir /opt/dmtcp && cd /opt/dmtcp && tar xf ../dmtcp.tar && cd "$(dirname "$(find . -maxdepth 2 -name configure)")" && ./configure && make && make install
COPY ["${hostile}", "/opt/src"]
RUN mkdir -p /opt/results && cd /opt/src && cc -O2 -o /opt/results/count count.c
`,
    );
    const written = timed(
      process.env,
      'podman',
      'build',
      ...buildOptions.split(' ').filter(Boolean),
      '--no-cache',
      '-t',
      single,
      '-f',
      join(folder, 'single.Dockerfile'),
      folder,
    );
    expect(written.status, written.log.slice(-2000)).toBe(0);
    const [ours, theirs, from] = [name, single, base].map(sizeOf) as [number, number, number];
    const ratio = (a: number, b: number) => (a / b).toFixed(3);
    console.log(
      `size, emitted to single-stage: ${ratio(ours, theirs)}; added to the base: ${ratio(ours - from, theirs - from)}; ` +
        `layers: ${layersOf(name)} to ${layersOf(single)}, of which the base has ${layersOf(base)}; ` +
        `processor time: ${ratio(seconds, written.seconds)}`,
    );
    expect(ours - from).toBeLessThan((theirs - from) / 5);
    expect(layersOf(name)).toBeLessThanOrEqual(layersOf(single));
  });
});
