import { randomBytes } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  constants,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces the text of a file as a whole, under the same name and with the same mode and owner; what a link points to is replaced,
 * not the link; a file that may not be written is not replaced. Throws the system's error, or in words if the file is no longer what was read.
 */
export function rewriteFile(name: string, before: string, after: string): void {
  const path = realpathSync(name);
  if (!readFileSync(path).equals(Buffer.from(before, 'utf8')))
    throw new Error('it has changed since crc read it');
  accessSync(path, constants.W_OK);
  const { mode, uid, gid } = statSync(path);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    writeFileSync(temporary, after, { flag: 'wx', mode: 0o600 });
    if (uid !== process.getuid?.() || gid !== process.getgid?.()) chownSync(temporary, uid, gid);
    chmodSync(temporary, mode & 0o7777);
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
