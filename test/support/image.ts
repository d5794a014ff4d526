import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { type Dmtcp, dmtcpImplementations } from './dmtcp.ts';

/** What a job's inner half and the test programs need of an image. */
const TOOLS =
  `awk basename bash cat chmod cksum cmp cp cut date df dirname env find getconf grep head id kill ln ls mkdir mkfifo
hydra_pmi_proxy mpiexec.hydra mv od perl readlink rm sed seq sh sleep sort stat sync tail tee test timeout touch tr true truncate uname wc xargs`.split(
    /\s+/,
  );

/** DMTCP's prefix in the image. */
export const prefixOf = ({ real }: Dmtcp) => (real ? '/opt/dmtcp' : '/opt/standin');

/**
 * A root file system made of this machine's own programs: bash and its like, Node for the stand-in, and every DMTCP that
 * there is. Made in seconds and without a network, which a distribution is not; what is special to one is
 * for the tests of images. `others`: further programs, whose libraries are in it as well.
 */
export function makeRootFileSystem(root: string, others: readonly string[] = []): void {
  const binaries = [...others];
  for (const dmtcp of dmtcpImplementations) {
    const to = join(root, prefixOf(dmtcp));
    mkdirSync(dirname(to), { recursive: true });
    if (dmtcp.real) {
      for (const part of ['bin', 'lib'])
        cpSync(join(dirname(dmtcp.bin), part), join(to, part), { recursive: true });
      binaries.push(...filesIn(join(dirname(dmtcp.bin), 'bin')), ...filesIn(join(dirname(dmtcp.bin), 'lib')));
    } else cpSync(dirname(dmtcp.bin), to, { recursive: true });
  }
  fill(root, [...TOOLS.flatMap((name) => which(name)), [process.execPath, 'node']], binaries);
}

/** One in which there is nothing but `true`: to see whether a runtime starts at all. */
export const makeSmallRootFileSystem = (root: string): void => fill(root, which('true'), []);

/** Programs, each under its name, in the folders that a system has; and the libraries of these and of other binaries. */
function fill(
  root: string,
  programs: readonly (readonly [file: string, name: string])[],
  binaries: readonly string[],
): void {
  for (const folder of [
    'usr/bin',
    'usr/lib',
    'usr/lib64',
    'etc',
    'opt',
    'proc',
    'sys',
    'dev',
    'tmp',
    'run',
    'data',
    'programs',
  ])
    mkdirSync(join(root, folder), { recursive: true });
  for (const name of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${name}`, join(root, name));
  chmodSync(join(root, 'tmp'), 0o1777);
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/:/bin/bash\n');
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\n');
  for (const [file, name] of programs) copyFileSync(file, join(root, 'usr/bin', name));
  for (const library of librariesOf([...programs.map(([file]) => file), ...binaries])) {
    const to = join(root, library);
    mkdirSync(dirname(to), { recursive: true });
    if (!existsSync(to)) copyFileSync(library, to);
  }
}

/** The file of a command, and its name. */
function which(name: string): readonly (readonly [string, string])[] {
  const folders = ['/usr/bin', '/bin', '/usr/local/bin'];
  const file = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  return file === undefined ? [] : [[realpathSync(file), name]];
}

const filesIn = (folder: string): string[] =>
  execFileSync('find', [folder, '-type', 'f'], { encoding: 'utf8' }).trim().split('\n');

/** Everything that `ldd` finds for any of these, as absolute paths. */
function librariesOf(files: readonly string[]): readonly string[] {
  const { stdout } = spawnSync('ldd', files, { encoding: 'utf8' });
  return [...new Set([...stdout.matchAll(/(?:=> |^\s+)(\/\S+) \(0x/gm)].map((match) => match[1] ?? ''))];
}

/** The root file system as a tar archive, which Podman imports. */
export function tarOf(root: string, file: string): string {
  execFileSync('tar', ['-C', root, '-cf', file, '.']);
  return file;
}
