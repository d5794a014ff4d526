/** The greatest of many numbers, at least `least`. `Math.max(...numbers)` fails beyond some 100,000 of them: each is an argument. */
export function greatest(numbers: Iterable<number>, least: number): number {
  let most = least;
  for (const one of numbers) if (one > most) most = one;
  return most;
}
