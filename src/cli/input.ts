import { readSource } from '../host/files.ts';

/**
 * With `--stdin-filename`, standard input is the text of that file: its findings have this name, and its includes are
 * relative to it. If it cannot be read, `-` remains, and is reported as such.
 */
export async function namedInput(
  files: readonly string[],
  name: string | undefined,
): Promise<{ readonly files: readonly string[]; readonly texts?: ReadonlyMap<string, string> }> {
  if (name === undefined || !files.includes('-')) return { files };
  const read = await readSource('-');
  if ('why' in read) return { files };
  return { files: files.map((file) => (file === '-' ? name : file)), texts: new Map([[name, read.text]]) };
}
