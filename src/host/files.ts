import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Source } from '../model/span.ts';
import { encoded } from './encode.ts';
import { NOT_REGULAR, readIfThere, readRegular } from './regular.ts';

/** A flow is a page of text; a file of this size is something else. */
export const largestSource = 1024 * 1024;

/** Why a source could not be read, as a phrase that ends "cannot read X: …". */
export type Unreadable = { readonly why: string };

/** The text of a source file, or of standard input for `-`. Never throws, whatever a user names. */
export async function readSource(name: string): Promise<{ text: string } | Unreadable> {
  try {
    const bytes = name === '-' ? await standardInput() : fileBytes(name);
    if ('why' in bytes) return bytes;
    return decode(bytes.data);
  } catch (error) {
    return { why: plainWords(error) };
  }
}

/** The path of a file that another one includes. */
export const pathFrom = (path: string, from: string): string =>
  isAbsolute(path) ? path : join(from === '-' ? '.' : dirname(from), path);

/**
 * A file that another one includes, by its path relative to that: its text, its name for messages, and its `id`, which is
 * the same for every path to it. Reads synchronously, because the compiler does. Never throws.
 */
export function readIncluded(path: string, from: string): { source: Source; id: string } | Unreadable {
  try {
    const name = pathFrom(path, from);
    const read = readRegular(name, largestSource);
    if ('why' in read) return { why: read.why === 'folder' ? 'it is a folder' : WHY[read.why] };
    const decoded = decode(read.data);
    return 'why' in decoded ? decoded : { source: { name, text: decoded.text }, id: realpathSync(name) };
  } catch (error) {
    return { why: plainWords(error) };
  }
}

function decode(data: Uint8Array): { text: string } | Unreadable {
  if (!isUtf8(data)) return { why: whyNotUtf8(data) };
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  return text.includes('\0') ? { why: 'it is a binary file, not text' } : { text };
}

/** Where the first byte is that is not UTF-8, and what the text may be instead. */
function whyNotUtf8(data: Uint8Array): string {
  const [first, second] = data;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return 'it is not UTF-8 text, but UTF-16: save it as UTF-8';
  let [line, start] = [1, 0];
  for (
    let end = data.indexOf(10);
    end !== -1 && isUtf8(data.subarray(start, end));
    end = data.indexOf(10, start)
  ) {
    line += 1;
    start = end + 1;
  }
  const text = new TextDecoder().decode(data.subarray(start));
  // A replacement character may also be written.
  let at = 0;
  for (const character of text) {
    const bytes = Buffer.from(character);
    if (!bytes.equals(data.subarray(start + at, start + at + bytes.length))) break;
    at += bytes.length;
  }
  const column = [...new TextDecoder().decode(data.subarray(start, start + at))].length + 1;
  const byte = (data[start + at] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  return `it is not UTF-8 text: byte 0x${byte} in line ${line}, column ${column}; if it is Latin-1, convert it with iconv -f LATIN1 -t UTF-8`;
}

function fileBytes(name: string): { data: Uint8Array } | Unreadable {
  const read = readRegular(name, largestSource);
  return 'why' in read ? { why: WHY[read.why] } : read;
}

/** It can be read only once, and several may ask for it. */
let input: Promise<{ data: Uint8Array } | Unreadable> | undefined;

function standardInput(): Promise<{ data: Uint8Array } | Unreadable> {
  input ??= readStandardInput();
  return input;
}

async function readStandardInput(): Promise<{ data: Uint8Array } | Unreadable> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of process.stdin) {
    size += chunk.length;
    if (size > largestSource) return { why: tooLarge };
    chunks.push(chunk);
  }
  return { data: Buffer.concat(chunks) };
}

const tooLarge = 'it is larger than 1 MiB, which is too large for a flow';

const WHY = {
  folder: 'it is a folder; name the .crflow files in it',
  kind: NOT_REGULAR,
  size: tooLarge,
} as const;

/** What went wrong with a file, in words instead of an error number. */
export function plainWords(error: unknown): string {
  if (error instanceof TypeError) return 'it is not UTF-8 text';
  const { code, message } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOENT: 'there is no such file',
    ENOTDIR: 'a part of its path is not a folder',
    EACCES: 'permission denied',
    EPERM: 'permission denied',
    EROFS: 'the file system is read-only',
    ENOSPC: 'the disk is full',
    EISDIR: 'a folder of that name is in the way',
    ENAMETOOLONG: 'its name is too long',
    ELOOP: 'its path has a loop of symbolic links',
  };
  return words[code ?? ''] ?? message;
}

/**
 * Creates a folder and its parents if they do not exist. Rejects with the system's error, or in words if something
 * else has its name. `mkdir` with `recursive` in Node 20 never returns if a folder refuses any name with ENOENT, as /proc does.
 */
export async function makeFolder(folder: string): Promise<void> {
  makeFolders(folder, 'it', false);
}

/** `called`: its name in words. `refused`: it was refused before, so asking again would never end. */
function makeFolders(folder: string, called: string, refused: boolean): void {
  try {
    if (isFolder(folder)) return;
    mkdirSync(folder);
  } catch (error) {
    if (statOf(folder)?.isDirectory()) return;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new Error(`${called} ${whatIsAt(folder)}`);
    const above = dirname(folder);
    if (code !== 'ENOENT' || refused || above === folder) throw error;
    // Another process may have created it in the meantime.
    makeFolders(above, above, false);
    makeFolders(folder, called, true);
  }
}

/** What the system says about a file; undefined if it says nothing. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/** What already has the name of a folder that must be created, as a phrase. */
function whatIsAt(path: string): string {
  try {
    return statSync(path).isFile() ? 'is a file, not a folder' : 'is not a folder';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT'
      ? 'is a link to something that does not exist'
      : `is a link: ${plainWords(error)}`;
  }
}

/** Writes a new file, and creates its folder; false if the file exists. Rejects with the system's error. */
export async function createFile(folder: string, name: string, text: string): Promise<boolean> {
  await makeFolder(folder);
  try {
    writeFileSync(join(folder, name), text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Outputs are a few dozen KiB; about a file larger than this (bytes) only that is said. */
const largestOutput = 4 * 1024 * 1024;

/** The text of an output on disk, undefined if there is none. Bytes that are not UTF-8 are replaced. */
export function readOutput(path: string): { text: string } | Unreadable | undefined {
  try {
    const read = readIfThere(path, largestOutput);
    if (read === undefined) return undefined;
    if ('data' in read) return { text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(read.data) };
    return { why: read.why === 'size' ? 'it is larger than anything that crc writes' : NOT_REGULAR };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : { why: plainWords(error) };
  }
}

/** The absolute path of a file, with links resolved; the path as given if there is no such file. */
export function realPath(name: string): string {
  try {
    if (lstatSync(name, { throwIfNoEntry: false }) !== undefined) return realpathSync.native(name);
    return resolve(name);
  } catch {
    return resolve(name);
  }
}

/** Is it a link, to whatever? */
export function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch {
    return false;
  }
}

/** A search that meets this many entries is in the wrong place: a home folder or a file system full of data. */
const mostEntries = 100_000;

/**
 * The files in a folder with that suffix, in order; with `deep`, also those in all folders below it, except hidden
 * ones, `node_modules`, runs' folders, and the targets of links. Undefined if there is too much to search.
 */
export async function filesIn(folder: string, suffix: string, deep: boolean): Promise<string[] | undefined> {
  const found: string[] = [];
  let seen = 0;
  const folders = [folder];
  for (const at of folders) {
    const entries = entriesOf(at);
    seen += entries.length;
    if (seen > mostEntries) return undefined;
    for (const one of entries) {
      if (one.isFile() && one.name.endsWith(suffix)) found.push(join(at, one.name));
      if (deep && one.isDirectory() && !/^\.|^node_modules$|^crflow-state$/.test(one.name))
        folders.push(join(at, one.name));
    }
  }
  return found.sort();
}

/** What is in a folder; nothing if it cannot be read. */
function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Hexadecimal SHA-256 of a text, given whole or in pieces, in UTF-8. */
export function sha256(...pieces: readonly string[]): string {
  const hash = createHash('sha256');
  for (const bytes of encoded(pieces)) hash.update(bytes);
  return hash.digest('hex');
}

/** Is there a file or folder of that name? Also one that cannot be read. */
export const isThere = (path: string): boolean => existsSync(path);

/** When a file was last changed, as a text that is another one after each change; of a file that does not exist, empty. */
export function stampOf(path: string): string {
  const file = statSync(path, { throwIfNoEntry: false });
  return file === undefined ? '' : `${file.ino} ${file.size} ${file.mtimeMs}`;
}

/** Is it a folder, or a link to one? */
export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
