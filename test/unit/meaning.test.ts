import { describe, expect, test } from 'vitest';
import { conflictsIn, versionsOf } from '../../src/syntax/conflict.ts';
import { meaningOf } from '../../src/syntax/meaning.ts';
import { cases, readCase } from '../support/cases.ts';
import { type CompileInputs, compile } from '../support/compile.ts';

// A manifest has the checksum of what a flow says. Outputs depend on nothing else in it.
const good = cases.filter((name) => name.startsWith('good-') && name !== 'good-file-of-names');
const isFlow = (file: string) => file.endsWith('.crflow');

/** Comments and blank lines above and below, and CRLF: nothing that a flow says. */
const others = (file: string, written: string) => {
  const text = written.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n');
  return isFlow(file)
    ? `\uFEFF/* a\n comment */\n\n// another\n${text}\n\n// one more`.replaceAll('\n', '\r\n')
    : text;
};

const artifacts = ({ source, given }: { source: { name: string; text: string }; given: CompileInputs }) =>
  compile(source, given).flows.flatMap(({ script, imageFiles }) =>
    [script, ...imageFiles].map(({ name, text }) => [name, text]),
  );

test.each(good)('comments, blanks and line ends change no output: %s', (name) => {
  const [plain, commented] = [readCase(name), readCase(name, others)];
  const made = artifacts(plain);
  expect(made.length).toBeGreaterThan(0);
  expect(artifacts(commented)).toEqual(made);
  expect(meaningOf(commented.source)).toBe(meaningOf(plain.source));
});

test('what a flow says has one meaning: strings, words and their order count', () => {
  const meaning = (text: string) => meaningOf({ name: 'a.crflow', text });
  const texts = ['a b', 'ab', 'b a', '"a b"', '"a  b"', '"a // b"', '"""\na\n"""', '"""\n\na\n"""', ''];
  expect(new Set(texts.map(meaning)).size).toBe(texts.length);
});

describe('conflicts of git', () => {
  const text = 'a\n<<<<<<< HEAD\nb\n||||||| base\nc\n=======\nd\n>>>>>>> other\ne\n';

  test.each([text, text.replaceAll('\n', '\r\n')])('are found, and both versions: %j', (text) => {
    expect(
      conflictsIn(text).map(({ start, middle, end }) =>
        [start, middle, end].map((one) => text.slice(one.start, one.end)),
      ),
    ).toEqual([['<<<<<<<', '=======', '>>>>>>>']]);
    const lines = versionsOf(text).map((one) => one.split(/\r?\n/).filter((line) => line !== ''));
    expect(lines).toEqual([
      ['a', 'b', 'e'],
      ['a', 'd', 'e'],
    ]);
  });

  test.each([
    ['a heading', 'Title\n=======\n'],
    ['in the middle of a line', 'x <<<<<<< a\n=======\n>>>>>>> b\n'],
    ['more of them', '<<<<<<<< a\n=======\n>>>>>>> b\n'],
  ])('no conflict: %s', (_, text) => {
    expect(conflictsIn(text)).toEqual([]);
  });
});
