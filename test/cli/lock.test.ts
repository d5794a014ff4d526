import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../src/host/registry.ts';
import { crc } from '../support/crc.ts';
import { digest } from '../support/fake-registry.mjs';

// crc compile --lock: what a name means now, for as long as nobody says otherwise.
let registry: ChildProcess;
let port = '';
let folder = '';
beforeAll(async () => {
  registry = spawn(process.execPath, [join(import.meta.dirname, '../support/fake-registry.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  port = await new Promise((resolve) => registry.stdout?.once('data', (text) => resolve(`${text}`.trim())));
});
afterAll(() => {
  registry?.stdin?.end();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-lock-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

describe('the digest of an image', () => {
  // Only who gets no answer is held to a limit that is short: a machine may be busy.
  const ask = (repository: string, tag = '1', env = {}, limit = 60_000) =>
    digestOf({ registry: `127.0.0.1:${port}`, repository, tag }, { limit, env: { HOME: folder, ...env } });

  test.each(['lab/plain', 'lab/silent', 'lab/token'])('is had from %s', async (repository) => {
    expect(await ask(repository)).toEqual({ digest });
  });

  test('of an image that is elsewhere, and of one for several kinds of machines', async () => {
    expect(await ask('lab/redirect')).toEqual({ digest });
    expect(await ask('lab/index')).toEqual({ digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
  });

  test('a body without end is not kept', async () => {
    const before = process.memoryUsage().rss;
    for (let n = 0; n < 5; n++) await ask('lie/bomb');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });

  test('a FIFO in the place of the logins is nobody to wait for', async () => {
    const fifo = join(folder, 'auth.json');
    spawnSync('mkfifo', [fifo]);
    expect(await ask('lab/plain', '1', { REGISTRY_AUTH_FILE: fifo })).toEqual({ digest });
  });

  test('is had with the login that podman keeps', async () => {
    mkdirSync(join(folder, 'containers'));
    const auth = Buffer.from('me:secret').toString('base64');
    writeFileSync(
      join(folder, 'containers/auth.json'),
      JSON.stringify({ auths: { [`127.0.0.1:${port}`]: { auth } } }),
    );
    expect(await ask('lab/login', '1', { XDG_RUNTIME_DIR: folder })).toEqual({ digest });
  });

  test.each([
    ['lab/login', /requires a login: podman login 127/],
    ['lab/nothing', /has no such image/],
    ['lab/broken', /answers 500/],
    ['lab/lies', /says that the manifest is sha256:zz, but sends sha256:/],
    ['lie/digest', /says that the manifest is sha256:0000.*, but sends sha256:/],
    ['lie/html', /invalid manifest: it is text\/html/],
    ['lie/html-as-manifest', /invalid manifest: it is not JSON/],
    ['lie/empty', /invalid manifest: it is empty/],
    ['lie/no-type', /invalid manifest: it is without a media type/],
    ['lie/old-form', /invalid manifest: it is application\/vnd.docker.distribution.manifest.v1/],
    ['lie/other-type', /invalid manifest: its media type is not the one that it came with/],
    ['lie/json', /invalid manifest: it has no `"schemaVersion": 2`/],
    ['lie/null', /invalid manifest: it has no `"schemaVersion": 2`/],
    ['lie/index', /invalid manifest: it names no manifests/],
    ['lie/endless', /more than 4 MiB/],
    ['lie/bomb', /more than 4 MiB/],
    ['lie/drip', /did not answer within 1 s/],
    ['lie/too-short', /did not complete its answer/],
    ['lie/too-long', /invalid manifest: it is not JSON|cannot be reached/],
    ['lie/redirect-to-login', /invalid manifest: it is text\/html/],
    ['lie/redirect-for-ever', /redirect count exceeded/],
    ['lie/token', /answers with something other than JSON/],
    ['lie/token-endless', /requires a login/],
    ['lie/realm', /requires a login/],
    ['lab/hangs', /did not answer within 1 s/],
  ])('is not had from %s, and why', async (repository, why) => {
    const limit = String(why).includes('within 1 s') ? 1000 : undefined;
    expect(await ask(repository, '1', {}, limit)).toEqual({ why: expect.stringMatching(why) });
  });

  test('a registry that is not there', async () => {
    const { port: free } = await new Promise<AddressInfo>((resolve) => {
      const server = createServer().listen(0, '127.0.0.1', () => {
        const address = server.address() as AddressInfo;
        server.close(() => resolve(address));
      });
    });
    const answer = await digestOf(
      { registry: `127.0.0.1:${free}`, repository: 'a', tag: '1' },
      { limit: 1000, env: {} },
    );
    expect(answer).toEqual({ why: expect.stringMatching(/cannot be reached \(ECONNREFUSED\)/) });
  });
});

describe('crc compile --lock', () => {
  const flow = (image: string, runtime = 'podman') => `crflow 1
workflow w {
  application { run = "./solve" }
  container { runtime = ${runtime}  image = "${image}" }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
  const write = (text: string) => writeFileSync(join(folder, 'w.crflow'), text);
  const compile = (...args: string[]) =>
    crc(['compile', '--no-verify', ...args, 'w.crflow'], { cwd: folder });
  const script = () => readFileSync(join(folder, 'w.sbatch'), 'utf8');
  const image = (name = 'lab/plain') => `127.0.0.1:${port}/${name}:1`;

  test('pins the image; it stays pinned, is compared so, and is let go when that is said', () => {
    write(flow(image()));
    expect(compile().status).toBe(0);
    expect(script()).not.toContain('sha256:');
    expect(compile('--lock')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${image()} is ${digest}`),
    });
    expect(script()).toContain(`image=${image()}@${digest} `);
    const pinned = script();
    expect(compile()).toMatchObject({ status: 0, stderr: '' });
    expect(script()).toBe(pinned);
    expect(crc(['compile', '--check', 'w.crflow'], { cwd: folder })).toMatchObject({ status: 0, stderr: '' });
    expect(compile('--no-lock').status).toBe(0);
    expect(script()).not.toContain('sha256:');
  });

  test('another tag is not pinned, and that is said', () => {
    write(flow(image()));
    compile('--lock');
    write(flow(image().replace(/1$/, '2')));
    const { status, stderr } = compile();
    expect(status).toBe(0);
    expect(stderr).toMatch(/warning\[CRF950\]: .*:2 is not pinned, but .*:1 was/);
  });

  test('an image that cannot be had changes nothing', () => {
    write(flow(image()));
    compile('--lock');
    const before = script();
    write(flow(image('lab/nothing')));
    expect(compile('--lock')).toMatchObject({ status: 3, stderr: expect.stringContaining('error[CRF948]') });
    expect(script()).toBe(before);
  });

  test('what no digest can pin is said, and compiled', () => {
    write(flow('localhost/solve:1'));
    expect(compile('--lock')).toMatchObject({
      status: 0,
      stderr: expect.stringMatching(
        /warning\[CRF949\]: localhost\/solve:1 is not pinned: it is not in a registry/,
      ),
    });
    write(flow('docker.io/lab/solve:1', 'shifter'));
    expect(compile('--lock').stderr).toMatch(
      /Shifter does not support digests, but requeues keep the image that it found at submission/,
    );
  });

  test.each([
    [
      'docker.io/lab/solve:1',
      'charliecloud',
      'Charliecloud does not support digests; the run records which image',
    ],
    ['./b.sif', 'apptainer', 'it is a file; the run records which one'],
    ['$SCRATCH/b.sqfs', 'charliecloud', 'it is a file; the run records which one'],
  ])('%s with %s: not pinned, and what a run does if it finds another', (image, runtime, why) => {
    write(flow(image, runtime));
    const { status, stderr } = compile('--lock');
    expect(status).toBe(0);
    const text = stderr.replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      `warning[CRF949]: ${image} is not pinned: ${why} it began in, and stops (status 70) if it finds another`,
    );
    expect(compile()).toMatchObject({ status: 0, stderr: '' });
  });

  test('a file that is made of an image: that is pinned', () => {
    write(
      flow('./b.sif', 'apptainer').replace(
        '  checkpoint',
        `  image { from = "${image()}"  distribution = debian }\n  checkpoint`,
      ),
    );
    const { status, stdout, stderr } = compile('--lock');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain(`${image()} is ${digest}`);
  });

  test('not together with --check', () => {
    write(flow(image()));
    expect(crc(['compile', '--check', '--lock', 'w.crflow'], { cwd: folder }).status).toBe(2);
  });

  test.each([[['--lock', '--no-lock']], [['--no-lock', '--lock']]])('%j is wrong usage', (args) => {
    write(flow(image()));
    const { status, stderr } = compile(...args);
    expect(status).toBe(2);
    expect(stderr).toContain("error: option '--lock' cannot be used with option '--no-lock'");
    expect(() => script()).toThrow('ENOENT');
  });
});
