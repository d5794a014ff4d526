import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

// What crc compile writes over, and what it leaves to whom it belongs.
const flow = (name = 'w', run = './solve') => `crflow 1
workflow ${name} {
  application { run = "${run}" }
  checkpoint { interval = 10min   lead = 2min }
  schedule { time = 2h   total = 1d }
}
`;
const including = (text: string) => text.replace('crflow 1', 'crflow 1\ninclude "both.crflow"');
const withImage = flow('w', '/opt/app/solve').replace(
  '  checkpoint',
  `  container { runtime = podman  image = "localhost/w:1" }
  image { from = "debian:12@sha256:${'0'.repeat(64)}"  build_packages = ["make"]  copy "src" to "/opt/app"  build = "make" }
  checkpoint`,
);
const byHand = '#!/bin/bash\n#SBATCH --time=60\n\nsrun ./mine\n';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-owner-'));
  for (const name of ['src', 'source']) mkdirSync(join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => {
  mkdirSync(dirname(at(name)), { recursive: true });
  writeFileSync(at(name), text);
};
const read = (name: string) => readFileSync(at(name), 'utf8');
const compile = (...args: string[]) => {
  const result = crc(['compile', '--no-verify', ...args], { cwd: folder });
  return { ...result, stderr: result.stderr.replaceAll(/\s+/g, ' ') };
};
const isFine = (...args: string[]) => expect(compile(...args)).toMatchObject({ status: 0, stderr: '' });

describe('crc compile leaves alone', () => {
  test.each([
    ['w.sbatch', flow()],
    ['w.sbatch', withImage],
    ['w.Dockerfile', withImage],
    ['w.Dockerfile.dockerignore', withImage],
    ['w.image.sh', withImage],
  ])('%s that was written by hand', (name, text) => {
    write(name, byHand);
    write('a.crflow', text);
    write('b.crflow', flow('other'));
    const { status, stdout, stderr } = compile('b.crflow', 'a.crflow');
    expect({ status, stdout }).toEqual({
      status: 2,
      stdout: 'other.sbatch: not verified\nnot written: w.sbatch\n',
    });
    expect(stderr).toContain(`error[CRF904]: ${name} was not written by crc`);
    expect(stderr).toContain('rename the workflow w in a.crflow; or compile into another folder with -o; or');
    expect(read(name)).toBe(byHand);
    // Nothing else of this flow; another one is written.
    expect(() => read('w.crc.json')).toThrow('ENOENT');
    expect(read('other.sbatch')).toContain('compiled from b.crflow');
    isFine('-o', 'jobs', 'a.crflow');
    renameSync(at(name), at('mine'));
    isFine('a.crflow');
  });

  test('a Dockerfile by hand beside a flow that had no image before', () => {
    write('w.crflow', flow());
    isFine('w.crflow');
    write('w.Dockerfile', 'FROM scratch\n');
    write('w.crflow', withImage);
    const { status, stderr } = compile('w.crflow');
    expect(status).toBe(2);
    expect(stderr).toContain('CRF904]: w.Dockerfile was not written by crc');
  });

  test('what was made from another flow that is still there', () => {
    write('a.crflow', flow('w', './a'));
    write('b.crflow', flow('w', './b'));
    isFine('a.crflow');
    const before = [read('w.sbatch'), read('w.crc.json')];
    const { status, stderr } = compile('b.crflow');
    expect(status).toBe(2);
    expect(stderr).toContain(
      'error[CRF904]: w.sbatch was made from a.crflow, but b.crflow also has a workflow of that name',
    );
    expect(crc(['compile', '--no-verify', '-'], { cwd: folder, input: flow('w', './c') })).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('standard input also has a workflow of that name'),
    });
    expect([read('w.sbatch'), read('w.crc.json')]).toEqual(before);
    isFine('a.crflow');
    // The way out that it names.
    renameSync(at('w.sbatch'), at('kept'));
    isFine('b.crflow');
  });

  test('what was made from another flow, though that includes the same files', () => {
    write('both.crflow', flow('both'));
    write('a.crflow', including(flow('w', './a')));
    write('b.crflow', including(flow('w', './b')));
    isFine('a.crflow');
    expect(compile('b.crflow')).toMatchObject({ status: 2, stderr: expect.stringContaining('CRF904') });
  });
});

describe('crc compile writes anew', () => {
  test('what it wrote of this flow, also if it was edited, in whatever way the flow is named', () => {
    write('flows/w.crflow', flow());
    symlinkSync('flows', at('link'));
    isFine('-o', 'jobs', 'flows/w.crflow');
    for (const name of [at('flows/w.crflow'), 'link/w.crflow', './flows/../flows/w.crflow']) {
      write('jobs/w.sbatch', byHand);
      isFine('-o', 'jobs', name);
      expect(read('jobs/w.sbatch')).toContain('./solve');
    }
    write('jobs/w.sbatch', byHand);
    const input = flow();
    expect(crc(['compile', '--no-verify', '-o', 'jobs', '-'], { cwd: folder, input }).status).toBe(0);
  });

  test.each([
    ['without an image', flow()],
    ['with one', withImage],
  ])('what its first lines say is of crc, where the manifest is gone: %s', (_, text) => {
    write('w.crflow', text);
    isFine('w.crflow');
    rmSync(at('w.crc.json'));
    write('w.crflow', text.replaceAll('solve', 'solve2').replaceAll('"src"', '"source"'));
    isFine('w.crflow');
    expect(read('w.sbatch')).toContain('solve2');
  });

  test('what stands beside a manifest that cannot be read: that is how it is mended', () => {
    write('w.crflow', flow());
    isFine('w.crflow');
    write('w.sbatch', `<<<<<<< ours\n${read('w.sbatch')}=======\n${read('w.sbatch')}>>>>>>> theirs\n`);
    write('w.crc.json', '<<<<<<< ours\n');
    isFine('w.crflow');
  });

  test('what is there word for word', () => {
    write('x/w.crflow', flow());
    write('y/w.crflow', flow());
    isFine('-o', 'jobs', 'x/w.crflow');
    isFine('-o', 'jobs', 'y/w.crflow');
  });

  test('the outputs of a source that was renamed, and of a workflow that was moved into another', () => {
    write('a.crflow', flow('w', './a'));
    isFine('a.crflow');
    renameSync(at('a.crflow'), at('b.crflow'));
    write('b.crflow', flow('w', './b'));
    isFine('b.crflow');
    write('c.crflow', flow('w', './c'));
    write('b.crflow', flow('w-2', './b'));
    isFine('c.crflow', 'b.crflow');
    expect(read('w.sbatch')).toContain('./c');
  });

  test('a workflow that several flows include', () => {
    write('both.crflow', flow('both', './solve {{n}}').replace('crflow 1', 'crflow 1\nparam n: Int = 1'));
    write('a.crflow', including(flow('a')));
    write('b.crflow', including(flow('b')));
    isFine('a.crflow');
    isFine('--set', 'n=2', 'b.crflow');
    isFine('--set', 'n=3', 'both.crflow');
    isFine('a.crflow', 'b.crflow');
    expect(read('both.sbatch')).toContain('./solve 1');
  });
});
