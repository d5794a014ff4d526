import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockFolder, writeArtifacts } from '../../src/host/write.ts';
import { crc } from '../support/crc.ts';

// What may stand where crc reads and writes: an answer in each case, no file of anybody's lost, nothing of crc's left behind.

let folder = '';
let server: Server | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-fs-'));
});
afterEach(() => {
  server?.close();
  server = undefined;
  rmSync(folder, { recursive: true, force: true });
});
const at = (name: string) => join(folder, name);
const write = (name: string, text: string) => writeFileSync(at(name), text);
const read = (name: string) => readFileSync(at(name), 'utf8');
const flow = (workflow = 'w', more = '', head = '') => `crflow 1
${head}
workflow ${workflow} {
  application { run = "./a ${more}" }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
const run = (...args: string[]) => crc(args, { cwd: folder });
const compile = (...args: string[]) => run('compile', '--no-verify', ...args);

const kinds: readonly (readonly [string, (path: string) => void])[] = [
  ['a FIFO', (path) => spawnSync('mkfifo', [path])],
  ['a folder', (path) => mkdirSync(path)],
  ['a link to a device', (path) => symlinkSync('/dev/zero', path)],
  ['a link to itself', (path) => symlinkSync(path, path)],
];

describe.each(kinds)('%s', (kind, make) => {
  test('where the manifest belongs: is not opened, and not written over', () => {
    write('w.crflow', flow());
    make(at('w.crc.json'));
    expect(run('check', 'w.crflow')).toMatchObject({ status: 0 });
    expect(compile('w.crflow').status).toBeGreaterThan(0);
    expect(run('compile', '--check', 'w.crflow').status).toBe(1);
    expect(run('compile', '--check').status).toBeGreaterThan(0);
    expect(existsSync(at('w.sbatch'))).toBe(false);
  });

  test('where the script belongs', () => {
    write('w.crflow', flow());
    make(at('w.sbatch'));
    expect(compile('w.crflow').status).toBeGreaterThan(0);
    expect(existsSync(at('w.crc.json'))).toBe(false);
  });

  test('as a source, as what it includes, as its site', () => {
    make(at('x.json'));
    for (const [name, text] of [
      ['a.crflow', flow('w', '', 'include "x.json"')],
      ['b.crflow', flow('w', '', 'site "./x.json"')],
    ] as const) {
      write(name, text);
      expect(run('check', name)).toMatchObject({ status: 1, stderr: expect.stringMatching(/CRF150|CRF402/) });
    }
    expect(run('check', 'x.json').status).toBe(2);
    write('c.crflow', flow());
    expect(run('check', '--site', './x.json', 'c.crflow').status).toBe(1);
  });

  test.skipIf(kind === 'a folder')('where doctor writes a profile', () => {
    make(at('p.json'));
    expect([0, 1, 3]).toContain(run('doctor', '--limit', '1', '--write', 'p.json').status);
  });
});

test('a socket where the manifest belongs', async () => {
  write('w.crflow', flow());
  server = createServer();
  await new Promise<void>((listening) => server?.listen(at('w.crc.json'), listening));
  expect(run('check', 'w.crflow').status).toBe(0);
  expect(compile('w.crflow')).toMatchObject({ status: 2, stderr: expect.stringContaining('CRF904') });
});

describe('a file that the flow is made from', () => {
  test.each(['w.crc.json', 'w.sbatch'])('is not written over: the source %s', (name) => {
    write(name, flow());
    const { status, stderr } = compile(name);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining('CRF905') });
    expect(read(name)).toBe(flow());
    expect(readdirSync(folder)).toEqual([name]);
  });

  test('is not written over: what it includes, its site, by a link, and of another flow', () => {
    const site = `{ "format": 1, "name": "x" }\n`;
    write('w.crc.json', site);
    write('a.crflow', flow('w', '', 'site "./w.crc.json"'));
    expect(compile('a.crflow')).toMatchObject({ status: 2, stderr: expect.stringContaining('CRF905') });
    write('v.crc.json', 'crflow 1\nlet x = 1\n');
    write('b.crflow', flow('v', '{{x}}', 'include "v.crc.json"'));
    expect(compile('b.crflow')).toMatchObject({ status: 2, stderr: expect.stringContaining('CRF905') });
    write('u.sbatch', flow('t'));
    symlinkSync('u.sbatch', at('link.crflow'));
    write('c.crflow', flow('u'));
    expect(compile('c.crflow', 'link.crflow')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('CRF905'),
    });
    expect([read('w.crc.json'), read('u.sbatch')]).toEqual([site, flow('t')]);
  });
});

test.each([
  '',
  '{}',
  '<<<<<<< ours\n',
  '{"format":1}',
])('a manifest that says %j protects a script that crc did not write', (text) => {
  write('w.crflow', flow());
  write('w.sbatch', '#!/bin/bash\necho mine\n');
  write('w.crc.json', text);
  expect(compile('w.crflow')).toMatchObject({ status: 2, stderr: expect.stringContaining('CRF904') });
  expect([read('w.sbatch'), read('w.crc.json')]).toEqual(['#!/bin/bash\necho mine\n', text]);
  // What crc wrote is mended, as ever.
  rmSync(at('w.sbatch'));
  expect(compile('w.crflow').status).toBe(0);
  write('w.crc.json', text);
  write('w.crflow', flow('w', 'again'));
  expect(compile('w.crflow').status).toBe(0);
  expect(read('w.sbatch')).toContain('./a again');
});

describe('a crc that was killed while it wrote', () => {
  const hex = 'a0b1c2d3e4f5';
  const outputs = ['w.crc.json', 'w.crflow', 'w.sbatch'];

  test('before all was there: what it left counts for nothing, and goes', () => {
    write('w.crflow', flow());
    for (const name of ['w.sbatch', 'w.crc.json', 'crc.commit']) write(`.${name}.${hex}`, 'half');
    write('.mine.a0b1c2d3e4f5', 'not of crc');
    expect(compile('w.crflow').status).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['.mine.a0b1c2d3e4f5', ...outputs]);
  });

  test.each([0, 1, 2])('when %i of two files had their names: the next one finishes', async (done) => {
    write('w.crflow', flow());
    expect(compile('w.crflow').status).toBe(0);
    const names = ['w.sbatch', 'w.crc.json'];
    const pairs = names.map((name, i) => {
      write(i < done ? name : `.${name}.${hex}`, `new ${name}`);
      return [`.${name}.${hex}`, name];
    });
    write('.crc.commit', JSON.stringify(pairs));
    const release = await lockFolder(folder, hostname());
    expect(names.map(read)).toEqual(['new w.sbatch', 'new w.crc.json']);
    await release?.();
    expect(readdirSync(folder).sort()).toEqual(outputs);
  });

  test('a list that crc did not write moves nothing', async () => {
    write('a', 'x');
    write(
      '.crc.commit',
      JSON.stringify([['a', '../b'], ['.w.sbatch.a0b1c2d3e4f5', '../w.sbatch'], ['../a', 'w.sbatch'], 7]),
    );
    await (await lockFolder(folder, hostname()))?.();
    expect(readdirSync(folder)).toEqual(['a']);
  });

  test('its lock is nobody’s any more', () => {
    write('w.crflow', flow());
    write('.crc.lock', JSON.stringify({ host: hostname(), pid: 4_000_000, started: '1', mark: 'x' }));
    expect(compile('w.crflow').status).toBe(0);
    // A process of that number, which is another one.
    write('.crc.lock', JSON.stringify({ host: hostname(), pid: process.pid, started: '1', mark: 'x' }));
    expect(compile('w.crflow').status).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(outputs);
  });

  test('killed at any moment: the outputs are of one version, once the next has been there', async () => {
    const module = at('.write.mjs');
    const entryPoints = [join(import.meta.dirname, '../../src/host/write.ts')];
    buildSync({ entryPoints, bundle: true, platform: 'node', format: 'esm', outfile: module });
    for (let round = 0; round < 12; round++) {
      const child = spawn(
        process.execPath,
        [join(import.meta.dirname, '../support/write-outputs.mjs'), module, folder, `${round}`],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      // It says when it begins, and is killed some way from there.
      await new Promise((begun) => child.stdout?.once('data', begun));
      await new Promise((moment) => setTimeout(moment, round));
      child.kill('SIGKILL');
      await new Promise((ended) => child.once('close', ended));
      await (await lockFolder(folder, hostname()))?.();
      const versions = new Set(
        readdirSync(folder)
          .filter((name) => name.startsWith('f'))
          .map(read),
      );
      expect(versions.size).toBeLessThanOrEqual(1);
      expect(readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual(['.write.mjs']);
    }
  });
});

describe('two at once', () => {
  test('of two flows with the same outputs one is written, and the other is told', async () => {
    for (let round = 0; round < 4; round++) {
      for (const name of ['w.sbatch', 'w.crc.json']) rmSync(at(name), { force: true });
      write('one.crflow', flow('w', 'one'));
      write('two.crflow', flow('w', 'two'));
      const ended = await Promise.all(
        ['one.crflow', 'two.crflow'].map(
          (name) =>
            new Promise<number | null>((end) => {
              const bundle = join(import.meta.dirname, '../../dist/crc.js');
              spawn(process.execPath, [bundle, 'compile', '--no-verify', name], {
                cwd: folder,
                stdio: 'ignore',
              }).once('close', end);
            }),
        ),
      );
      expect([...ended].sort()).toEqual([0, 2]);
      const winner = ended[0] === 0 ? 'one' : 'two';
      expect(read('w.sbatch')).toContain(`./a ${winner}`);
      expect(JSON.parse(read('w.crc.json')).source.path).toBe(`${winner}.crflow`);
    }
  });

  test('who does not get the folder says so, and writes nothing', async () => {
    const release = await lockFolder(folder, 'here');
    expect(await lockFolder(folder, 'here', 50)).toBeUndefined();
    expect(await lockFolder(folder, 'elsewhere', 50)).toBeUndefined();
    await release?.();
    const again = await lockFolder(folder, 'elsewhere', 50);
    expect(again).toBeDefined();
    await writeArtifacts(folder, [{ name: 'w.sbatch', text: 'x' }]);
    await again?.();
    expect(readdirSync(folder)).toEqual(['w.sbatch']);
  });
});
