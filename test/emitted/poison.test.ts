import { cpSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';
import { filesUnder } from '../support/run-folder.ts';

// bash runs what it finds between the brackets of a subscript in an arithmetic expression. So no text of a file or of the
// environment may come near one unless it is digits.

const [dmtcp] = dmtcpImplementations;
if (dmtcp === undefined) throw new Error('there is always the stand-in');
type Run = ReturnType<typeof byHand>;

/** Without blanks, at which a reader would cut it. */
const witness = (run: Run) => join(tmpdir(), `witness-${run.folder.slice(-6)}`);
/** What leaves a witness where bash evaluates it. */
const poison = (run: Run) => `HOME[$(:>${witness(run)})]`;
const smallFiles = (folder: string) =>
  filesUnder(folder).filter((file) => {
    const stat = statSync(join(folder, file));
    return stat.isFile() && stat.size < 10_000 && !/\.(dmtcp|sbatch|log)$/.test(file);
  });

/** A run with two generations whose attempt was killed, and a copy of its folder to go back to. */
async function killedRun(run: Run) {
  await run.lostAttempt(2);
  writeFileSync(join(run.state, 'total'), '3600 4711\n');
  writeFileSync(join(run.state, 'resumed'), '1 4710\n');
  const copy = join(run.folder, 'copy');
  cpSync(run.state, copy, { recursive: true });
  return () => {
    rmSync(run.state, { recursive: true });
    cpSync(copy, run.state, { recursive: true });
  };
}

describe('poison, with the stand-in', { concurrent: true }, () => {
  test('in any file of a run: no verb evaluates it', async ({ expect }) => {
    using run = byHand(dmtcp, { count: held });
    const putBack = await killedRun(run);
    writeFileSync(join(run.state, 'status'), '7\n');
    const files = smallFiles(run.state);
    expect(files.length).toBeGreaterThan(15);
    for (const file of [...files, 'status', 'stop']) {
      putBack();
      for (const text of [
        poison(run),
        `${poison(run)} ${poison(run)}`,
        `attempt ${poison(run)}\ntime ${poison(run)}\nbytes ${poison(run)}`,
      ]) {
        writeFileSync(join(run.state, file), `${text}\n${text}\n${text}\n`);
        for (const verb of ['status', 'checkpoint']) run.verb(verb);
        expect(existsSync(witness(run)), `${file}: ${text}`).toBe(false);
      }
    }
  });

  test.for([
    ['of the run', (file: string) => !file.includes('/') && file !== 'paths'],
    ['of an attempt', (file: string) => file.startsWith('attempts/')],
    ['of a generation', (file: string) => file.startsWith('generations/')],
  ] as const)('in the files %s: no attempt evaluates it', async ([, wanted], { expect }) => {
    using run = byHand(dmtcp, { count: held });
    const putBack = await killedRun(run);
    const files = smallFiles(run.state).filter(wanted);
    expect(files).not.toEqual([]);
    // All of them, and each alone of those that may end an attempt before it comes to the others.
    for (const some of [
      files,
      ...files.filter((file) => /^(lease|resumed|status|total)$/.test(file)).map((file) => [file]),
    ]) {
      putBack();
      for (const file of some) {
        const key = /facts$/.test(file) ? ['attempt', 'time', 'bytes', 'seconds', 'work'] : [''];
        writeFileSync(
          join(run.state, file),
          key.map((key) => `${key} ${poison(run)}\n`.trimStart()).join(''),
        );
      }
      await run.start({ CRFLOW_ATTEMPTS: '50' });
      expect(existsSync(witness(run)), `${some}: ${run.log()}`).toBe(false);
    }
  });

  test('in any variable of CRFLOW or Slurm: neither an attempt nor a verb evaluates it', async ({
    expect,
  }) => {
    const limits = {
      keys: 'alive = 1h',
      checkpoint: 'interval = auto  mtbf = 1h',
      schedule: 'max_attempts = 9',
    };
    using run = byHand(dmtcp, { run: 'exit 7', ...limits });
    using killed = byHand(dmtcp, { count: held, ...limits });
    await killed.lostAttempt(1);
    const script = run.read('count.sbatch');
    const names = new Set([...script.matchAll(/\b(?:CRFLOW|SLURM|SLURMD)_\w+/g)].map(([name]) => name));
    expect(names.size).toBeGreaterThan(20);
    for (const name of names) {
      if (name === 'SLURM_SUBMIT_DIR') continue; // where both look for all else
      await run.start({ SLURM_RESTART_COUNT: '0', [name]: poison(run) });
      rmSync(join(run.folder, 'crflow-state'), { recursive: true, force: true });
      for (const verb of ['status', 'stop']) killed.verb(verb, { [name]: poison(run) });
      expect(existsSync(witness(run)), `${name}: ${run.log()}`).toBe(false);
    }
  });
});
