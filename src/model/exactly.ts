type Plain = string | number | boolean | null | undefined | readonly unknown[];

/** The parts of any of several types. */
type PartOf<Shape> = Shape extends unknown ? keyof Shape : never;
type Part<Shape, Name> = Shape extends unknown ? (Name extends keyof Shape ? Shape[Name] : never) : never;

/** `Made`, without what `Shape` does not have, in it and in its parts. Lists are left alone. */
type Exact<Made, Shape> = Made extends Plain
  ? Made
  : { [Name in keyof Made]: Name extends PartOf<Shape> ? Exact<Made[Name], Part<Shape, Name>> : never };

/**
 * `exactly<Shape>()(made)` returns `made`. A part that the shape does not have is a type error, also where TypeScript itself does not notice it:
 * in a spread, as `...(nice === undefined ? {} : { nice })`.
 */
export const exactly =
  <Shape>() =>
  <const Made extends Shape>(made: Made & Exact<Made, Shape>): Shape =>
    made;
