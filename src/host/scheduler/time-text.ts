/** A time as Slurm prints it: local, `2026-11-28T22:00:00`, or in the format of SLURM_TIME_FORMAT, whose letters are those of strftime. */
export function timeText(epochMilliseconds: number, format = '%FT%T'): string {
  const date = new Date(epochMilliseconds);
  const two = (number: number) => String(number).padStart(2, '0');
  const zone = -date.getTimezoneOffset();
  const parts: Readonly<Record<string, string>> = {
    F: `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    T: `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`,
    z: `${zone < 0 ? '-' : '+'}${two(Math.floor(Math.abs(zone) / 60))}${two(Math.abs(zone) % 60)}`,
    s: String(Math.floor(epochMilliseconds / 1000)),
    Y: String(date.getFullYear()),
    m: two(date.getMonth() + 1),
    d: two(date.getDate()),
    H: two(date.getHours()),
    M: two(date.getMinutes()),
    S: two(date.getSeconds()),
  };
  const usual = format === 'standard' ? '%FT%T' : format;
  return usual.replaceAll(/%([A-Za-z])/g, (all, letter: string) => parts[letter] ?? all);
}
