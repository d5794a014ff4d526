import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeFolder } from './files.ts';

/** Results of tools that depend only on their input. Losing one costs only time: no call fails. */
export interface Cache {
  readonly read: (key: string) => Promise<string | undefined>;
  readonly write: (key: string, text: string) => Promise<void>;
}

/** Remembers nothing. */
export const noCache: Cache = { read: async () => undefined, write: async () => {} };

/** The number of entries, and the characters of one; so a cache stays below 32 MiB. */
export const mostEntries = 500;
const longestEntry = 64 * 1024;

/** Where crflow may keep what it can produce again: XDG's folder, else `~/.cache/crflow`; undefined without a home. */
export function cacheFolder(env: NodeJS.ProcessEnv): string | undefined {
  const asked = env['XDG_CACHE_HOME'];
  if (asked && isAbsolute(asked)) return join(asked, 'crflow');
  try {
    return join(homedir(), '.cache', 'crflow');
  } catch {
    return undefined;
  }
}

/** The user's cache for one kind of result, a folder of that name. */
export function userCache(kind: string, env: NodeJS.ProcessEnv): Cache {
  const base = cacheFolder(env);
  if (base === undefined) return noCache;
  const folder = join(base, kind);
  const pathOf = (key: string) => join(folder, createHash('sha256').update(key, 'utf8').digest('hex'));
  return {
    read: async (key) => {
      try {
        const text = await readFile(pathOf(key), 'utf8');
        // Its age is the time since it was last used: the oldest are removed first.
        const now = new Date();
        await utimes(pathOf(key), now, now).catch(() => {});
        return text;
      } catch {
        return undefined;
      }
    },
    write: async (key, text) => {
      if (text.length > longestEntry) return;
      const temporary = join(folder, `${randomBytes(6).toString('hex')}.new`);
      try {
        await makeFolder(folder);
        await writeFile(temporary, text);
        await rename(temporary, pathOf(key));
        await prune(folder);
      } catch {
        await rm(temporary, { force: true }).catch(() => {});
      }
    },
  };
}

/** Removes half at once, so that not every write has to look at the ages. */
async function prune(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= mostEntries) return;
  const aged = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name);
      return {
        path,
        used: await stat(path).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0,
        ),
      };
    }),
  );
  aged.sort((a, b) => a.used - b.used);
  for (const { path } of aged.slice(0, names.length - mostEntries / 2)) await rm(path, { force: true });
}
