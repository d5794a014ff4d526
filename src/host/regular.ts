import { closeSync, constants, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';

/** A path that is not a regular file, as a phrase that ends "cannot read X: …". */
export const NOT_REGULAR = 'it is not a regular file';

/**
 * The bytes of a regular file, or why they are not read: a FIFO would wait for a writer, a device could have an
 * effect, and a file of more than `limit` bytes is something else. Also handles a file that is replaced meanwhile.
 * Throws the system's error.
 */
export function readRegular(path: string, limit: number): Regular {
  return readOf(path, limit, statSync(path));
}

type Regular = { data: Uint8Array } | { why: 'folder' | 'kind' | 'size' };

/** The same; undefined if there is no such file, because an error for each of a thousand files takes long. */
export function readIfThere(path: string, limit: number): Regular | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : readOf(path, limit, found);
}

/** `stats`: of the file, before it is opened. */
function readOf(path: string, limit: number, stats: Stats): Regular {
  // Checked before it is opened, because opening a device can have an effect; and again after, because it may have been replaced.
  const before = whyNot(stats, limit);
  if (before !== undefined) return { why: before };
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    const found = fstatSync(file);
    const now = whyNot(found, limit);
    if (now !== undefined) return { why: now };
    // Reads one byte more than it should have, to notice growth.
    const buffer = new Uint8Array(Math.min(limit, found.size) + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < buffer.length; length += read)
      read = readSync(file, buffer, length, buffer.length - length, null);
    return length > limit || length === buffer.length ? { why: 'size' } : { data: buffer.slice(0, length) };
  } finally {
    closeSync(file);
  }
}

function whyNot(
  file: { isDirectory(): boolean; isFile(): boolean; size: number },
  limit: number,
): 'folder' | 'kind' | 'size' | undefined {
  if (file.isDirectory()) return 'folder';
  if (!file.isFile()) return 'kind';
  return file.size > limit ? 'size' : undefined;
}
