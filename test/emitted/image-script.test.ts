import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findShellCheck } from '../../src/host/shellcheck.ts';
import { RUNTIMES } from '../../src/language/words.ts';
import { runtimeOf } from '../../targets/runtimes/index.ts';
import { type Asked, imageFiles } from '../support/image-plan.ts';

// image.sh with stand-ins for the builders, well and badly behaved ones. What it says it did must be so.

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow image '));
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, 'src dir'));
  writeFileSync(join(folder, 'src dir/a.c'), 'int main;\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const copied = { sources: [{ kind: 'copy', from: 'src dir', to: '/opt/src' }] } as const;

/** Puts a command on PATH that writes down how it was called. `does` is bash, after that; `$log` is a folder for it. */
function put(name: string, does = ''): void {
  const text = `#!/bin/bash
log=${JSON.stringify(folder)}/log
mkdir -p "$log"
{ printf '%s' ${name}; printf ' %s' "$@"; printf '\\n'; } >>"$log/calls"
${does}
`;
  writeFileSync(join(folder, 'bin', name), text);
  chmodSync(join(folder, 'bin', name), 0o755);
}

/** What podman and docker have in common: an image is a file with its label in it. */
const builder = `
case "$1 $2" in
  'build '*) for word; do [[ $word != org.crflow.recipe=* ]] || printf '%s' "\${word#*=}" >"$log/built"; done ;;
  'image inspect') if [[ $* == *Config.User* ]]; then echo "\${BASE_USER-}"; elif [[ $* == *'.Id'* ]]; then [[ -e $log/built ]] && echo 1234; else cat "$log/built" 2>/dev/null; fi ;;
esac`;

function emit(asked: Asked): string {
  const { files, script } = imageFiles({ recipe: copied, ...asked });
  for (const { name, text } of files) writeFileSync(join(folder, name), text);
  return script;
}

/** Runs image.sh with the stand-ins and the system's own commands, but no builder of this machine's. */
function imageScript(args: readonly string[] = [], env: Record<string, string> = {}) {
  const tools = join(folder, 'tools');
  if (!existsSync(tools)) {
    mkdirSync(tools);
    const wanted =
      'bash cat cksum cut dirname find grep head ln mkdir mktemp mv readlink rm sort tar tr wc touch cp ls';
    for (const name of wanted.split(' ')) {
      const { stdout } = spawnSync('bash', ['-c', `type -P ${name}`], { encoding: 'utf8' });
      writeFileSync(join(tools, name), `#!/bin/sh\nexec ${stdout.trim()} "$@"\n`, { mode: 0o755 });
    }
  }
  const { status, stdout, stderr } = spawnSync('/bin/bash', ['flow.image.sh', ...args], {
    encoding: 'utf8',
    cwd: folder,
    env: { PATH: `${join(folder, 'bin')}:${tools}`, TMPDIR: folder, ...env },
  });
  return { status, stdout, stderr };
}

/** The calls of the stand-ins so far, and forgets them. */
function calls(): string[] {
  const file = join(folder, 'log/calls');
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  rmSync(file);
  return lines.map((line) => line.replaceAll(`${folder}/`, '').replaceAll(/\d{4,}-\d+/g, 'SUM'));
}

const works = (call: string) =>
  !/ inspect | lookup |^podman-hpc images|^apptainer exec|dmtcp\.def$/.test(call);

describe('for podman', () => {
  test('it builds with podman, and the second time finds it there', () => {
    put('podman', builder);
    emit({});
    expect(imageScript()).toMatchObject({ status: 0, stderr: '' });
    expect(calls().filter(works)).toEqual([
      'podman build -f flow.Dockerfile -t localhost/flow:1 --label org.crflow.recipe=SUM ' +
        '--ignorefile flow.Dockerfile.dockerignore --timestamp 315532800 --build-arg CRFLOW_PROOF=yes .',
    ]);
    const again = imageScript();
    expect(again.status).toBe(0);
    expect(again.stdout).toContain('is built already');
    expect(calls().filter(works)).toEqual([]);
  });

  test('files get a time that zip and gzip can say', () => {
    put('podman', builder);
    emit({});
    imageScript();
    const [, time] = /--timestamp (\d+)/.exec(calls().join()) ?? [];
    const gzip = (date: string) => {
      const file = join(folder, 'old');
      writeFileSync(file, 'x');
      spawnSync('touch', ['-d', `@${date}`, file]);
      return spawnSync('sh', ['-c', 'gzip <old >old.gz'], { cwd: folder }).status;
    };
    expect([gzip(String(time)), gzip('0')]).toEqual([0, 2]);
    for (const [given, taken] of [
      ['1700000000', '1700000000'],
      ['0', time],
    ] as const) {
      imageScript(['--force'], { SOURCE_DATE_EPOCH: given });
      expect(calls().join()).toContain(`--timestamp ${taken} `);
    }
  });

  test.each([
    ['the recipe', () => writeFileSync(join(folder, 'flow.Dockerfile'), 'FROM y\n')],
    ['a source', () => writeFileSync(join(folder, 'src dir/a.c'), 'int other;\n')],
    ['a new source', () => writeFileSync(join(folder, 'src dir/b.c'), '')],
    ['whether a source can be executed', () => chmodSync(join(folder, 'src dir/a.c'), 0o755)],
  ])('it builds again where %s has changed', (_, change) => {
    put('podman', builder);
    emit({});
    imageScript();
    change();
    calls();
    expect(imageScript().stdout).toContain('built localhost/flow:1');
    expect(calls().filter(works)).toHaveLength(1);
  });

  test('it builds again on --force', () => {
    put('podman', builder);
    emit({});
    imageScript();
    calls();
    imageScript(['--force']);
    expect(calls().filter(works)).toHaveLength(1);
  });

  test('an image without proof is not taken for one with', () => {
    put('podman', builder);
    emit({});
    expect(imageScript(['--no-proof']).status).toBe(0);
    expect(calls().filter(works)[0]).toContain('--build-arg CRFLOW_PROOF=no');
    imageScript(['--no-proof']);
    expect(calls().filter(works)).toHaveLength(0);
    imageScript();
    expect(calls().filter(works)[0]).toContain('--build-arg CRFLOW_PROOF=yes');
    imageScript(['--no-proof']);
    expect(calls().filter(works)).toHaveLength(0);
  });

  test('goes on with the user of the base image', () => {
    put('podman', builder);
    emit({});
    imageScript([], { BASE_USER: 'app' });
    expect(calls().filter(works)[0]).toContain('--build-arg CRFLOW_USER=app ');
    emit({ recipe: { ...copied, user: 'other' } });
    imageScript(['--force'], { BASE_USER: 'app' });
    expect(calls().join()).not.toContain('CRFLOW_USER');
    expect(readFileSync(join(folder, 'flow.Dockerfile'), 'utf8')).toMatch(/^USER other$/m);
  });

  test('is built for a platform, and is another image for another', () => {
    put('podman', builder);
    emit({ recipe: { ...copied, platform: 'linux/arm64' } });
    imageScript();
    expect(calls().filter(works)[0]).toContain(' --platform=linux/arm64 ');
    emit({ recipe: { ...copied, platform: 'linux/amd64' } });
    imageScript();
    expect(calls().filter(works)[0]).toContain(' --platform=linux/amd64 ');
  });

  test('the image that loses its name to a new one gets another', () => {
    const withIds = (id: string) =>
      put(
        'podman',
        `case "$1 $2" in 'build '*) echo ${id} >"$log/id" ;; esac\n${builder.replace('[[ -e $log/built ]] && echo 1234', 'cat "$log/id" 2>/dev/null')}`,
      );
    withIds('0123456789abcdef');
    emit({});
    imageScript();
    withIds('fedcba9876543210');
    calls();
    expect(imageScript(['--force']).stdout).toContain(
      'is kept as localhost/flow:1-0123456789ab: runs that began in it',
    );
    expect(calls()).toContain('podman tag 0123456789abcdef localhost/flow:1-0123456789ab');
    imageScript(['--force']);
    expect(calls().join()).not.toContain('podman tag');
  });

  test('without podman it takes docker, which finds the list of what to leave out by itself', () => {
    put('docker', `${builder}\nprintf '%s' "\${DOCKER_BUILDKIT-}" >"$log/buildkit"`);
    emit({});
    expect(imageScript().stdout).toContain('docker save localhost/flow:1 | podman load');
    expect(calls().filter(works).join()).not.toContain('ignorefile');
    expect(readFileSync(join(folder, 'log/buildkit'), 'utf8')).toBe('1');
  });

  test('without either it says what is missing', () => {
    emit({});
    expect(imageScript()).toMatchObject({ status: 3 });
    expect(imageScript().stderr).toContain('podman or docker is needed');
  });

  test('a build that fails is a failure', () => {
    put('podman', `[[ $1 != build ]] || exit 7\n${builder}`);
    emit({});
    expect(imageScript()).toMatchObject({ status: 1 });
    expect(imageScript().stderr).toContain('could not be built');
  });

  test('a builder that says it built, and did not, is not believed', () => {
    put('podman', '');
    emit({});
    const { status, stdout, stderr } = imageScript();
    expect({ status, built: stdout.includes('built localhost') }).toEqual({ status: 1, built: false });
    expect(stderr).toContain('claims to have built');
  });

  test('further options reach the build', () => {
    put('podman', builder);
    emit({});
    imageScript([], { CRFLOW_BUILD_OPTIONS: ' --isolation=chroot  --network=host ' });
    expect(calls().filter(works)[0]).toMatch(/CRFLOW_PROOF=yes --isolation=chroot --network=host \.$/);
  });

  test('--dry-run says it and does nothing', () => {
    put('podman', builder);
    emit({});
    const { status, stdout } = imageScript(['--dry-run']);
    expect(status).toBe(0);
    expect(stdout).toContain('crflow: + podman build -f ');
    expect(calls().filter(works)).toEqual([]);
  });

  test('it knows its options, and says so', () => {
    emit({});
    expect(imageScript(['--help'])).toMatchObject({ status: 0, stderr: '' });
    expect(imageScript(['--help']).stdout).toContain('Exit status: 0 done, 1 failed, 2 called wrongly, 3');
    expect(imageScript(['--prof'])).toMatchObject({ status: 2, stdout: '' });
  });

  test('a source that is not there is named', () => {
    put('podman', builder);
    emit({});
    rmSync(join(folder, 'src dir'), { recursive: true });
    expect(imageScript()).toMatchObject({ status: 1 });
    expect(imageScript().stderr).toContain('src dir, which goes into the image, is not there');
  });

  test('the whole folder is a source, but not what crflow writes in it', () => {
    put('podman', builder);
    emit({ recipe: { sources: [{ kind: 'copy', from: '.', to: '/opt/src' }] } });
    rmSync(join(folder, 'src dir'), { recursive: true });
    imageScript(['--dry-run']);
    // The stand-ins write into it as well, so there are two folders here: this one is the user's.
    const context = join(folder, 'mine');
    mkdirSync(join(context, 'crflow-state'), { recursive: true });
    const script = join(folder, 'flow.image.sh');
    writeFileSync(script, readFileSync(script, 'utf8').replace('context=. ', 'context=mine '));
    imageScript();
    calls();
    writeFileSync(join(context, 'crflow-state/image'), 'memory');
    writeFileSync(join(context, 'flow.sbatch'), '#!/bin/bash');
    imageScript();
    expect(calls().filter(works)).toHaveLength(0);
    writeFileSync(join(context, 'flow.c'), 'int main;');
    imageScript();
    expect(calls().filter(works)).toHaveLength(1);
  });
});

describe('for podman-hpc', () => {
  const migrates = `${builder}
case $1 in
  migrate) touch "$log/migrated" ;;
  images) echo 'sha256:1234 false'; [[ ! -e $log/migrated ]] || echo 'sha256:1234 true' ;;
esac`;

  test('it builds and migrates, once', () => {
    put('podman-hpc', migrates);
    emit({ runtime: 'podman-hpc' });
    expect(imageScript()).toMatchObject({ status: 0, stderr: '' });
    expect(
      calls()
        .filter(works)
        .map((call) => call.split(' ')[1]),
    ).toEqual(['build', 'migrate']);
    expect(imageScript().stdout).toContain('migrated already');
    expect(calls().filter(works)).toEqual([]);
  });

  test('a migrated image is found in a list of any length', () => {
    // As far as a reader that stops at the first match would go: then the writer is killed, which is no status 0.
    put(
      'podman-hpc',
      `${migrates.replace(/images\).*/, "images) echo 'sha256:1234 true'; printf 'sha256:%s false\\n' {1..40000} ;;")}`,
    );
    emit({ runtime: 'podman-hpc' });
    expect(imageScript()).toMatchObject({ status: 0, stderr: '' });
  });

  test('a migration that was interrupted is made up for', () => {
    put('podman-hpc', migrates);
    emit({ runtime: 'podman-hpc' });
    imageScript();
    rmSync(join(folder, 'log/migrated'));
    calls();
    imageScript();
    expect(calls().filter(works)).toEqual(['podman-hpc migrate localhost/flow:1']);
  });

  test('a migration that fails with status 0, as they do, is a failure', () => {
    put('podman-hpc', builder);
    emit({ runtime: 'podman-hpc' });
    expect(imageScript()).toMatchObject({ status: 1 });
    expect(imageScript().stderr).toContain('was not migrated');
  });
});

describe('for Shifter', () => {
  const asked = { runtime: 'shifter', image: 'docker.io/someone/flow:Dec2023' } as const;

  test('it builds, pushes and pulls', () => {
    put('podman', builder);
    put('shifterimg', `[[ $1 != lookup ]] || echo 4711`);
    emit(asked);
    expect(imageScript()).toMatchObject({ status: 0, stderr: '' });
    expect(calls().filter(works)).toEqual([
      'podman build -f flow.Dockerfile -t docker.io/someone/flow:Dec2023 --label org.crflow.recipe=SUM --format docker ' +
        '--ignorefile flow.Dockerfile.dockerignore --timestamp 315532800 --build-arg CRFLOW_PROOF=yes .',
      'podman push docker.io/someone/flow:Dec2023',
      'shifterimg pull docker:someone/flow:Dec2023',
    ]);
  });

  test('elsewhere than where Shifter is it says what to do there', () => {
    put('docker', builder);
    emit({ ...asked, image: 'registry.example.org:5000/a/flow:1' });
    expect(imageScript().stdout).toContain(
      'where Shifter is: shifterimg pull docker:registry.example.org:5000/a/flow:1',
    );
    expect(
      calls()
        .filter(works)
        .map((call) => call.split(' ')[1]),
    ).toEqual(['build', 'push']);
  });

  test('what the registry has already is not built again, as far as skopeo tells', () => {
    put('podman', builder);
    put('skopeo', 'cat "$log/built" 2>/dev/null');
    put('shifterimg', 'echo 4711');
    emit(asked);
    imageScript();
    calls();
    expect(imageScript().stdout).toContain('the registry already has docker.io/someone/flow:Dec2023');
    expect(calls().filter((call) => works(call))).toEqual(['shifterimg pull docker:someone/flow:Dec2023']);
  });

  test('a push that fails is a failure, and nothing is pulled', () => {
    put('podman', `[[ $1 != push ]] || exit 125\n${builder}`);
    put('shifterimg', 'echo 4711');
    emit(asked);
    const { status, stderr } = imageScript();
    expect({ status, login: stderr.includes("'podman login docker.io'") }).toEqual({
      status: 1,
      login: true,
    });
    expect(calls().join()).not.toContain('shifterimg');
  });

  test.each([
    ['fails', 'exit 1'],
    ['leaves nothing', ''],
  ])('a pull that %s is a failure', (_, does) => {
    put('podman', builder);
    put('shifterimg', does);
    emit(asked);
    expect(imageScript()).toMatchObject({ status: 1 });
  });
});

describe('for Apptainer', () => {
  const image = [
    { kind: 'variable', name: 'SCRATCH' },
    { kind: 'text', text: '/my images/flow.sif' },
  ] as const;
  const asked = { runtime: 'apptainer', image } as const;
  const scratch = () => ({ SCRATCH: join(folder, 'scratch') });
  const sif = () => join(folder, 'scratch/my images/flow.sif');
  const builds = 'find . -type f | sort >"$log/saw"; args=("$@"); echo image >"${args[-2]}"';

  test('it builds the file from the definition, shown what goes in and no more', () => {
    put('apptainer', builds);
    writeFileSync(join(folder, 'secret'), '');
    emit(asked);
    expect(imageScript([], scratch())).toMatchObject({ status: 0, stderr: '' });
    expect(calls().filter(works)).toEqual([
      'apptainer build --force scratch/my images/flow.sif.new flow.def',
    ]);
    expect(readFileSync(join(folder, 'log/saw'), 'utf8')).toBe('./src dir/a.c\n');
    expect(readFileSync(sif(), 'utf8')).toBe('image\n');
    expect(imageScript([], scratch()).stdout).toContain('exists already');
    expect(calls()).toEqual([]);
    expect(readdirSync(folder).filter((name) => name.startsWith('tmp.'))).toEqual([]);
  });

  test('DMTCP is built once: a change of a source builds the rest', () => {
    put('apptainer', builds);
    emit(asked);
    imageScript([], scratch());
    expect(calls().filter((call) => call.includes('dmtcp.def'))).toHaveLength(1);
    writeFileSync(join(folder, 'src dir/a.c'), 'int other;\n');
    imageScript([], scratch());
    expect(calls().filter((call) => call.startsWith('apptainer build'))).toEqual([
      'apptainer build --force scratch/my images/flow.sif.new flow.def',
    ]);
  });

  test('a base image that is a file is shown to Apptainer, and another one makes another image', () => {
    put('apptainer', `${builds}; [[ $1 != build || ! -e crflow-base ]] || cat crflow-base >>"$log/bases"`);
    const from = { kind: 'file', path: [{ kind: 'text', text: './base.sif' }] } as const;
    emit({ ...asked, recipe: { ...copied, from } });
    expect(imageScript([], scratch())).toMatchObject({
      status: 1,
      stderr: `crflow: there is no ${folder}/./base.sif, which the image extends\n`,
    });
    writeFileSync(join(folder, 'base.sif'), 'one\n');
    expect(imageScript([], scratch())).toMatchObject({ status: 0 });
    calls();
    writeFileSync(join(folder, 'base.sif'), 'another\n');
    imageScript([], scratch());
    expect(calls().filter((call) => call.startsWith('apptainer build'))).toHaveLength(2);
    expect(readFileSync(join(folder, 'log/bases'), 'utf8')).toBe('one\none\nanother\nanother\n');
  });

  test('a file that somebody changed is not taken for its own', () => {
    put('apptainer', builds);
    emit(asked);
    imageScript([], scratch());
    writeFileSync(sif(), 'another image\n');
    calls();
    imageScript(['--no-proof'], scratch());
    expect(calls().filter(works)).toEqual([
      'apptainer build --force --notest scratch/my images/flow.sif.new flow.def',
    ]);
  });

  /** Builds a file of these words, in which are those contents. */
  const makes = (words: string, contents = '') =>
    put(
      'apptainer',
      `case $1 in exec) echo '${contents}' ;; *) args=("$@"); echo '${words}' >"\${args[-2]}" ;; esac`,
    );
  const images = () =>
    readdirSync(join(folder, 'scratch/my images')).filter((name) => !name.startsWith('crflow-dmtcp-'));

  test('keeps the image that a new one takes the place of, and says where', () => {
    makes('one');
    emit(asked);
    imageScript([], scratch());
    makes('another');
    const { status, stdout } = imageScript(['--force'], scratch());
    const [kept = '', ...more] = images().filter((name) => !name.startsWith('flow.sif'));
    expect([status, more]).toEqual([0, [`${kept}.recipe`]]);
    expect(kept).toMatch(/^flow-file-4-\d+-4\.sif$/);
    expect(stdout).toContain(
      `is kept as ${join(folder, 'scratch/my images', kept)}: runs that began in it continue`,
    );
    expect(readFileSync(join(folder, 'scratch/my images', kept), 'utf8')).toBe('one\n');
    expect(readFileSync(sif(), 'utf8')).toBe('another\n');
  });

  test('an image with the same in it is the same image, and nothing is kept twice', () => {
    makes('one', 'abcdef');
    emit(asked);
    imageScript([], scratch());
    makes('another', 'abcdef');
    imageScript(['--force'], scratch());
    expect(images()).toEqual(['flow.sif', 'flow.sif.recipe']);
    expect(readFileSync(`${sif()}.recipe`, 'utf8').split('\n')[0]).toMatch(/^\d+-\d+ file-8-\d+-8 abcdef$/);
  });

  test.each([
    ['fails', 'exit 255'],
    ['writes nothing', ''],
  ])('a build that %s leaves the image that was there', (_, does) => {
    put('apptainer', builds);
    emit(asked);
    imageScript([], scratch());
    put('apptainer', does);
    expect(imageScript(['--force'], scratch())).toMatchObject({ status: 1 });
    expect(readFileSync(sif(), 'utf8')).toBe('image\n');
  });

  test('a variable in its path is the caller’s, also one that is called like a setting of the script', () => {
    put('apptainer');
    const settings = [...emit(asked).matchAll(/^(?:readonly )?(\w+)=/gm)].map(([, name = '']) => name);
    expect(settings).toContain('recipe');
    for (const name of settings.filter((one) => one !== 'image')) {
      const from = {
        kind: 'file',
        path: [
          { kind: 'variable', name },
          { kind: 'text', text: '/b.sif' },
        ],
      } as const;
      emit({
        ...asked,
        image: [
          { kind: 'variable', name },
          { kind: 'text', text: '/x.sif' },
        ],
        recipe: { ...copied, from },
      });
      mkdirSync(join(folder, 'place'), { recursive: true });
      writeFileSync(join(folder, 'place/b.sif'), '');
      const { status, stdout, stderr } = imageScript(['--dry-run'], { [name]: join(folder, 'place') });
      expect([status, stderr], name).toEqual([0, '']);
      expect(stdout, name).toMatch(/apptainer build .*place\/x\.sif\.new/);
    }
  });

  test('a variable of its path that is not set is said, and nothing done', () => {
    put('apptainer', builds);
    emit(asked);
    expect(imageScript([], { SCRATCH: '' })).toMatchObject({ status: 2 });
    expect(imageScript().stderr).toContain('$SCRATCH is used in the path of the image');
    expect(calls()).toEqual([]);
  });

  test('--dry-run makes no folder', () => {
    put('apptainer', builds);
    emit(asked);
    expect(imageScript(['--dry-run'], scratch()).status).toBe(0);
    expect(existsSync(join(folder, 'scratch'))).toBe(false);
  });

  test('an image by name is built and pushed as others are', () => {
    put('podman', builder);
    emit({ runtime: 'apptainer', image: 'registry.example.org/a/flow:1' });
    expect(imageScript()).toMatchObject({ status: 0, stderr: '' });
    expect(
      calls()
        .filter(works)
        .map((call) => call.split(' ')[1]),
    ).toEqual(['build', 'push']);
  });

  test('without Apptainer it says so', () => {
    emit(asked);
    expect(imageScript([], scratch())).toMatchObject({ status: 3 });
  });
});

describe('for Charliecloud', () => {
  const image = [{ kind: 'text', text: 'images/flow' }] as const;
  const converts = 'mkdir "${@: -1}" && touch "${@: -1}/made"';

  test('it builds and converts to what the flow names', () => {
    put('ch-image');
    put('ch-convert', converts);
    emit({ runtime: 'charliecloud', image });
    expect(imageScript()).toMatchObject({ status: 0, stderr: '' });
    expect(calls().map((call) => call.replace(/\S+$/, ''))).toEqual([
      'ch-image build --force -t flow -f flow.Dockerfile --build-arg CRFLOW_PROOF=yes ',
      'ch-convert -i ch-image flow ',
    ]);
    expect(readdirSync(join(folder, 'images'))).toEqual(['flow', 'flow.recipe']);
    expect(imageScript().stdout).toContain('exists already');
    imageScript(['--force']);
    // Jobs that run in it have files of it open, and open others later.
    const kept = 'flow-folder-4294967295-0';
    expect(readdirSync(join(folder, 'images'))).toEqual(['flow', kept, `${kept}.recipe`, 'flow.recipe']);
  });

  test('a folder of somebody else is left alone', () => {
    put('ch-image');
    put('ch-convert', converts);
    emit({ runtime: 'charliecloud', image });
    mkdirSync(join(folder, 'images/flow'), { recursive: true });
    writeFileSync(join(folder, 'images/flow/precious'), '');
    expect(imageScript()).toMatchObject({ status: 1 });
    expect(imageScript().stderr).toContain('left alone');
    expect(readdirSync(join(folder, 'images/flow'))).toEqual(['precious']);
  });

  test('an image by name stays where ch-image keeps its own', () => {
    const env = { CH_IMAGE_STORAGE: join(folder, 'storage') };
    const builds =
      'mkdir -p "$CH_IMAGE_STORAGE/img/flow+1/usr/share" && echo x >"$CH_IMAGE_STORAGE/img/flow+1/x"';
    put('ch-image', builds);
    emit({ runtime: 'charliecloud' });
    expect(imageScript([], env).stdout).toContain("built flow:1, in ch-image's own storage");
    calls();
    expect(imageScript([], env).stdout).toContain('is built already');
    expect(calls()).toEqual([]);
    put('ch-image', 'exit 1');
    expect(imageScript(['--force'], env)).toMatchObject({ status: 1 });
  });

  test('an image by name that runs may need is changed on request only', () => {
    const env = { CH_IMAGE_STORAGE: join(folder, 'storage') };
    mkdirSync(join(folder, 'storage/img/flow+1/usr/share'), { recursive: true });
    put('ch-image');
    emit({ runtime: 'charliecloud' });
    const { status, stderr } = imageScript([], env);
    expect([status, stderr]).toEqual([1, expect.stringContaining('Give the new image its own tag')]);
    expect(calls()).toEqual([]);
    expect(imageScript(['--force'], env).status).toBe(0);
  });
});

const found = await findShellCheck(undefined, { ...process.env, CRFLOW_NO_DOWNLOAD: '1' });
const checkers: [string, ...string[]][] = [
  ['bash', '-n'],
  ['path' in found ? found.path : 'shellcheck', '--norc', '-'],
  ['path' in found ? found.path : 'shellcheck', '--norc', '--enable=all', '-'],
  ['shfmt', '-i', '2', '-ci', '-d'],
];
const scripts: [string, Asked][] = [
  ...RUNTIMES.map((runtime): [string, Asked] => [runtime, { runtime }]),
  ...RUNTIMES.filter((runtime) => runtimeOf(runtime).files !== null).map((runtime): [string, Asked] => [
    `${runtime}, a file`,
    {
      runtime,
      image: [
        { kind: 'variable', name: 'A' },
        { kind: 'text', text: "/it's $x" },
      ],
      context: '../a "b" $c',
    },
  ]),
];

describe.each(scripts)('the script for %s', (_, asked) => {
  for (const [program, ...args] of checkers) {
    const there = spawnSync(program, ['--version']).error === undefined;
    test.skipIf(!there)(
      `passes ${[program, ...args].join(' ')}${there ? '' : ` (skipped: no ${program} on PATH)`}`,
      () => {
        const { script } = imageFiles({ recipe: copied, ...asked });
        const { status, stdout, stderr } = spawnSync(program, args, { input: script, encoding: 'utf8' });
        expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
      },
    );
  }

  test('calls every function that it has', () => {
    const { script } = imageFiles({ recipe: copied, ...asked });
    for (const [, name = ''] of script.matchAll(/^(\w+)\(\) \{/gm))
      expect(script.match(new RegExp(`\\b${name}\\b`, 'g'))?.length, name).toBeGreaterThan(1);
  });
});
