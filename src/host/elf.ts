import { closeSync, openSync, readdirSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';

/** What a program or library tells the loader. */
export interface Elf {
  /** The libraries that it names (DT_NEEDED). */
  readonly needed: readonly string[];
  /** Where the loader looks for them (DT_RUNPATH, DT_RPATH). */
  readonly paths: readonly string[];
  /** The loader that starts it; undefined for a library, and for a program that is linked statically. */
  readonly interpreter: string | undefined;
  /** The names that it looks up or offers when it is loaded (.dynstr, which also has the names of libraries). */
  readonly names: () => readonly string[];
  /** By its header or its interpreter, it is a program rather than a library. */
  readonly isProgram: boolean;
}

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const DT = { needed: 1, strtab: 5, strsz: 10, rpath: 15, runpath: 29 } as const;
/** No program has a larger table than this. */
const LARGEST = 16 * 1024 * 1024;

/**
 * Reads the dynamic section of a 64-bit ELF file without running anything, unlike `ldd`. Undefined for any other file, and for
 * one that cannot be read. Source of the layout: elf(5).
 */
export function readElf(path: string): Elf | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return parse(file);
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function parse(file: number): Elf | undefined {
  const bytes = (at: number, size: number) => {
    const data = Buffer.alloc(Math.min(Math.max(size, 0), LARGEST));
    return data.subarray(0, readSync(file, data, 0, data.length, at));
  };
  const head = bytes(0, 64);
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46 || head[4] !== 2) return undefined;
  const isLittle = head[5] === 1;
  const short = (data: Buffer, at: number) => (isLittle ? data.readUInt16LE(at) : data.readUInt16BE(at));
  const word = (data: Buffer, at: number) => (isLittle ? data.readUInt32LE(at) : data.readUInt32BE(at));
  const long = (data: Buffer, at: number) =>
    Number(isLittle ? data.readBigUInt64LE(at) : data.readBigUInt64BE(at));
  const [size, count] = [short(head, 54), short(head, 56)];
  const table = bytes(long(head, 32), size * count);
  const segments = Array.from({ length: size < 56 ? 0 : Math.floor(table.length / size) }, (_, i) => ({
    type: word(table, i * size),
    offset: long(table, i * size + 8),
    address: long(table, i * size + 16),
    size: long(table, i * size + 32),
  }));
  const segment = (type: number) => segments.find((one) => one.type === type);
  const loader = segment(PT_INTERP);
  const interpreter =
    loader === undefined
      ? undefined
      : bytes(loader.offset, loader.size).toString('latin1').replace(/\0.*$/s, '');
  const isProgram = short(head, 16) === 2 || interpreter !== undefined;
  const dynamic = segment(PT_DYNAMIC);
  const entries: { tag: number; value: number }[] = [];
  if (dynamic !== undefined) {
    const data = bytes(dynamic.offset, dynamic.size);
    for (let at = 0; at + 16 <= data.length && long(data, at) !== 0; at += 16)
      entries.push({ tag: long(data, at), value: long(data, at + 8) });
  }
  const values = (tag: number) => entries.filter((one) => one.tag === tag).map(({ value }) => value);
  const [address = 0] = values(DT.strtab);
  const place = segments.find(
    (one) => one.type === PT_LOAD && address >= one.address && address < one.address + one.size,
  );
  const strings =
    place === undefined
      ? Buffer.alloc(0)
      : bytes(address - place.address + place.offset, values(DT.strsz)[0] ?? 0);
  const text = (at: number) =>
    strings.subarray(at).toString('latin1', 0, Math.max(strings.indexOf(0, at) - at, 0));
  return {
    needed: values(DT.needed).map(text),
    paths: [...values(DT.runpath), ...values(DT.rpath)].flatMap((at) => text(at).split(':')).filter(Boolean),
    interpreter,
    names: () => strings.toString('latin1').split('\0'),
    isProgram,
  };
}

/** No program has more libraries than this. */
const MOST = 2000;

/**
 * The libraries that a program needs, and those that they need in turn, by name; with their paths, if they are found here. `more`:
 * folders that come before the system's (LD_LIBRARY_PATH).
 */
export function librariesOf(
  program: string,
  more: readonly string[],
): ReadonlyMap<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  const waiting: { path: string; inherited: readonly string[] }[] = [{ path: program, inherited: [] }];
  const system = [...more, ...systemFolders()];
  for (let one = waiting.pop(); one !== undefined && found.size < MOST; one = waiting.pop()) {
    const elf = readElf(one.path);
    if (elf === undefined) continue;
    const origin = dirname(realpath(one.path));
    const own = elf.paths.map((path) => path.replaceAll(/\$(?:ORIGIN|\{ORIGIN\})/g, origin));
    const folders = [...own, ...one.inherited];
    for (const name of elf.needed) {
      if (found.has(basename(name))) continue;
      const path = isAbsolute(name)
        ? name
        : [...folders, ...system]
            .map((folder) => join(folder, name))
            .find((path) => readElf(path) !== undefined);
      found.set(basename(name), path);
      if (path !== undefined) waiting.push({ path, inherited: folders });
    }
  }
  return found;
}

function realpath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path);
  }
}

let known: readonly string[] | undefined;

/** Where the loader looks by default: /etc/ld.so.conf and the files that it includes, and its built-in folders. */
function systemFolders(): readonly string[] {
  const lines = (path: string): string[] => {
    try {
      return readFileSync(path, 'utf8').split('\n');
    } catch {
      return [];
    }
  };
  const parts = (() => {
    try {
      return readdirSync('/etc/ld.so.conf.d').filter((name) => name.endsWith('.conf'));
    } catch {
      return [];
    }
  })();
  known ??= [
    ...['/etc/ld.so.conf', ...parts.map((name) => join('/etc/ld.so.conf.d', name))]
      .flatMap(lines)
      .map((line) => line.trim())
      .filter((line) => line.startsWith('/')),
    '/lib64',
    '/usr/lib64',
    '/lib',
    '/usr/lib',
  ];
  return known;
}
