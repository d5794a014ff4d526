import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

// A flow with a recipe for its image: which files there are, where they look for sources, and that drift is seen in each.
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-image-'));
  mkdirSync(join(folder, 'flows'));
  writeFileSync(
    join(folder, 'flows/w.crflow'),
    `crflow 1
workflow w {
  application { run = "/opt/app/solve" }
  container { runtime = podman  image = "localhost/w:1" }
  image { from = "debian:12"  build_packages = ["make"]  copy "src" to "/opt/app"  build = "make" }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`,
  );
  return () => rmSync(folder, { recursive: true, force: true });
});
const run = (...args: string[]) => crc(args, { cwd: folder });
const files = ['w.sbatch', 'w.Dockerfile', 'w.Dockerfile.dockerignore', 'w.image.sh'];

describe('crc compile of a flow with an image', () => {
  test('writes what builds it beside the script, and says so', () => {
    const { status, stdout } = run('compile', '--no-verify', 'flows/w.crflow');
    expect(status).toBe(0);
    expect(stdout).toContain('flows/w.image.sh: builds its image');
    for (const name of files) expect(existsSync(join(folder, 'flows', name)), name).toBe(true);
    const manifest = JSON.parse(readFileSync(join(folder, 'flows/w.crc.json'), 'utf8'));
    expect(manifest.outputs.map(({ name }: { name: string }) => name)).toEqual(files);
  });

  test('says what a build would not find, and that its base image may change', () => {
    const said = run('compile', '--no-verify', 'flows/w.crflow').stderr;
    expect(said).toContain('warning[CRF960]: src, which goes into the image, does not exist in flows');
    expect(said).toContain('warning[CRF961]: docker.io/library/debian:12 is not pinned');
    mkdirSync(join(folder, 'flows/src'));
    expect(run('compile', '--no-verify', '--no-lock', 'flows/w.crflow').stderr).toBe('');
    writeFileSync(
      join(folder, 'flows/w.crflow'),
      readFileSync(join(folder, 'flows/w.crflow'), 'utf8').replace(
        'debian:12',
        `debian:12@sha256:${'0'.repeat(64)}`,
      ),
    );
    expect(run('compile', '--no-verify', '-o', 'elsewhere', 'flows/w.crflow').stderr).toBe('');
  });

  test('elsewhere, the script finds the sources from there', () => {
    expect(run('compile', '--no-verify', '-o', 'out/jobs', 'flows/w.crflow').status).toBe(0);
    expect(readFileSync(join(folder, 'out/jobs/w.image.sh'), 'utf8')).toMatch(
      /^readonly context=\.\.\/\.\.\/flows +#/m,
    );
    expect(run('compile', '--check', '-o', 'out/jobs', 'flows/w.crflow')).toMatchObject({
      status: 0,
      stderr: '',
    });
  });

  test.each(files)('--check sees that %s was changed', (name) => {
    run('compile', '--no-verify', 'flows/w.crflow');
    expect(run('compile', '--check', 'flows/w.crflow').status).toBe(0);
    const path = join(folder, 'flows', name);
    writeFileSync(path, `${readFileSync(path, 'utf8')}# mine\n`);
    const { status, stderr } = run('compile', '--check', 'flows/w.crflow');
    expect(status).toBe(1);
    expect(stderr).toContain(`CRF941]: flows/${name} was edited after crc wrote it`);
  });

  test('without the recipe its files are stale', () => {
    run('compile', '--no-verify', 'flows/w.crflow');
    const path = join(folder, 'flows/w.crflow');
    writeFileSync(path, readFileSync(path, 'utf8').replace(/^ {2}image .*\n/m, ''));
    const { status, stderr } = run('compile', '--check', 'flows/w.crflow');
    expect(status).toBe(1);
    for (const name of files.slice(1)) expect(stderr).toContain(`stale: flows/${name}`);
  });
});
