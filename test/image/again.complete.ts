import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import type { RuntimeName } from '../../src/model/container.ts';
import { scontrol } from '../matrix/strikes.ts';
import type { TestContainer } from '../support/containers.ts';
import { dmtcpUnderTest } from '../support/dmtcp.ts';
import { startRun } from '../support/run-on-slurm.ts';
import { type Cluster, slurmAvailable, startCluster } from '../support/slurm-cluster.ts';

// A run that begins in one build of an image file, and goes on in another build of the same recipe. Given are two that image.sh
// made for Apptainer, each with its note (.recipe) beside it. (In a file of Charliecloud's, the places of mounts must be there.)
//   CRFLOW_IMAGE_TWICE=/a/first.sif:/b/second.sif npm run images
const [first = '', second = ''] = (process.env['CRFLOW_IMAGE_TWICE'] ?? '').split(':');
const runtime: RuntimeName = 'apptainer';
const programs = join(import.meta.dirname, '../programs');
const slurm = slurmAvailable();
const missing = !slurm.ok
  ? slurm.reason
  : [first, second].every((file) => existsSync(`${file}.recipe`))
    ? null
    : 'CRFLOW_IMAGE_TWICE names no two images with their notes';

describe.skipIf(missing)(
  `an image file that was built twice${missing ? ` (skipped: ${missing})` : ''}`,
  () => {
    let folder = '';
    let cluster: Cluster;
    beforeAll(async () => {
      folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-again-')));
      cluster = await startCluster({ cpus: 4 });
    });
    afterAll(async () => {
      await cluster?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const image = () => join(folder, first.replace(/^.*\//, ''));
    /** A file that another one takes the place of is still there for those that have it open. */
    const putInPlace = (file: string) => {
      copyFileSync(file, `${image()}.new`);
      appendFileSync(`${image()}.recipe`, readFileSync(`${file}.recipe`));
      renameSync(`${image()}.new`, image());
    };

    test('a run begins in one and goes on in the other', async ({ expect }) => {
      expect(readFileSync(second).equals(readFileSync(first))).toBe(false);
      putInPlace(first);
      const container: TestContainer = {
        runtime,
        image: image(),
        env: { USER: process.env['USER'] ?? 'root' },
        blocks: () => `environment { pass = ["COUNT_*"] }
  container { runtime = ${runtime}  image = "${image()}"  dmtcp = "/usr/local"  mount "${programs}" to "${programs}" }`,
        exchangeable: () => {
          throw new Error('it is exchanged here');
        },
      };
      const run = await startRun(cluster, {
        dmtcp: dmtcpUnderTest(),
        folder: 'again',
        last: 20,
        held: true,
        container,
        env: { CRFLOW_PROVE: '0', CRFLOW_INTERVAL: '4' },
      });
      await run.sealed(1);
      putInPlace(second);
      await scontrol(run, 'requeue', run.id);
      await run.until('restored', () => run.entries().some(({ event }) => event === 'restored'));
      run.letOn();
      expect(await run.ended(), run.log(run.id)).toMatchObject({ ExitCode: '7:0' });
      expect(run.output()).toBe(run.expected);
      expect(run.log(run.id)).not.toContain('means another image by now');
      const began = run.entries().filter(({ event }) => event === 'container');
      expect(began.length).toBeGreaterThan(1);
      expect(new Set(began.map(({ id }) => id)).size).toBe(1);
      expect(String(began[0]?.['id'])).toMatch(/^contents-/);
    });
  },
);
