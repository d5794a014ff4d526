/**
 * Takes the rest of an object that was taken apart, which must be empty: `const { a, b, ...rest } = all; nothingLeft(rest)`. What
 * is added to `all` later, and used nowhere, is then an error of types there. (A part that is named and not used is one of the
 * linter.)
 */
export const nothingLeft = (_rest: Readonly<Record<string, never>>): void => {};
