import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lintDockerfile } from '../../src/host/dockerfile.ts';
import { build, imageFiles } from '../support/image-plan.ts';

// The user's build text on its way through a Dockerfile and an Apptainer definition: a shell is to write it to a file,
// byte for byte.

/** What a builder hands to a shell for each RUN: comments and empty lines within are gone, continued lines joined. */
function runsOf(dockerfile: string): string[] {
  const instructions: string[] = [];
  let open = '';
  for (const line of dockerfile.split('\n')) {
    if (/^\s*(#|$)/.test(line)) continue;
    const continued = /\\[ \t]*$/.exec(line);
    open += continued ? line.slice(0, continued.index) : line;
    if (continued) continue;
    instructions.push(open);
    open = '';
  }
  expect(open).toBe('');
  return instructions.flatMap((one) => /^RUN (.*)$/s.exec(one)?.[1] ?? []);
}

/** The `%post` of the stage that builds: sections end where a line starts with `%`; variables are filled in. */
function postOf(definition: string): string {
  const stage = definition.slice(definition.indexOf('Stage: build'));
  const lines = stage.split('\n');
  const from = lines.indexOf('%post') + 1;
  const length = lines.slice(from).findIndex((line) => /^\s*%/.test(line));
  const text = lines.slice(from, from + length).join('\n');
  return text.replaceAll(/\{\{\s*\w+\s*\}\}/g, '(filled in by Apptainer)');
}

/** Runs what writes the build text, in a folder of its own instead of the image's, and reads it back. */
function written(shell: string, commands: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'crflow-recipe-'));
  try {
    const text = commands.replaceAll('/crflow-build', folder);
    const { stderr } = spawnSync(shell, ['-c', text], { encoding: 'utf8', cwd: folder });
    const file = join(folder, 'build.sh');
    return existsSync(file) ? readFileSync(file, 'utf8') : `nothing was written: ${stderr}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const throughDockerfile = (text: string, shell: string) => {
  const { dockerfile } = imageFiles({ recipe: { build: build(text) } });
  const run = runsOf(dockerfile).find((one) => one.includes('/build.sh')) ?? '';
  // All but what would run it.
  return written(shell, run.slice(0, run.lastIndexOf(' && bash -eo')));
};

const throughDefinition = (text: string, shell: string) => {
  const image = [{ kind: 'text', text: 'x.sif' }] as const;
  const { definition } = imageFiles({ runtime: 'apptainer', image, recipe: { build: build(text) } });
  const post = postOf(definition ?? '');
  const commands = post.slice(post.indexOf('\n(\nmkdir -p /crflow-build\nprintf') + 3);
  return written(shell, commands.slice(0, commands.lastIndexOf('\nbash -eo')));
};

const nasty = `make -j4 \\
  CFLAGS="-O2 -DX='\\"y\\"'" \\

# a comment
   # another \\
cat <<EOF >x
$HOME \${HOME} $(id) \`id\` {{ a }} {{{b}}} \\n %s %%
EOF
cat <<-'A' <<< b
%post
%files from x
# escape=\`
FROM scratch
RUN
\t tab and trailing blanks  \t
'
''
"
\\
\\\\
-n
--
é \u2028 \u001b[0m \u007f
last without end`;

const pieces = [
  ...['\\', "'", '"', '$', '`', '#', '<<EOF', '{{', '}}', '{{ a }}', '%', '%post', '&&', ' \\', ' ', '\t'],
  ...['!', '*', '-n', 'RUN x'],
];
const line = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'grapheme', maxLength: 4 })), {
    maxLength: 6,
  })
  .map((parts) => parts.join('').replaceAll(/[\0\n\r]/g, ''));

describe.each(['sh', 'bash'])('a build text, written by %s', (shell) => {
  test('comes out of a Dockerfile and of a definition byte for byte', () => {
    expect(throughDockerfile(nasty, shell)).toBe(`${nasty}\n`);
    expect(throughDefinition(nasty, shell)).toBe(`${nasty}\n`);
  });

  test('does so whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
        const text = `${lines.join('\n')}\n`;
        expect(throughDockerfile(text, shell)).toBe(text);
        expect(throughDefinition(text, shell)).toBe(text);
      }),
      { numRuns: 40 },
    );
  });
});

test('no line of it starts with what a builder reads', () => {
  const { dockerfile } = imageFiles({ recipe: { build: build(nasty) } });
  expect(lintDockerfile(dockerfile)).toEqual([]);
  const lines = dockerfile.split('\n');
  const from = lines.findIndex((one) => one.includes('make -j4'));
  for (const one of lines.slice(from, from + nasty.split('\n').length)) expect(one).toMatch(/^ {6}'.*' \\$/s);
});

test('it runs with -e and pipefail, where its first source is', () => {
  const to = (path: string) =>
    imageFiles({
      recipe: { sources: [{ kind: 'copy', from: 'x', to: path }], build: build('make\n') },
    }).dockerfile.match(/ && (cd .*|if \[ -d .*) \\\n && bash -eo pipefail \/crflow-build\/build\.sh/)?.[1];
  expect(to('/opt/x y/')).toBe("cd '/opt/x y/'");
  expect(to('/opt/x')).toBe('if [ -d /opt/x ]; then cd /opt/x; else cd /opt; fi');
  expect(to('/x')).toBe('if [ -d /x ]; then cd /x; else cd /; fi');
});

test('every RUN is a command of a POSIX shell', () => {
  const sha256 = 'b'.repeat(64);
  for (const distribution of ['debian', 'rocky', 'opensuse'] as const) {
    const { dockerfile } = imageFiles({
      recipe: {
        distribution,
        packages: ['a'],
        sources: [
          { kind: 'git', from: 'https://example.org/x.git', commit: 'a'.repeat(40), to: '/x' },
          { kind: 'archive', from: 'https://example.org/y.tgz', sha256, to: '/y z' },
        ],
        build: build(nasty),
        results: ['/a b'],
      },
    });
    const runs = runsOf(dockerfile);
    expect(runs.length).toBeGreaterThan(8);
    for (const one of runs) {
      const { status, stderr } = spawnSync('sh', ['-n'], { input: one, encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    }
  }
});

describe('a source from git', () => {
  /** A repository with two commits, of which a server gives the first one only to who asks for more. */
  function repository(folder: string): { url: string; commit: string } {
    const made = spawnSync(
      'bash',
      [
        '-ec',
        `git init -q -b main repo; cd repo
git config user.email a@example.org; git config user.name a
echo one >file; git add file; git commit -qm one; git rev-parse HEAD
echo two >file; git commit -qam two`,
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(made).toMatchObject({ status: 0, stderr: '' });
    return { url: `file://${folder}/repo`, commit: made.stdout.trim() };
  }

  const fetched = (folder: string, url: string, commit: string) => {
    const to = join(folder, "to 'here'");
    const { dockerfile } = imageFiles({ recipe: { sources: [{ kind: 'git', from: url, commit, to }] } });
    const run = runsOf(dockerfile).find((one) => one.includes('submodule')) ?? '';
    const { status, stderr } = spawnSync('sh', ['-c', run], { encoding: 'utf8' });
    const file = join(to, 'file');
    return { status, stderr, file: existsSync(file) ? readFileSync(file, 'utf8') : null };
  };

  const inFolder = (work: (folder: string) => void) => {
    const folder = mkdtempSync(join(tmpdir(), 'crflow-git-'));
    try {
      work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  test.each([
    'true',
    'false',
  ])('comes by its commit, whether the server gives single ones (%s) or not', (gives) =>
    inFolder((folder) => {
      const { url, commit } = repository(folder);
      const repo = join(folder, 'repo');
      spawnSync('git', ['-C', repo, 'config', 'uploadpack.allowAnySHA1InWant', gives]);
      expect(fetched(folder, url, commit)).toMatchObject({ status: 0, file: 'one\n' });
    }));

  test('that has no such commit is a failure', () =>
    inFolder((folder) => {
      const { url } = repository(folder);
      expect(fetched(folder, url, 'a'.repeat(40))).toMatchObject({ file: null });
      expect(fetched(folder, url, 'a'.repeat(40)).status).not.toBe(0);
    }));
});

describe('the list of what is in an image', () => {
  const listed = (dpkgQuery: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'crflow-list-'));
    try {
      writeFileSync(join(folder, 'dpkg-query'), `#!/bin/sh\n${dpkgQuery}\n`, { mode: 0o755 });
      const run = runsOf(imageFiles().dockerfile).find((one) => one.includes('CycloneDX')) ?? '';
      const { status } = spawnSync('sh', ['-c', run.replaceAll('/usr/local/share/crflow', folder)], {
        env: { PATH: `${folder}:${process.env['PATH']}` },
      });
      return {
        status,
        files: readdirSync(folder).sort(),
        text: readFileSync(join(folder, 'sbom.json'), 'utf8'),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  test('is of all packages, in order', () => {
    const line = (name: string) => `printf '{"type":"library","name":"${name}"},\\n'`;
    const { status, files, text } = listed(`${line('b')}; ${line('a')}`);
    expect([status, files]).toEqual([0, ['dpkg-query', 'sbom.json']]);
    const { components } = JSON.parse(text) as { components: { name: string }[] };
    expect(components.map(({ name }) => name)).toEqual(['a', 'b', 'dmtcp']);
  });

  test('is none where the packages cannot be listed: the image is not built', () => {
    expect(listed('echo half; exit 1').status).toBe(1);
  });
});

test('an image is known by its programs and libraries, not by the day that it or its base was built', () => {
  const image = [{ kind: 'text', text: 'x.sif' }] as const;
  const { definition = '' } = imageFiles({ runtime: 'apptainer', image });
  const commands = /^cd \/$.*?^rm -rf \/\.crflow$/ms.exec(definition)?.[0] ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'crflow-contents-'));
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const contents = () => {
    const own = commands
      .replace('cd /\n', `cd ${folder}\n`)
      .replaceAll('/.crflow', `${folder}/.crflow`)
      .replaceAll('/usr/local/share', folder);
    const { status, stderr } = spawnSync('sh', ['-ec', own], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const file = join(folder, 'crflow/contents');
    const sum = readFileSync(file, 'utf8');
    rmSync(file);
    expect(sum).toMatch(/^[0-9a-f]{32}\n$/);
    return sum;
  };
  try {
    mkdirSync(join(folder, 'crflow'));
    put('usr/lib/libc.so', 'one');
    put('.singularity.d/labels.json', 'Monday');
    const was = contents();
    put('.singularity.d/labels.json', 'Tuesday');
    put('etc/hostname', 'another');
    put('usr/lib/a.pyc', 'compiled');
    expect(contents()).toBe(was);
    put('usr/lib/libc.so', 'two');
    expect(contents()).not.toBe(was);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
