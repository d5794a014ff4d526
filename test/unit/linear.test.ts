import { afterEach, describe, expect, test, vi } from 'vitest';
import { suggestName } from '../../src/diagnostics/suggest.ts';
import type { StringSegment, StringValue } from '../../src/model/ast.ts';
import { spanInside } from '../../src/model/text.ts';
import { FlowParser } from '../../src/syntax/grammar.ts';
import { parseTokensOf } from '../../src/syntax/parse.ts';
import { readTree } from '../../src/syntax/read-tree.ts';

// What a text of twice the length costs is counted, not timed: twice as much, or twice and a few steps for each look-up.
afterEach(() => vi.restoreAllMocks());

/** How often an item of the array is asked for while something is done with it. */
function reads<T>(items: readonly T[], use: (items: readonly T[]) => void): number {
  let count = 0;
  const counting = new Proxy(items, {
    get: (target, key, receiver) => {
      if (typeof key === 'string' && /^\d+$/.test(key)) count += 1;
      return Reflect.get(target, key, receiver);
    },
  });
  use(counting);
  return count;
}

describe('twice the text takes twice the steps', () => {
  const one = (body: string) => `crflow 1\nworkflow a {\n${body}\n}\n`;
  test.each<[string, (count: number) => string]>([
    ['lets', (count) => `crflow 1\n${'let a = 3h + 2min\n'.repeat(count)}`],
    ['blocks of a line', (count) => one('b { c = 1 } '.repeat(count))],
    ['items of a list', (count) => one(`b = [${'"x", '.repeat(count)}]`)],
    ['mistakes', (count) => one('@ a = 1 '.repeat(count))],
    ['keys without a value', (count) => one('a =\n'.repeat(count))],
    ['opening braces', (count) => one('a {\n'.repeat(count))],
  ])('to read the tokens of a text, %s', (_, text) => {
    const looks = (count: number) => {
      // What Chevrotain does with each token, it does after a look at it; it reads only texts with mistakes that nothing mended.
      const look = vi.spyOn(FlowParser.prototype as unknown as { LA: (ahead: number) => unknown }, 'LA');
      const { tokens } = parseTokensOf({ name: 'a.crflow', text: text(count) });
      const { length } = look.mock.calls;
      look.mockRestore();
      return length + reads(tokens, readTree);
    };
    expect(looks(400)).toBeGreaterThan(400);
    expect(looks(800)).toBeLessThanOrEqual(2.1 * looks(400) + 100);
  });

  test('the place of each command in a text of many {{names}}', () => {
    const segmentsRead = (count: number) => {
      const segments = Array.from(
        { length: count },
        (_, i): StringSegment => ({ text: 'ab', escaped: false, span: { start: 2 * i, end: 2 * i + 2 } }),
      );
      return reads(segments, (counted) => {
        const value = { segments: counted, span: { start: 0, end: 2 * count } } as StringValue;
        for (let at = 0; at < 2 * count; at++)
          expect(spanInside(value, at, at + 1)).toEqual({ start: at, end: at + 1 });
      });
    };
    expect(segmentsRead(1000)).toBeLessThanOrEqual(2.1 * segmentsRead(500));
  });

  test('the names that unknown ones are compared with', () => {
    const namesRead = (count: number) =>
      reads(
        Array.from({ length: count }, (_, i) => `x${i}`),
        (names) => {
          for (let i = 0; i < count; i++) suggestName(`y${i}`, names);
        },
      );
    expect(namesRead(2000)).toBeLessThanOrEqual(2.1 * namesRead(1000));
  });
});
