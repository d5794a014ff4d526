import { createHash, randomBytes } from 'node:crypto';
import { constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Artifact } from '../model/artifact.ts';
import type { Source } from '../model/span.ts';

/** A flow is a page of text; anything of this size is another kind of file. */
export const largestSource = 1024 * 1024;

/** Why a source could not be read, as a phrase that ends "cannot read X: …". */
export type Unreadable = { readonly why: string };

/** The text of a source file, or of standard input for `-`. Never throws for what a user may name. */
export async function readSource(name: string): Promise<{ text: string } | Unreadable> {
  try {
    const bytes = name === '-' ? await standardInput() : await fileBytes(name);
    if ('why' in bytes) return bytes;
    return decode(bytes.data);
  } catch (error) {
    return { why: plainWords(error) };
  }
}

/**
 * A file that another one includes, by its path from there: its text, its name for messages, and its `id`, which is
 * the same by whatever path it is reached. Reads at once, for the compiler does not wait. Never throws.
 */
export function readIncluded(path: string, from: string): { source: Source; id: string } | Unreadable {
  try {
    const name = isAbsolute(path) ? path : join(from === '-' ? '.' : dirname(from), path);
    const file = statSync(name);
    if (file.isDirectory()) return { why: 'it is a folder' };
    if (!file.isFile()) return { why: 'it is not a regular file' };
    if (file.size > largestSource) return { why: tooLarge };
    const decoded = decode(readFileSync(name));
    return 'why' in decoded ? decoded : { source: { name, text: decoded.text }, id: realpathSync(name) };
  } catch (error) {
    return { why: plainWords(error) };
  }
}

function decode(data: Uint8Array): { text: string } | Unreadable {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data);
  return text.includes('\0') ? { why: 'it is a binary file, not text' } : { text };
}

async function fileBytes(name: string): Promise<{ data: Uint8Array } | Unreadable> {
  const file = await stat(name);
  if (file.isDirectory()) return { why: 'it is a folder; name the .crflow files in it' };
  if (!file.isFile()) return { why: 'it is not a regular file' };
  return file.size > largestSource ? { why: tooLarge } : { data: await readFile(name) };
}

/** It can be read only once, and asked for by several. */
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

const tooLarge = 'it is larger than 1 MiB, which no flow is';

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
    ELOOP: 'its path goes round in circles of links',
  };
  return words[code ?? ''] ?? message;
}

/**
 * Makes a folder, and those above it, where they are not there yet. Rejects with the system's error, or in words where something
 * else has its name. `mkdir` with `recursive` of Node 20 never comes back where a folder refuses any name with ENOENT, as /proc does.
 */
export async function makeFolder(folder: string): Promise<void> {
  await makeFolders(folder, 'it', false);
}

/** `called`: its name in words. `refused`: once already, so that to ask again has no end. */
async function makeFolders(folder: string, called: string, refused: boolean): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if ((await stat(folder).catch(() => undefined))?.isDirectory()) return;
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new Error(`${called} ${await whatStandsAt(folder)}`);
    const above = dirname(folder);
    if (code !== 'ENOENT' || refused || above === folder) throw error;
    // Which another may have made in the meantime.
    await makeFolders(above, above, false);
    await makeFolders(folder, called, true);
  }
}

/** What has the name of a folder that is to be made, as a phrase. */
async function whatStandsAt(path: string): Promise<string> {
  try {
    return (await stat(path)).isFile() ? 'is a file, and no folder' : 'is no folder';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'is a link to what is not there' : `is a link: ${plainWords(error)}`;
  }
}

/**
 * Writes all artifacts into a folder, which is made if it is not there, or none of them: each is written and
 * flushed under a name of its own first, and all are renamed when all are there.
 * Job scripts (`*.sbatch`) can be executed. Rejects with the system's error.
 */
export async function writeArtifacts(folder: string, artifacts: readonly Artifact[]): Promise<void> {
  await makeFolder(folder);
  const pending = artifacts.map(({ name, text }) => ({
    text,
    mode: name.endsWith('.sbatch') ? 0o777 : 0o666,
    final: join(folder, name),
    temporary: join(folder, `.${name}.${randomBytes(6).toString('hex')}`),
  }));
  try {
    // All are waited for, also after one has failed: one that is still to be made could not be cleared away.
    const written = await Promise.allSettled(pending.map(writeTemporary));
    for (const one of written) if (one.status === 'rejected') throw one.reason;
    for (const { temporary, final } of pending) await rename(temporary, final);
  } finally {
    for (const { temporary } of pending) await rm(temporary, { force: true });
  }
}

async function writeTemporary(one: {
  text: string;
  mode: number;
  temporary: string;
  final: string;
}): Promise<void> {
  // A rename over a folder fails, but only after others have been renamed.
  if ((await stat(one.final).catch(() => undefined))?.isDirectory())
    throw Object.assign(new Error('a folder is in the way'), { code: 'EISDIR' });
  const file = await open(one.temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, one.mode);
  try {
    await file.writeFile(one.text, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes a file that is not there yet, and its folder; false where it is. Rejects with the system's error. */
export async function createFile(folder: string, name: string, text: string): Promise<boolean> {
  await makeFolder(folder);
  try {
    await writeFile(join(folder, name), text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Outputs are a few dozen KiB; of anything larger than this (bytes) only that is said. */
const largestOutput = 4 * 1024 * 1024;

/** The text of an output as it is on disk, undefined where there is none. Bytes that are no UTF-8 are replaced. */
export async function readOutput(path: string): Promise<{ text: string } | Unreadable | undefined> {
  try {
    const file = await stat(path);
    if (!file.isFile()) return { why: 'it is not a regular file' };
    if (file.size > largestOutput) return { why: 'it is larger than anything that crc writes' };
    return { text: await readFile(path, 'utf8') };
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : { why: plainWords(error) };
  }
}

/** The absolute path of a file with no link in it; as it is written where there is no such file. */
export function realPath(name: string): string {
  try {
    return realpathSync(name);
  } catch {
    return resolve(name);
  }
}

/** A search that has seen as many entries as this is in the wrong place, a home folder or a file system of data. */
const mostEntries = 100_000;

/**
 * The files in a folder whose names end so, in order; with `deep` those in all folders below it, too, except hidden
 * ones, `node_modules`, runs' folders, and what links lead to. Undefined where there is too much to look through.
 */
export async function filesIn(folder: string, suffix: string, deep: boolean): Promise<string[] | undefined> {
  const found: string[] = [];
  let seen = 0;
  const folders = [folder];
  for (const at of folders) {
    const entries = await readdir(at, { withFileTypes: true }).catch(() => []);
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

/** Hexadecimal SHA-256 of a text in UTF-8. */
export const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

/** Is there a file or folder of that name? Also one that cannot be read. */
export const isThere = (path: string): boolean => existsSync(path);
