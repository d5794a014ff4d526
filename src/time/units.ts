/** A unit that may directly follow a count: `10min`, `4GiB`. */
export interface Unit {
  readonly name: string;
  /** Seconds for a time, bytes for a size. */
  readonly factor: number;
}

/** Largest first: formatting takes the first that divides. */
export const TIME_UNITS: readonly Unit[] = [
  { name: 'd', factor: 86_400 },
  { name: 'h', factor: 3_600 },
  { name: 'min', factor: 60 },
  { name: 's', factor: 1 },
];

/** Largest first. Binary units only: Slurm's own `G` is 1024^3 as well. */
export const SIZE_UNITS: readonly Unit[] = [
  { name: 'TiB', factor: 1024 ** 4 },
  { name: 'GiB', factor: 1024 ** 3 },
  { name: 'MiB', factor: 1024 ** 2 },
  { name: 'KiB', factor: 1024 },
];

/** What people also write, in lower case, and the unit that they mean. */
export const TIME_WORDS: Readonly<Record<string, string>> = {
  s: 's',
  sec: 's',
  secs: 's',
  second: 's',
  seconds: 's',
  min: 'min',
  mins: 'min',
  minute: 'min',
  minutes: 'min',
  h: 'h',
  hr: 'h',
  hrs: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
};

/** The unit of that name, exactly as the language spells it. */
export function unitNamed(units: readonly Unit[], name: string): Unit | undefined {
  return units.find((unit) => unit.name === name);
}

/** The count and the largest unit that express `amount` without a fraction, if any unit divides it. */
export function largestExact(units: readonly Unit[], amount: number): string | undefined {
  const unit = units.find((one) => amount >= one.factor && amount % one.factor === 0);
  return unit === undefined ? undefined : `${amount / unit.factor}${unit.name}`;
}
