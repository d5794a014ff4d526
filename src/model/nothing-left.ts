/**
 * Takes the rest of a destructured object, which must be empty: `const { a, b, ...rest } = all; nothingLeft(rest)`. If
 * something is added to `all` later and not used there, that is then a type error. (The linter reports a part that is named and not
 * used.)
 */
export const nothingLeft = (_rest: Readonly<Record<string, never>>): void => {};
