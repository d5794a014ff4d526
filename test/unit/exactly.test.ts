import { expect, test } from 'vitest';
import { exactly } from '../../src/model/exactly.ts';

interface Shape {
  readonly a: number;
  readonly b?: string;
  readonly inner: { readonly c?: number };
  readonly either: { readonly how: 'x'; readonly x: number } | { readonly how: 'y' } | null;
}

const given = Number('1') as number | undefined;
const base: Shape = { a: 1, inner: {}, either: null };

// `npm run check:types` is what would fail here: each of these has a part that the shape lacks, where TypeScript itself accepts it.
test('a part that the shape lacks is a type error, also in a spread', () => {
  const fine = exactly<Shape>()({
    ...base,
    ...(given === undefined ? {} : { b: 'b' }),
    inner: { ...(given && { c: given }) },
    either: { how: 'x', x: 2 },
  });
  expect(fine).toEqual({ a: 1, b: 'b', inner: { c: 1 }, either: { how: 'x', x: 2 } });
  // @ts-expect-error: `nice` is not in Shape
  exactly<Shape>()({ ...base, ...(given === undefined ? {} : { nice: given }) });
  // @ts-expect-error: `nice` is not in Shape['inner']
  exactly<Shape>()({ ...base, inner: { ...(given && { nice: given }) } });
  // @ts-expect-error: no member of Shape['either'] has `nice`
  exactly<Shape>()({ ...base, either: { how: 'x', x: 2, ...(given && { nice: given }) } });
});
