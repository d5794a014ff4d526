/** A 64-bit ELF file that has a dynamic section and nothing to run. */
export function elf(of: {
  readonly needed?: readonly string[];
  /** What it looks up when it is loaded. */
  readonly names?: readonly string[];
  readonly runpath?: string;
  readonly interpreter?: string;
  readonly isLittle?: boolean;
}): Buffer {
  const { needed = [], names = [], runpath, interpreter, isLittle = true } = of;
  const strings = ['', ...needed, ...names, ...(runpath === undefined ? [] : [runpath])];
  const offsets: number[] = [];
  let table = '';
  for (const one of strings) {
    offsets.push(table.length);
    table += `${one}\0`;
  }
  const loader = interpreter === undefined ? '' : `${interpreter}\0`;
  const at = { headers: 64, loader: 64 + 3 * 56, strings: 64 + 3 * 56 + loader.length, dynamic: 0 };
  at.dynamic = at.strings + table.length;
  const base = 0x400000;
  const entries: [number, number][] = [
    ...needed.map((_, i): [number, number] => [1, offsets[i + 1] ?? 0]),
    ...(runpath === undefined ? [] : [[29, offsets.at(-1) ?? 0] as [number, number]]),
    [5, base + at.strings],
    [10, table.length],
    [0, 0],
  ];
  const data = Buffer.alloc(at.dynamic + entries.length * 16);
  const short = (value: number, to: number) =>
    isLittle ? data.writeUInt16LE(value, to) : data.writeUInt16BE(value, to);
  const word = (value: number, to: number) =>
    isLittle ? data.writeUInt32LE(value, to) : data.writeUInt32BE(value, to);
  const long = (value: number, to: number) =>
    isLittle ? data.writeBigUInt64LE(BigInt(value), to) : data.writeBigUInt64BE(BigInt(value), to);
  data.write('\x7fELF', 'latin1');
  data[4] = 2;
  data[5] = isLittle ? 1 : 2;
  short(3, 16);
  long(at.headers, 32);
  short(56, 54);
  short(3, 56);
  const segments = [
    [1, 0, base, data.length],
    [loader === '' ? 0 : 3, at.loader, base + at.loader, loader.length],
    [2, at.dynamic, base + at.dynamic, entries.length * 16],
  ] as const;
  segments.forEach(([type, offset, address, size], i) => {
    const to = at.headers + i * 56;
    word(type, to);
    long(offset, to + 8);
    long(address, to + 16);
    long(size, to + 32);
  });
  data.write(loader, at.loader, 'latin1');
  data.write(table, at.strings, 'latin1');
  entries.forEach(([tag, value], i) => {
    long(tag, at.dynamic + i * 16);
    long(value, at.dynamic + i * 16 + 8);
  });
  return data;
}
