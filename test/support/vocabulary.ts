import type { KeySpec } from '../../src/language/vocabulary/index.ts';

/** The default of a key as the reference shows it. */
export const defaultOf = ({ byDefault, default: text }: KeySpec): string | undefined =>
  text ?? byDefault?.toString();
