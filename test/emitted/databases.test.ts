import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, vi } from 'vitest';
import { dmtcpUnderTest, whyNoRealDmtcp } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';

// Files that are written in place: a restore without `protect` ends with wrong numbers and status 0, and that is said.

const python = '/usr/bin/python3';
const can = (module: string) => spawnSync(python, ['-c', `import ${module}`]).status === 0;

const formats = [
  {
    module: 'sqlite3',
    file: 'rows.db',
    pattern: 'rows.db*',
    open: `import sqlite3; db = sqlite3.connect("rows.db"); db.execute("create table if not exists t (i integer)"); db.commit()
def add(i): db.execute("insert into t values (?)", (i,)); db.commit()
def count(): return db.execute("select count(*) from t").fetchone()[0]`,
  },
  {
    module: 'h5py',
    file: 'rows.h5',
    pattern: 'rows.h5',
    open: `import h5py; f = h5py.File("rows.h5", "w"); d = f.create_dataset("t", (0,), maxshape=(None,), chunks=(64,), dtype="i8")
f.attrs["count"] = 0
def add(i): d.resize((d.shape[0] + 1,)); d[-1] = i; f.attrs["count"] = int(f.attrs["count"]) + 1; f.flush()
def count(): return int(f.attrs["count"])`,
  },
];

describe.each(formats)('$module', { concurrent: true }, ({ module, file, pattern, open }) => {
  const why = whyNoRealDmtcp ?? (can(module) ? null : `${python} has no ${module}`);
  const program = `${open}
import os, time
for i in range(1, 41):
    add(i)
    print(i, flush=True)
    while i in (10, 30) and not os.path.exists(f"go{i}"): time.sleep(0.1)
print("rows", count(), flush=True)`;

  test.skipIf(why !== null)(
    `without protect is named at the checkpoint, the restore and the end; with it, it is right${why ? ` (skipped: ${why})` : ''}`,
    async ({ expect }) => {
      for (const protect of [false, true]) {
        using run = byHand(dmtcpUnderTest(), {
          run: `exec ${python} program.py`,
          checkpoint: protect ? `protect = ["${pattern}"]` : '',
        });
        writeFileSync(join(run.folder, 'program.py'), program);
        const first = run.start({ CRFLOW_INTERVAL: '600' });
        await vi.waitUntil(() => run.output().endsWith('\n10\n'), { timeout: 120_000 });
        writeFileSync(join(run.state, 'attempts/1/request'), 'checkpoint\n');
        await run.until('sealed');
        if (protect) await run.until('restored');
        writeFileSync(join(run.folder, 'go10'), '');
        await vi.waitUntil(() => run.output().endsWith('\n30\n'), { timeout: 120_000 });
        run.powerCut();
        await first;
        writeFileSync(join(run.folder, 'go30'), '');
        const status = await run.start();
        const path = join(run.folder, file);
        const log = run.log();
        if (protect) {
          expect(status, log).toBe(0);
          expect(run.output()).toContain('rows 40\n');
          expect(log).not.toContain(path);
        } else {
          // Whatever its numbers are now: HDF5 may notice by itself.
          expect(log).toContain(`${path} is open for reading and writing`);
          expect(log).toContain(`write in the block checkpoint: protect = ["${pattern}"]`);
          expect(log).toContain(`written to in place since generation 1, and not brought back: ${path}`);
          expect(readFileSync(join(run.state, 'not-brought-back'), 'utf8')).toContain(`${path}\n`);
          console.info(module, status, run.output().split('\n').slice(-3));
        }
      }
    },
  );
});
