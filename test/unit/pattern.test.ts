import { describe, expect, test } from 'vitest';
import { includes, readPattern } from '../../src/check/pattern.ts';

const does = (pattern: string, other: string) => {
  const [one, two] = [readPattern(pattern), readPattern(other)];
  return one !== undefined && two !== undefined && includes(one, two);
};

describe('a pattern of files includes another', () => {
  test.for([
    ['a', 'a'],
    ['./a', 'a/'],
    ['*', 'a'],
    ['*', 'a/b/c'],
    ['.', 'a/b'],
    ['a', 'a/b'],
    ['a*', 'a*'],
    ['a*', 'ab*c'],
    ['*a*', '*ba'],
    ['a?c', 'abc'],
    ['a*', 'a?c'],
    ['[0-9]*', '42'],
    ['[0-9]*', '[0-9]*'],
    ['[!a-c]x', 'dx'],
    ['**', 'a/b'],
    ['**/x', 'x'],
    ['**/x', 'a/b/x'],
    ['**/*.rst', 'a/**/*.rst'],
    ['a/**/b', 'a/b'],
    ['a/*', 'a/b/c'],
    ['.*', '.a'],
    ['save*', 'save.lock'],
  ])('%s includes %s', ([pattern, other]) => expect(does(pattern ?? '', other ?? '')).toBe(true));

  test.for([
    ['a', 'b'],
    ['a', 'ab'],
    ['a/b', 'a'],
    ['a*', '*'],
    ['*.rst', 'a'],
    ['melt.restart.*', '*.lammpstrj'],
    ['*.lammpstrj', 'melt.restart.*'],
    ['a?', 'a*'],
    ['*', '.a'],
    ['**', '.a/b'],
    ['**/x', 'a/y'],
    ['*/x', 'x'],
    ['[0-9]*', 'a'],
    ['[!a-c]x', 'ax'],
    ['[[:digit:]]', '1'],
    ['a\\*', 'a*'],
    ['@(a|b)', 'a'],
    ['A', 'a'],
  ])('%s does not, or may not, include %s', ([pattern, other]) =>
    expect(does(pattern ?? '', other ?? '')).toBe(false));
});
