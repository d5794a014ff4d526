/** The checksum that POSIX's `cksum` prints: a CRC of the bytes and then of their number. */
export function cksum(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) ^ (TABLE[(crc >>> 24) ^ byte] ?? 0)) >>> 0;
  for (let rest = bytes.length; rest > 0; rest = Math.floor(rest / 256))
    crc = ((crc << 8) ^ (TABLE[((crc >>> 24) ^ rest) & 0xff] ?? 0)) >>> 0;
  return ~crc >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let crc = i << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  return crc >>> 0;
});
