import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { standIn } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';
import { lacking } from '../support/known-programs.ts';

// A compiled program that overwrites its one restart file in place, and does not look at what it reads (test/programs/in-place.c): the
// kind that a kill in the middle of a save leaves with nothing.
const without = lacking('gcc');

describe.skipIf(without.length > 0)(
  `a program that overwrites its only restart file${without.length > 0 ? ' (skipped: no gcc)' : ''}`,
  () => {
    let folder = '';
    let result = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'crflow-in-place-'));
      const program = join(folder, 'in-place');
      execFileSync('gcc', ['-O1', '-o', program, join(import.meta.dirname, '../programs/in-place.c')]);
      execFileSync(program, ['20'], { cwd: folder });
      result = readFileSync(join(folder, 'result.txt'), 'utf8');
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const own = () => {
      const run = byHand(standIn, {
        run: `'${join(folder, 'in-place')}' 20`,
        checkpoint: 'engine = own  files = ["state.dat"]  done_files = ["result.txt"]',
      });
      const at = (name: string) => join(run.folder, name);
      const put = (...names: string[]) => {
        for (const name of names) writeFileSync(at(name), '');
      };
      return {
        ...run,
        at,
        put,
        /** Starts, and comes to a save of step 15 that is half written, with the saves of steps 5 and 10 sealed. */
        async untilTorn(): Promise<{ readonly ended: Promise<number> }> {
          put('next-0', 'tear-15');
          const ended = run.start({ CRFLOW_QUIET: '0', CRFLOW_STARTUP: '5' });
          await run.until('sealed', 1);
          put('next-5');
          await run.until('sealed', 2);
          put('next-10');
          while (!run.output().includes('torn at 15\n')) await new Promise((next) => setTimeout(next, 50));
          rmSync(at('tear-15'));
          put('next-15', 'next-20');
          return { ended };
        },
      };
    };
    const whole = 8 + 2 ** 20;

    test('killed with its job in the middle of a save: the save before is put back, and the result is the same', async ({
      expect,
    }) => {
      using run = own();
      const { ended } = await run.untilTorn();
      run.powerCut();
      await ended;
      expect(statSync(run.at('state.dat')).size).toBeLessThan(whole);
      expect(await run.start({ CRFLOW_QUIET: '0' }), run.log()).toBe(0);
      expect(run.output()).toContain('going on from step 10\n');
      expect(run.output()).not.toContain('too short');
      expect(readFileSync(run.at('result.txt'), 'utf8')).toBe(result);
    });

    test('killed alone in the middle of a save: the same attempt goes on from the save before', async ({
      expect,
    }) => {
      using run = own();
      const { ended } = await run.untilTorn();
      run.kill(/in-place/);
      expect(await ended, run.log()).toBe(0);
      expect(run.output()).toContain('going on from step 10\n');
      expect(run.output()).not.toContain('too short');
      // Whatever was sealed, no generation is short.
      for (const n of run.generations())
        expect(statSync(join(run.state, `generations/${n}/files/state.dat`)).size).toBe(whole);
      expect(readFileSync(run.at('result.txt'), 'utf8')).toBe(result);
    });
  },
);
