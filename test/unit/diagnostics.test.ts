import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { catalogue } from '../../src/diagnostics/catalogue.ts';
import {
  defineDiagnostics,
  diagnose,
  error,
  sortDiagnostics,
  summary,
  warning,
} from '../../src/diagnostics/define.ts';
import { toJson } from '../../src/diagnostics/json.ts';
import { linesOf, positionAt } from '../../src/diagnostics/position.ts';
import { render } from '../../src/diagnostics/render.ts';
import { editDistance, suggest } from '../../src/diagnostics/suggest.ts';
import { quote } from '../../src/diagnostics/words.ts';
import { renderAll } from '../support/render.ts';

const kind = error<{ what: string }>()('CRF990', 'A test', {
  title: ({ what }) => `${what} is wrong`,
  label: () => 'here',
  notes: () => ['it matters'],
  help: () => ['do this'],
});
const frame = (text: string, start: number, end: number) =>
  render(diagnose(kind, { what: 'x' }, { file: 'f', at: { start, end } }), { name: 'f', text });

describe('the catalogue', () => {
  test('codes are unique, and each says what it is about', () => {
    const codes = catalogue.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).toEqual([...codes].sort());
    for (const { about } of catalogue) expect(about).toMatch(/^\S.*[^.]$/);
  });

  test('a family keeps to its range', () => {
    const one = error()('CRF901', 'A', { title: () => 'a' });
    expect(defineDiagnostics(900, 999, { one }).one).toBe(one);
    expect(() => defineDiagnostics(1, 99, { one })).toThrow('CRF901');
  });
});

describe('frames', () => {
  test('a span is underlined', () => {
    expect(frame('one\ntwo three\n', 8, 13)).toBe(
      [
        'error[CRF990]: x is wrong',
        '  ┌─ f:2:5',
        '  │',
        '2 │ two three',
        '  │     ^^^^^ here',
        '  │',
        '  = note: it matters',
        '  = help: do this',
      ].join('\n'),
    );
  });

  const marks = (text: string, start: number, end: number) => frame(text, start, end).split('\n').slice(3, 5);

  test.each([
    ['tabs are blanks up to the next stop', '\ta\tb', 3, 4, ['1 │     a   b', '  │         ^ here']],
    ['wide characters take two columns', '水 x', 0, 1, ['1 │ 水 x', '  │ ^^ here']],
    ['and push what follows', '水x', 1, 2, ['1 │ 水x', '  │   ^ here']],
    ['combining marks take none', 'e\u0301x', 2, 3, ['1 │ e\u0301x', '  │  ^ here']],
    ['emoji are two offsets and two columns', '🙂x', 2, 3, ['1 │ 🙂x', '  │   ^ here']],
    ['control characters cannot steer the terminal', 'a\u001B[1mb', 0, 1, ['1 │ a\uFFFD[1mb', '  │ ^ here']],
    ['nor can bidirectional ones', 'a\u202Eb', 2, 3, ['1 │ a\uFFFDb', '  │   ^ here']],
    ['an empty span is one caret', 'abc', 3, 3, ['1 │ abc', '  │    ^ here']],
    ['of several lines the first is shown', 'abc\ndef\n', 1, 6, ['1 │ abc', '  │  ^^ here']],
    ['a CR before the line end is not shown', 'abc\r\nd', 0, 5, ['1 │ abc', '  │ ^^^ here']],
    ['a byte order mark is no column', '\uFEFFabc', 1, 2, ['1 │ abc', '  │ ^ here']],
    ['the end of an empty text', '', 0, 0, ['1 │', '  │ ^ here']],
  ])('%s', (_, text, start, end, expected) => expect(marks(text, start, end)).toEqual(expected));

  test('long lines are cut around the span', () => {
    const text = `${'a'.repeat(500)}XYZ${'b'.repeat(500)}`;
    const [line = '', mark = ''] = marks(text, 500, 503);
    expect(line.length).toBeLessThanOrEqual(100);
    expect(line.slice(mark.indexOf('^'), mark.lastIndexOf('^') + 1)).toBe('XYZ');
    expect(line).toMatch(/^1 │ …a+XYZb+…$/);
  });

  test('of a line that is far longer than a window, only what is near the span is drawn', () => {
    const before = '水\t🙂e\u0301'.repeat(60_000);
    const text = `${before}XYZ${before}`;
    const drawn = vi.spyOn(RegExp.prototype, 'test');
    const [line = '', mark = ''] = marks(text, before.length, before.length + 3);
    const { length } = drawn.mock.calls;
    drawn.mockRestore();
    expect(length).toBeLessThan(20_000);
    expect(line).toMatch(/^1 │ ….+XYZ.+…$/);
    expect(mark).toMatch(/ \^\^\^ here$/);
  });

  test('a span wider than the window does not break the frame', () => {
    const [line = '', mark = ''] = marks('x'.repeat(1000), 10, 990);
    expect(line.length).toBeLessThanOrEqual(100);
    expect(mark.replace(' here', '').length).toBeLessThanOrEqual(101);
  });

  test('related places stand in order, with dots for the lines between', () => {
    const one = diagnose(
      kind,
      { what: 'x' },
      { file: 'f', at: { start: 6, end: 7 }, related: [{ span: { start: 0, end: 1 }, text: 'first' }] },
    );
    expect(render(one, { name: 'f', text: 'a\nb\nc\nd' }).split('\n').slice(3, 8)).toEqual([
      '1 │ a',
      '  │ - first',
      '  ·',
      '4 │ d',
      '  │ ^ here',
    ]);
  });

  test('notes are wrapped to 100 columns', () => {
    const long = error()('CRF991', 'A', { title: () => 't', notes: () => ['word '.repeat(50).trim()] });
    const lines = render(diagnose(long, undefined), { name: 'f', text: '' }).split('\n');
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
  });

  test('colour is asked for', () => {
    const one = diagnose(kind, { what: 'x' }, { file: 'f', at: { start: 0, end: 1 } });
    const source = { name: 'f', text: 'abc' };
    const colored = render(one, source, { color: true });
    expect(colored).toContain('\u001B[1;31merror[CRF990]\u001B[0m');
    expect(colored.replaceAll(/\u001B\[[0-9;]*m/g, '')).toBe(render(one, source));
  });

  test('any span of any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(), fc.nat(), (text, a, b) => {
        const [start, end] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y) as [
          number,
          number,
        ];
        expect(frame(text, start, end)).toContain('^');
      }),
    );
  });
});

describe('lists of findings', () => {
  const at = (start: number) =>
    diagnose(kind, { what: String(start) }, { file: 'f', at: { start, end: start } });
  const warn = diagnose(warning()('CRF992', 'A', { title: () => 'w' }), undefined);

  test('are sorted by place, those without one first', () => {
    expect(sortDiagnostics([at(5), at(1), warn]).map(({ title }) => title)).toEqual([
      'w',
      '1 is wrong',
      '5 is wrong',
    ]);
  });

  test('are summed up', () => {
    expect(summary([at(1), at(2), warn])).toBe('2 errors, 1 warning');
    expect(summary([warn, warn])).toBe('2 warnings');
    expect(summary([])).toBe('no findings');
  });

  test('are rendered with a blank line between', () => {
    expect(renderAll([], { name: 'f', text: '' })).toBe('');
    expect(renderAll([warn, warn], { name: 'f', text: '' })).toBe(
      'warning[CRF992]: w\n\nwarning[CRF992]: w\n',
    );
  });
});

describe('JSON', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../specs/diagnostics.schema.json', import.meta.url), 'utf8'),
  );
  const valid = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

  test('counts lines and columns from 1, in code points', () => {
    const text = 'ä🙂x\nb';
    const one = diagnose(kind, { what: 'x' }, { file: 'f', at: { start: 3, end: 6 } });
    expect(toJson(one, { name: 'f', text }).at).toEqual({
      line: 1,
      column: 3,
      utf16Column: 4,
      utf16EndColumn: 2,
      endLine: 2,
      endColumn: 2,
      text: 'here',
    });
  });

  test('fits its schema', () => {
    const source = { name: 'f', text: 'abc' };
    const related = [{ span: { start: 1, end: 2 }, text: '' }];
    const all = [
      diagnose(kind, { what: 'x' }),
      diagnose(kind, { what: 'x' }, { file: 'f', at: { start: 0, end: 1 }, related }),
    ];
    const printed = (diagnostics: unknown[]) =>
      JSON.parse(JSON.stringify({ format: 1, diagnostics, outputs: [] }));
    expect(valid(printed(all.map((one) => toJson(one, source))))).toBe(true);
    expect(valid(printed([{ code: 'X' }]))).toBe(false);
  });
});

test('positions', () => {
  const lines = linesOf('\uFEFFab\r\n🙂c\n');
  expect([1, 2, 3, 5, 7, 8, 9, 99].map((offset) => positionAt(lines, offset))).toEqual([
    { line: 1, column: 1 },
    { line: 1, column: 2 },
    { line: 1, column: 3 },
    { line: 2, column: 1 },
    { line: 2, column: 2 },
    { line: 2, column: 3 },
    { line: 3, column: 1 },
    { line: 3, column: 1 },
  ]);
});

test('quoted text is visible and short', () => {
  expect(quote('a\tb\u001B\u202E')).toBe('`a\\tb\\u{1b}\\u{202e}`');
  expect([...quote('x'.repeat(100))]).toHaveLength(62);
});

describe('suggestions', () => {
  const known = [
    { name: 'interval' },
    { name: 'time', aliases: ['walltime'] },
    { name: 'time_min' },
    { name: 'qos' },
  ];

  test.each([
    ['intervall', 'interval'],
    ['intreval', 'interval'],
    ['INTERVAL', 'interval'],
    ['walltime', 'time'],
    ['Wall_Time', 'time'],
    ['time-min', 'time_min'],
    ['timemin', 'time_min'],
    ['qso', 'qos'],
    ['xyz', undefined],
    ['', undefined],
    ['a', undefined],
  ])('%s: %s', (written, expected) => expect(suggest(written, known)).toBe(expected));

  test('of more than 200 names only 200 that start alike are looked at', () => {
    const others = Array.from({ length: 300 }, (_, i) => ({ name: `x${i}` }));
    expect(suggest('water_bix', [...others, { name: 'water_box' }])).toBe('water_box');
    expect(suggest('Walltime', [...others, { name: 'time', aliases: ['walltime'] }])).toBe('time');
    expect(suggest('qater_box', [...others, { name: 'water_box' }])).toBeUndefined();
    let looked = 0;
    const counted = Array.from({ length: 5000 }, (_, i) => ({
      get name() {
        looked += 1;
        return `x_${i}`;
      },
    }));
    suggest('xylophone', counted);
    // Once each for its first letter, and then 200 of them as often as a comparison needs them.
    expect(looked).toBeLessThan(5000 + 200 * 10);
  });

  test('the distance is symmetric, bounded, and 0 only for the same', () => {
    const word = fc.stringMatching(/^[a-c]{0,6}$/);
    fc.assert(
      fc.property(word, word, fc.nat(6), (a, b, bound) => {
        const distance = editDistance(a, b, bound);
        expect(distance).toBe(editDistance(b, a, bound));
        if (distance !== undefined) expect(distance).toBeLessThanOrEqual(bound);
        expect(distance === 0).toBe(a === b);
        expect(editDistance(a, b, 6)).toBeDefined();
      }),
    );
  });
});
