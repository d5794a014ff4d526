import { mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { containersIn, removeContainers, runtimes, type TestContainer } from '../support/containers.ts';
import { crc } from '../support/crc.ts';
import { type Dmtcp, dmtcpImplementations, standIn } from '../support/dmtcp.ts';
import { slow, whySlow } from '../support/slow.ts';

// Rehearsals in each container runtime that is here: npm run test:all. One with a stand-in for the runtime: test/cli/rehearse.test.ts.
const present = runtimes.filter(({ why }) => why === null).map(({ runtime }) => runtime);
const wanted: readonly (readonly [string, Dmtcp])[] = [
  ['own', standIn],
  ['none', standIn],
  ...dmtcpImplementations.map((dmtcp) => ['dmtcp', dmtcp] as const),
];
const checkpoint = (engine: string) =>
  ({
    own: 'engine = own  ask_signal = TERM  files = ["save.txt"]  done_files = ["result.txt"]  interval = 10min  lead = 2min',
    none: 'engine = none  lead = 2min',
    dmtcp: 'interval = 10min  lead = 2min',
  })[engine];

describe.skipIf(!slow || present.length === 0)(`a rehearsal in a container${whySlow}`, () => {
  let folder = '';
  let containers: readonly TestContainer[] = [];
  beforeAll(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-images-')));
    containers = containersIn(folder);
  });
  afterAll(() => removeContainers(folder));

  test.for(present.flatMap((runtime) => wanted.map((one) => [runtime, ...one] as const)))(
    '%s, engine %s',
    { timeout: 300_000 },
    ([runtime, engine, dmtcp], { expect }) => {
      const container = containers.find((one) => one.runtime === runtime);
      if (container === undefined) throw new Error(`there is no ${runtime}`);
      const place = mkdtempSync(join(folder, 'flow-'));
      writeFileSync(
        join(place, 'w.crflow'),
        `crflow 1
workflow w {
  application { run = "./a"  workdir = "/data" }
  ${container.blocks(dmtcp).replace('container {', 'container { mount "$SCRATCH/runs" to "/data"')}
  checkpoint { ${checkpoint(engine)} }
  schedule { time = 2h  total = 1d }
}
`,
      );
      const { status, stdout, stderr } = crc(['rehearse', '--format', 'json', 'w.crflow'], {
        cwd: place,
        env: container.env,
        timeout: 280_000,
      });
      const { rehearsals } = JSON.parse(stdout);
      expect(rehearsals[0], stderr).toMatchObject({
        changes: [expect.stringContaining('test/programs')],
        missed: [],
        cutShort: [],
      });
      expect(rehearsals[0].runsIn).toContain('container');
      const broken = rehearsals[0].verdicts.filter((one: { outcome: string }) => one.outcome === 'broken');
      expect(broken, stdout).toEqual([]);
      expect(status).toBe(0);
      expect(readdirSync(place)).toEqual(['w.crflow']);
    },
  );
});
