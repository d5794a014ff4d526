import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { access } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Replaces the text of an existing file as a whole: whoever reads it meanwhile gets the old text or the new one. Keeps its
 * permissions, its owner where that is allowed, and a link to it. Rejects with the system's error; the file is then as it was.
 */
export async function replaceFile(name: string, text: string): Promise<void> {
  const path = realpathSync(name);
  // A rename would replace a file that nobody may write to.
  await access(path, constants.W_OK);
  const { mode, uid, gid } = statSync(path);
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  const file = openSync(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
  try {
    try {
      writeFileSync(file, text);
      if (uid !== process.getuid?.() || gid !== process.getgid?.()) fchownSync(file, uid, gid);
      fchmodSync(file, mode & 0o7777);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
