import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { plural } from '../diagnostics/words.ts';
import { stampOf } from '../host/files.ts';
import { print } from '../host/print.ts';
import { type CompileOptions, compileAndWrite } from './compile.ts';

/** Milliseconds between two looks at the files. */
const EACH = 300;

/**
 * `crc compile --watch FILE…`: compiles, and again whenever a source, an included file, a record or a site profile has
 * changed since it was read, until it is killed. It looks at these few files instead of asking the kernel for notifications: home
 * folders are on network file systems, where a change on another host causes none.
 */
export async function watch(files: readonly string[], options: CompileOptions): Promise<never> {
  for (;;) {
    const stamps = new Map<string, string>();
    const onRead = (path: string) => {
      const whole = resolve(path);
      // The first one counts: a file that changes in between is read again.
      if (!stamps.has(whole)) stamps.set(whole, stampOf(whole));
    };
    const status = await compileAndWrite(files, { ...options, onRead });
    const verdict = status === 0 ? 'compiled' : 'not compiled';
    print('stdout', `${verdict}; waiting for a change of ${plural(stamps.size, 'file')}\n\n`);
    while ([...stamps].every(([path, stamp]) => stampOf(path) === stamp)) await delay(EACH);
  }
}
