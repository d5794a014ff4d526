import { constants } from 'node:fs';
import { access, realpath, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { cacheFolder } from './cache.ts';
import { makeFolder } from './files.ts';
import { run } from './run.ts';

/** A ShellCheck that works, or why there is none. */
export type ShellCheck = { readonly path: string; readonly version: string } | { readonly why: string };

/** The npm wrapper downloads about 2 MB; without a network, it may not even fail. */
const downloadLimit = 60_000;

/**
 * Finds ShellCheck: the one that was named (`--shellcheck`, else `SHELLCHECK_BIN`), else the one on PATH, else
 * what the npm package `shellcheck`, if it is installed, downloads, which is kept for later. If one was named and does
 * not work, no other is tried, because the user wants that one.
 */
export async function findShellCheck(named: string | undefined, env: NodeJS.ProcessEnv): Promise<ShellCheck> {
  const asked = named ?? (env['SHELLCHECK_BIN'] || undefined);
  if (asked !== undefined) {
    const version = await versionOf(asked);
    return version
      ? { path: asked, version }
      : { why: `'${asked}', which you asked for, is not a working ShellCheck` };
  }
  const folder = cacheFolder(env);
  const cached = folder === undefined ? undefined : join(folder, 'shellcheck');
  for (const path of [...onPath('shellcheck', env), ...(cached ? [cached] : [])]) {
    if (await isWrapper(path)) continue;
    const version = await versionOf(path);
    if (version) return { path, version };
  }
  const wrapper = downloader();
  if (wrapper === undefined) return { why: 'there is none on PATH' };
  if (env['CRFLOW_NO_DOWNLOAD'])
    return { why: 'there is none on PATH, and CRFLOW_NO_DOWNLOAD forbids the download' };
  if (cached === undefined) return { why: 'there is none on PATH, and no home folder to download it to' };
  const failed = await download(wrapper, cached);
  const version = failed ? undefined : await versionOf(cached);
  return version
    ? { path: cached, version }
    : { why: `there is none on PATH, and its download failed: ${failed}` };
}

const onPath = (program: string, env: NodeJS.ProcessEnv) =>
  (env['PATH'] ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program));

/** npx puts the wrapper's own command first on PATH; it would download without a time limit, into node_modules. */
const isWrapper = async (path: string) => (await realpath(path).catch(() => '')).includes('/node_modules/');

async function versionOf(path: string): Promise<string | undefined> {
  if (
    path.includes('/') &&
    !(await access(path, constants.X_OK).then(
      () => true,
      () => false,
    ))
  )
    return undefined;
  const { status, stdout } = await run(path, ['--version'], { timeout: 10_000 });
  return status === 0 ? /^version: (\S+)/m.exec(stdout)?.[1] : undefined;
}

/** The npm package `shellcheck`, if it is installed beside crc: it would be most of an installation, so crc does not bring it. */
function downloader(): string | undefined {
  try {
    return createRequire(import.meta.url).resolve('shellcheck');
  } catch {
    return undefined;
  }
}

/** Has the npm wrapper download ShellCheck to `path`; returns a sentence if it cannot. In a separate process, because the
 * wrapper changes how Node makes requests, and has no time limit. */
async function download(wrapper: string, path: string): Promise<string | undefined> {
  const temporary = `${path}.${process.pid}`;
  try {
    await makeFolder(dirname(path));
    const program =
      'const { download } = await import(process.argv[1]); await download({ destination: process.argv[2] });';
    const { status, stderr } = await run(
      process.execPath,
      ['--input-type=module', '-e', program, wrapper, temporary],
      {
        timeout: downloadLimit,
        env: { ...process.env, SHELLCHECKJS_LOGGER_LEVEL: 'off' },
      },
    );
    if (status === 137) return `no answer within ${downloadLimit / 1000} s`;
    if (status !== 0)
      return /^\s*(?:\[?\w*Error\]?): (?:Error: )?(.+)$/m.exec(stderr)?.[1] ?? 'the download program failed';
    await rename(temporary, path);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await rm(temporary, { force: true });
  }
}
