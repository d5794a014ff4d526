/**
 * The format of an image. It has the faults of DMTCP's: no checksum; what is damaged is restored as it is.
 *
 *   first line   the format's name
 *   second line  JSON: everything a restart needs
 *   the rest     bytes of a fixed pattern, which stand for memory
 * A byte of the rest that changed or is missing cannot be told from memory: it goes into the counter that is restored.
 */
import { readFileSync } from 'node:fs';

const MAGIC = 'crflow stand-in image 1\n';

/** An image's bytes, from what a restart needs to know (`header`) and the size of its memory. */
export function encodeImage(header, size) {
  return Buffer.concat([Buffer.from(`${MAGIC}${JSON.stringify({ ...header, size })}\n`), memory(size)]);
}

/**
 * Reads an image: its header and how many of its bytes are wrong. `torn` is true where so much is missing that the
 * process hangs instead of running. Throws where DMTCP ends with 99: no file, no image.
 */
export function readImage(path) {
  const bytes = readFileSync(path);
  if (bytes.subarray(0, MAGIC.length).toString() !== MAGIC) throw new Error(`${path} is not an image`);
  const end = bytes.indexOf('\n', MAGIC.length);
  let header;
  try {
    header = JSON.parse(bytes.subarray(MAGIC.length, end < 0 ? undefined : end).toString());
  } catch {
    return { path, header: null, damage: 0, torn: true };
  }
  const found = bytes.subarray(end + 1);
  const right = memory(header.size);
  let damage = Math.abs(right.length - found.length);
  for (let at = 0; at < Math.min(right.length, found.length); at++) if (right[at] !== found[at]) damage++;
  return { path, header, damage, torn: found.length < right.length * 0.75 };
}

/** The counter's memory after a restart from images with so many wrong bytes: of the right form, and wrong. */
export function corrupt(text, damage) {
  const [counter = '0', ...others] = text.split(' ');
  return damage === 0 || text === '' ? text : [Number(counter) + 1 + (damage % 89), ...others].join(' ');
}

function memory(size) {
  return Buffer.alloc(size, Buffer.from(Array.from({ length: 251 }, (_, at) => at)));
}
