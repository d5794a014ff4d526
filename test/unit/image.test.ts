import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { lintDockerfile } from '../../src/host/dockerfile.ts';
import { DISTRIBUTIONS, DMTCP_RELEASES, type ImageRecipe } from '../../src/model/container.ts';
import { runtimeOf } from '../../targets/runtimes/index.ts';
import { build, imageFiles, imageName } from '../support/image-plan.ts';

const sha256 = 'b'.repeat(64);
const full: Partial<ImageRecipe> = {
  packages: ['libgomp1'],
  buildPackages: ['cmake'],
  sources: [
    { kind: 'copy', from: './src', to: '/opt/src' },
    { kind: 'git', from: 'https://example.org/x.git', commit: 'a'.repeat(40), to: '/opt/x' },
    { kind: 'archive', from: 'https://example.org/y.tgz', sha256, to: '/opt/y' },
    { kind: 'archive', from: 'z.tgz', sha256, to: '/opt/z' },
  ],
  build: build('make\n'),
  results: ['/opt/app'],
};
const sif = [{ kind: 'text', text: 'flow.sif' }] as const;

const apt = ['apt-get install '];
const dnf = ['dnf install '];
const zypper = ['zypper --non-interactive install '];
const expected = {
  debian: apt,
  ubuntu: apt,
  rocky: dnf,
  alma: dnf,
  centos: dnf,
  ubi: dnf,
  fedora: dnf,
  sles: zypper,
  opensuse: zypper,
};

describe('the Dockerfile', () => {
  test.each(DISTRIBUTIONS)('for %s passes the linter', (distribution) => {
    const { dockerfile } = imageFiles({ recipe: { ...full, distribution } });
    expect(lintDockerfile(dockerfile)).toEqual([]);
    const installs = dockerfile.match(/(apt-get|dnf|zypper)[^&\n]* install /g) ?? [];
    expect([...new Set(installs)]).toEqual(expected[distribution]);
  });

  const hadolint = spawnSync('hadolint', ['--version']).status === 0;
  test.skipIf(!hadolint).each(DISTRIBUTIONS)(
    `for %s passes hadolint${hadolint ? '' : ' (skipped: there is none here)'}`,
    (distribution) => {
      const told = { env: ['A=b', 'PATH=/opt/app/bin:$PATH'], user: '1000', cache: ['/root/.cache/pip'] };
      const { dockerfile } = imageFiles({ recipe: { ...full, ...told, distribution } });
      const { stdout } = spawnSync('hadolint', ['--no-color', '-'], { input: dockerfile, encoding: 'utf8' });
      expect(stdout).toBe('');
    },
  );

  test('never sets a variable of a job', () => {
    for (const distribution of DISTRIBUTIONS)
      expect(imageFiles({ recipe: { ...full, distribution } }).dockerfile).not.toMatch(/^ENV/m);
  });

  test('has no stage for an application that is linked in from outside', () => {
    const { dockerfile } = imageFiles();
    expect([...dockerfile.matchAll(/^FROM (.*)$/gm)].map(([, from]) => from)).toEqual([
      'docker.io/library/debian:12 AS tools',
      'tools AS dmtcp',
      'docker.io/library/debian:12',
    ]);
  });

  test('for Charliecloud goes on from no stage, which its builder would look for in a registry', () => {
    const { dockerfile } = imageFiles({ runtime: 'charliecloud', recipe: full });
    expect([...dockerfile.matchAll(/^FROM (.*)$/gm)].map(([, from]) => from)).toEqual([
      'debian:12 AS dmtcp',
      'debian:12 AS build',
      'debian:12',
    ]);
    expect(lintDockerfile(dockerfile)).toEqual([]);
  });

  test.each([
    ['localhost/base:1', 'base:1'],
    ['docker.io/lab/base:1', 'lab/base:1'],
    ['registry.example.org/lab/base:1', 'registry.example.org/lab/base:1'],
  ])('for Charliecloud extends %s as %s, by which its builder knows it', (from, spelled) => {
    const { dockerfile } = imageFiles({ runtime: 'charliecloud', recipe: { from: imageName(from) } });
    expect(dockerfile).toMatch(new RegExp(`^FROM ${spelled}$`, 'm'));
  });

  test.each([
    'localhost/solve:1',
    'docker.io/lab/solve:1',
    'docker.io/library/solve:1',
    'registry.example.org/lab/solve:1',
  ])('for Charliecloud %s is built under the name that the job looks for', (image) => {
    const { script } = imageFiles({ runtime: 'charliecloud', image });
    const [, built] = /^readonly built=(\S+)/m.exec(script) ?? [];
    expect(built).toBe(runtimeOf('charliecloud').spell(imageName(image)));
  });

  test("keeps nothing in /tmp, which is the host's in some builders", () => {
    expect(imageFiles({ recipe: full }).dockerfile.replaceAll(/^ +'.*' \\\\$/gm, '')).not.toContain('/tmp');
  });

  test('leaves compilers and sources behind', () => {
    const { dockerfile } = imageFiles({ recipe: full });
    const image = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(image).not.toMatch(/g\+\+|cmake|\/opt\/src/);
    expect(image).toContain('COPY --from=build /opt/app /opt/app');
  });

  test.each(Object.entries(DMTCP_RELEASES))('fetches DMTCP %s by its commit', (release, commit) => {
    const { dockerfile } = imageFiles({ recipe: { dmtcp: { release, archive: null } } });
    expect(dockerfile).toContain(`git fetch -q --depth 1 -- https://github.com/dmtcp/dmtcp.git ${commit}`);
    expect(dockerfile).toContain(`git checkout -q ${commit}`);
  });

  test('with an archive of DMTCP needs no git and no network for it', () => {
    const archive = { path: 'dmtcp-5.tar.xz', sha256 };
    const { dockerfile } = imageFiles({ recipe: { dmtcp: { release: '5.0.0', archive } } });
    expect(dockerfile).toContain('COPY dmtcp-5.tar.xz /crflow-build/dmtcp.tar\n');
    expect(dockerfile).toContain(`echo '${sha256}  /crflow-build/dmtcp.tar' >/crflow-build/dmtcp.tar.sha256`);
    expect(dockerfile).not.toMatch(/\bgit\b/);
  });

  test('builds from what a digest names', () => {
    const from = { ...imageName('registry.example.org:5000/a/b:2'), digest: `sha256:${'c'.repeat(64)}` };
    expect(imageFiles({ recipe: { from } }).dockerfile).toContain(
      `FROM registry.example.org:5000/a/b@sha256:${'c'.repeat(64)} AS tools`,
    );
  });

  test("puts DMTCP where the flow's container says", () => {
    const { dockerfile } = imageFiles({ dmtcp: '/opt/my dmtcp/' });
    expect(dockerfile).toContain("./configure --prefix='/opt/my dmtcp'");
    expect(dockerfile).toContain('COPY --from=dmtcp ["/dmtcp/opt/my dmtcp", "/opt/my dmtcp"]');
    expect(dockerfile).toContain("bash '/opt/my dmtcp/share/crflow/proof.sh'");
  });

  test('carries odd names where builders read quotes, variables, options and comments', () => {
    const name = `a 'b' "c" $d #e`;
    const odd = ['--chown=x', '-a', '#a b', '<<EOF', '%post'];
    const { dockerfile } = imageFiles({
      source: `${name}\nRUN rm -rf /`,
      recipe: { sources: odd.map((from) => ({ kind: 'copy', from, to: `/opt/${from}` })) },
    });
    expect(lintDockerfile(dockerfile)).toEqual([]);
    for (const from of odd.slice(0, 4)) expect(dockerfile).toContain(`\nCOPY ["${from}", "/opt/${from}"]\n`);
    expect(dockerfile).toContain(String.raw`org.crflow.source="a 'b' \"c\" \$d #e RUN rm -rf /"`);
  });

  const to = '/opt/x';
  test.each<[string, Partial<ImageRecipe>]>([
    ['a source above the flow', { sources: [{ kind: 'copy', from: 'a/../../b', to }] }],
    ['a source elsewhere', { sources: [{ kind: 'copy', from: '/etc', to }] }],
    ['a pattern', { sources: [{ kind: 'copy', from: '*.c', to }] }],
    ['a path of two lines', { sources: [{ kind: 'copy', from: 'a\nUSER x', to }] }],
    ['a result of two lines', { results: ['/a\r'] }],
    ['an option for a package', { packages: ['-oApt::x'] }],
    ['a command for a package', { buildPackages: ['a;b'] }],
    ['a place with a quote', { sources: [{ kind: 'copy', from: 'a', to: "/opt/'" }] }],
    ['a result that is a pattern', { results: ['/opt/lib*.so'] }],
    ['a build with a NUL', { build: build('a\0b') }],
    ['a build that no shell can be handed', { build: build('x'.repeat(99).concat('\n').repeat(1100)) }],
    ['a build with a line that BuildKit does not read', { build: build('é'.repeat(31_000)) }],
    ['no release of DMTCP', { dmtcp: { release: '5.0.0', archive: null } }],
    ['an image that is none', { from: imageName('docker.io/a b:1') }],
  ])('does not carry %s', (_, recipe) => {
    expect(() => imageFiles({ recipe })).toThrow(
      /below the folder|pattern|line end|not the name|has letters|an option|has a meaning|kB in a recipe|carriage return|cannot fetch/,
    );
  });
});

describe('the linter', () => {
  test('tells what builders refuse from what it dislikes, and where', () => {
    expect(lintDockerfile('FROM x\nRUNN y\nMAINTAINER me\n')).toEqual([
      { line: 2, severity: 'error', message: 'Unknown instruction: RUNN' },
      { line: 3, severity: 'warning', message: 'MAINTAINER has been deprecated' },
    ]);
  });
});

describe('the list of what builders leave out', () => {
  const ignore = (recipe: Partial<ImageRecipe>) => imageFiles({ recipe }).ignore.split('\n').slice(0, -1);

  test('lets through what the sources name, and DMTCP', () => {
    const dmtcp = { release: '4.1.1', archive: { path: 'dmtcp.tar', sha256 } };
    expect(ignore({ ...full, dmtcp })).toEqual(['*', '!src', '!z.tgz', '!dmtcp.tar']);
  });

  test('takes no name for a pattern', () => {
    const names = ['c++/x y', '^a', '#b', 'c ', 'é|1~'];
    const sources = names.map((from) => ({ kind: 'copy', from, to: '/x' }) as const);
    expect(ignore({ sources })).toEqual(['*', '!c??/x?y', '!?a', '!?b', '!c?', '!é?1~']);
  });

  test('of the whole folder is what crc writes and runs leave there', () => {
    const sources = [{ kind: 'copy', from: './', to: '/x' }] as const;
    expect(ignore({ sources })).toContain('**/crflow-state');
    expect(ignore({ sources })).not.toContain('*');
    expect(imageFiles({ runtime: 'apptainer', image: sif, recipe: { sources } }).ignore).toContain(
      '**/flow.sif\n',
    );
  });
});

describe('the Apptainer definition', () => {
  const both = (recipe: Partial<ImageRecipe> = full) => {
    const { definition = '', files } = imageFiles({ runtime: 'apptainer', image: sif, recipe });
    return { definition, dmtcp: files.find(({ name }) => name === 'flow.dmtcp.def')?.text ?? '' };
  };
  const definition = (recipe: Partial<ImageRecipe> = full) => both(recipe).definition;

  test('is there only where Apptainer builds', () => {
    const names = (asked: Parameters<typeof imageFiles>[0]) =>
      imageFiles(asked).files.map(({ name }) => name);
    const three = ['flow.Dockerfile', 'flow.Dockerfile.dockerignore', 'flow.image.sh'];
    expect(names({ runtime: 'apptainer', image: sif }).sort()).toEqual(
      [...three, 'flow.def', 'flow.dmtcp.def'].sort(),
    );
    for (const runtime of ['shifter', 'podman-hpc', 'podman', 'apptainer', 'charliecloud'] as const)
      expect(names({ runtime }).sort()).toEqual(three);
  });

  test('does what the Dockerfile does', () => {
    const text = both().dmtcp + definition();
    const { dockerfile } = imageFiles({ recipe: full });
    const runs = dockerfile.match(/^RUN (.*\\\n)*.*$/gm) ?? [];
    const commands = runs
      .flatMap((one) => one.replace(/^RUN /, '').split(' \\\n && '))
      .filter((one) => !one.startsWith('case $CRFLOW_PROOF'));
    expect(commands.length).toBeGreaterThan(40);
    for (const command of commands) expect(text).toContain(`\n${command}\n`);
    expect(text).toContain('%test\nbash /usr/local/share/crflow/proof.sh\n');
  });

  test('goes on from an image where the Dockerfile goes on from a stage', () => {
    const heads = (text: string) => text.match(/^(Bootstrap|From|Stage): .*/gm);
    const from = ['Bootstrap: docker', 'From: docker.io/library/debian:12'];
    expect(heads(both().dmtcp)).toEqual([...from, 'Stage: dmtcp', 'Bootstrap: scratch', 'Stage: file']);
    expect(heads(both().definition)).toEqual([
      'Bootstrap: localimage',
      'From: crflow-dmtcp.sif',
      'Stage: dmtcp',
      ...from,
      'Stage: build',
      ...from,
      'Stage: image',
    ]);
  });

  test('has no line in which Apptainer reads a section or a variable', () => {
    const text = definition({ build: build('%post\n  %files from x\n{{ a }} {{{b}}}\n') });
    const sections = text.split('\n').filter((line) => /^\s*%/.test(line));
    expect(new Set(sections)).toEqual(new Set(['%post', '%files from dmtcp', '%test', '%labels']));
    expect(text).not.toMatch(/\{\{\s*\w+\s*\}\}/);
  });

  test('names no file that Apptainer would expand', () => {
    for (const from of ['a$b', 'a"b', "a'b", 'a{b,c}', 'a`b'])
      expect(() => definition({ sources: [{ kind: 'copy', from, to: '/x' }] })).toThrow(
        /pattern|has a meaning/,
      );
    expect(definition({ sources: [{ kind: 'copy', from: 'a b', to: '/x' }] })).toContain(
      '  "a b" /.crflow/1\n',
    );
    for (const from of ['%post', '%appinstall x', '--chown', '#a'])
      expect(definition({ sources: [{ kind: 'copy', from, to: '/x' }] })).toMatch(
        new RegExp(`^ {2}"?(?:\\./|#)?${from}"? /\\.crflow/1$`, 'm'),
      );
    const lines = definition({ sources: [{ kind: 'copy', from: '%post', to: '/x' }] }).split('\n');
    expect(lines.filter((line) => /^\s*%post\s/.test(line))).toEqual([]);
  });
});

test('an image that is a file is not for those that have none', () => {
  for (const runtime of ['shifter', 'podman-hpc', 'podman'] as const)
    expect(() => imageFiles({ runtime, image: sif })).toThrow('by name');
});

test('without a recipe there is nothing to write', async () => {
  const { imageArtifacts } = await import('../../targets/image/emit.ts');
  expect(imageArtifacts({ workflow: 'x' } as never, 'x.crflow', '.')).toEqual([]);
});
