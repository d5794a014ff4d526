import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, vi } from 'vitest';
import { dmtcpImplementations, dmtcpUnderTest, standIn, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { byHand, held, quoted } from '../support/emitted.ts';
import { compileRing, undisturbed, whyNoMpich } from '../support/mpich.ts';

// Ranks that crflow starts under DMTCP: by a stand-in of mpiexec, which starts one, and by the real one.

vi.setConfig({ testTimeout: 300_000 });

type Run = ReturnType<typeof byHand>;
const program = join(import.meta.dirname, '../programs/count-alone.sh');
/** The counting program, where bash is no program of its own for crflow. */
const counts = `"$CRFLOW_MPIEXEC" bash '${program}' 50 0.1 7`;
const events = (run: Run, wanted: string) => run.entries().filter(({ event }) => event === wanted);

const MPICH = 'HYDRA build details:\n    Version: 4.0.2';

/** Programs that the run finds first: `mpiexec` says what it is, and starts one rank; ldd says what a program is linked with. */
function puts(run: Run, says: string, libraries = 'libmpich.so.12 => /usr/lib/libmpich.so.12') {
  const bin = join(run.folder, '.bin');
  mkdirSync(bin, { recursive: true });
  const text = `#!/bin/bash
if [[ $1 == --version ]]; then printf '%s\\n' ${quoted(says)}; exit; fi
env | grep -E '^(UCX|HYDRA|HWLOC)_' | sort >'${join(run.folder, 'seen')}'
printf '%s\\n' "$*" >>'${join(run.folder, 'seen')}'
shift 2
exec "$@"
`;
  for (const name of ['mpiexec', 'mpiexec.hydra', 'mpiexec.mpich'])
    writeFileSync(join(bin, name), text, { mode: 0o755 });
  writeFileSync(join(bin, 'ldd'), `#!/bin/sh\necho '${libraries}'\n`, { mode: 0o755 });
}

describe.each(dmtcpImplementations)('ranks that a stand-in of mpiexec starts, with $name', (dmtcp) => {
  test('are started with the settings of MPICH, proven, looked at again soon, and carried to their end', async ({
    expect,
  }) => {
    using run = byHand(dmtcp, { run: `${counts} ${held}`, keys: 'tasks = 3' });
    puts(run, MPICH);
    const ended = run.start({
      CRFLOW_PROVE: '1',
      CRFLOW_INTERVAL: '600',
      CRFLOW_LOOK_AGAIN: '1',
      UCX_TLS: 'rc',
    });
    await run.until('sealed', 2);
    run.go();
    expect(await ended, run.log()).toBe(7);
    expect(run.output()).toBe(run.expected);
    const seen = run.read('seen').split('\n');
    for (const line of [
      'UCX_TLS=posix,self',
      'UCX_MEM_MMAP_HOOK_MODE=none',
      'HYDRA_LAUNCHER=fork',
      'HWLOC_COMPONENTS=-linuxio,-gl,-opencl,-pci',
      `-n 3 bash ${program} 50 0.1 7 ${held}`,
    ])
      expect(seen).toContain(line);
    expect(events(run, 'restored')).toHaveLength(1);
    expect(run.left()).toEqual([]);
  });

  test('end twice in the same way after a restore, and before they were saved again: 78, not their status', async ({
    expect,
  }) => {
    const lost = `${counts} ${held} || exit 205`;
    using run = byHand(dmtcp, { run: lost, keys: 'tasks = 2' });
    puts(run, MPICH);
    const env = { CRFLOW_PROVE: '1', CRFLOW_INTERVAL: '600', CRFLOW_LOOK_AGAIN: '600', CRFLOW_SUSPECT: '60' };
    const ended = run.start(env);
    await run.until('restored');
    run.go();
    expect(await ended, run.log()).toBe(78);
    expect(run.log()).toContain('the ranks ended with status 205 after each of two restores');
    expect(events(run, 'doubted')).toHaveLength(1);
    expect(run.left()).toEqual([]);
  });
});

describe('ranks that cannot be saved are refused before they start: 70', { concurrent: true }, () => {
  test.for([
    ['mpiexec of Open MPI', 'mpiexec (OpenRTE) 4.1.4', undefined, "mpiexec is Open MPI's"],
    [
      'mpiexec of Intel MPI',
      'Intel(R) MPI Library for Linux* OS, Version 2021.11',
      undefined,
      "mpiexec.hydra is Intel MPI's",
    ],
    ['mpiexec of nobody', 'lam 7', undefined, "mpiexec.mpich says 'lam 7'"],
    [
      'a program of Open MPI',
      MPICH,
      'libopen-pal.so.40 => /lib/libopen-pal.so.40',
      'is linked with Open MPI',
    ],
    ['a program of Cray MPICH', MPICH, 'libmpi_gnu_91.so.12 => /opt/cray', 'is linked with Cray MPICH'],
    [
      'a program of Intel MPI',
      MPICH,
      'libmpi.so.12 => /opt/intel/oneapi/mpi/2021.11/lib/libmpi.so.12 (0x1)',
      'is linked with Intel MPI',
    ],
    [
      'a program of MVAPICH',
      MPICH,
      'libmpi.so.12 => /opt/mvapich2/lib/libmpi.so.12 (0x1)',
      'is linked with MVAPICH',
    ],
  ] as const)('%s', async ([, says, libraries, words], { expect }) => {
    using run = byHand(standIn, { run: counts, keys: 'tasks = 2' });
    puts(run, says, libraries);
    expect(await run.start(), run.log()).toBe(70);
    expect(run.log()).toContain(words);
    expect(run.output()).toBe('');
    expect(run.left()).toEqual([]);
  });

  test.for(['UCX_TLS=tcp', 'UCX_MEM_MMAP_HOOK_MODE=bistro'])('an export in run: %s', async (setting, {
    expect,
  }) => {
    using run = byHand(standIn, { run: `export ${setting}\n${counts}`, keys: 'tasks = 2' });
    puts(run, MPICH);
    expect(await run.start(), run.log()).toBe(70);
    expect(run.log()).toContain(`${setting.replace('=', " is '")}'`);
    expect(run.left()).toEqual([]);
  });

  test('no sign of life: neither a checkpoint nor an endless wait', async ({ expect }) => {
    using run = byHand(standIn, { run: '"$CRFLOW_MPIEXEC" sleep 600', keys: 'tasks = 2' });
    puts(run, MPICH);
    expect(await run.start({ CRFLOW_STARTUP: '3' }), run.log()).toBe(70);
    expect(run.log()).toContain('wait for each other in MPI_Init');
    expect(events(run, 'sealed')).toEqual([]);
    expect(run.left()).toEqual([]);
  });
});

const whyNot = whyNoMpich ?? whyNoRealDmtcp;
describe.skipIf(whyNot !== null)(
  `MPICH, with a real DMTCP${whyNot === null ? '' : ` (skipped: ${whyNot})`}`,
  () => {
    test.for([2, 4])('%i ranks, proven, killed and restored', async (ranks, { expect }) => {
      using run = byHand(dmtcpUnderTest(), {
        run: './ring 100 20000 hold',
        keys: `tasks = ${ranks}`,
        folder: 'crflow-ring-',
      });
      compileRing(run.folder);
      const ended = run.start({ CRFLOW_PROVE: '3', CRFLOW_INTERVAL: '600', CRFLOW_LOOK_AGAIN: '1' });
      await run.until('sealed', 2);
      run.powerCut();
      await ended;
      const again = run.start({ CRFLOW_PROVE: '3', CRFLOW_INTERVAL: '3' });
      await run.until('sealed', 3);
      run.go();
      expect(await again, run.log()).toBe(7);
      expect(run.output()).toBe(undisturbed(run.folder, ranks, run.output()));
      expect(readFileSync(join(run.folder, 'log'), 'utf8')).not.toContain('failed');
      expect(run.left()).toEqual([]);
    });
  },
);
