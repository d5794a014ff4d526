import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  code,
  comment,
  directive,
  hereDocument,
  number,
  pathWord,
  ShellText,
  word,
} from '../../src/emit/shell-text.ts';
import { template } from '../../src/emit/template.ts';
import { assetModule } from '../../tools/assets.mjs';

/** What bash makes of shell text: the arguments that a command gets. */
const argumentsOf = (text: string, env: Record<string, string> = {}) =>
  spawnSync('bash', ['-c', `printf '%s\\0' ${text}`], {
    env: { PATH: '/usr/bin:/bin', ...env },
    encoding: 'utf8',
  })
    .stdout.split('\0')
    .slice(0, -1);

const anything = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));

describe('shell text', () => {
  test('a word is one argument, byte for byte', () => {
    fc.assert(
      fc.property(fc.array(anything, { minLength: 1, maxLength: 8 }), (values) => {
        expect(argumentsOf(values.map((value) => word(value).text).join(' '))).toEqual(values);
      }),
      { numRuns: 60 },
    );
  });

  test('a path expands its variables, quoted, and nothing else', () => {
    const path = pathWord([
      { kind: 'variable', name: 'ROOT' },
      { kind: 'text', text: '/$ROOT *' },
    ]);
    expect(argumentsOf(path.text, { ROOT: '/a  b/*' })).toEqual(['/a  b/*/$ROOT *']);
    expect(argumentsOf(pathWord([]).text)).toEqual(['']);
  });

  test('a here-document ends where its text ends, whatever stands in it', () => {
    const { body, delimiter } = hereDocument("RUN\n RUN\nRUN_1\n$(x) `y` \\ '");
    expect(delimiter.text).toBe('RUN_2');
    expect(body.text.endsWith('\n')).toBe(true);
  });

  test('a comment stays one', () => {
    expect(comment('a\nrm -rf /\r\u2028b').text).toBe('a rm -rf /  b');
  });

  test.each([
    'a b',
    'a#b',
    'a"b',
    "a'b",
    'a\\b',
    'a$b',
    'a\nb',
    '',
  ])('an #SBATCH value of %j is refused', (value) => {
    expect(() => directive('--account', value)).toThrow('#SBATCH line has no quotes');
  });

  test('NUL, and numbers that are none, are refused', () => {
    for (const make of [
      () => word('a\0b'),
      () => hereDocument('\0'),
      () => number(-1),
      () => number(1.5),
      () => number(Number.NaN),
    ])
      expect(make).toThrow();
  });

  test('nobody else makes shell text', () => {
    expect(() => new ShellText('code', 'rm -rf /', Symbol('mine'))).toThrow('only the functions');
  });
});

describe('a template', () => {
  const render = (source: string, view: object) => {
    const compiled = assetModule('x.hbs', source)?.replace(/^export default|;$/g, '');
    // biome-ignore lint/security/noGlobalEval: what the build writes into a module
    return template(eval(`(${compiled})`))(view);
  };

  test('prints shell text of the kind it names, and nothing else', () => {
    expect(render('x={{word a}}', { a: word("it's") })).toBe("x='it'\\''s'");
    expect(() => render('{{word a}}', { a: "it's" })).toThrow('not a shell word');
    expect(() => render('{{word a}}', {})).toThrow();
    expect(() => render('{{word a}}', { a: code`rm` })).toThrow('not a shell word');
    expect(() => render('{{#each a}}{{/each}}', {})).toThrow('there is no a');
  });

  test('repeats and branches', () => {
    const source = `{{#each a}}
{{#unless @first}}, {{/unless}}{{#each b}}{{word this}}{{/each}}
{{/each}}
{{#if a}}
some
{{else}}
none
{{/if}}
`;
    const of = (...all: string[][]) => ({ a: all.map((b) => ({ b: b.map(word) })) });
    expect(render(source, of(['x', 'y'], [], ['z']))).toBe('xy\n, \n, z\nsome\n');
    expect(render(source, of())).toBe('none\n');
  });

  test.each([
    '{{a}}',
    '{{{a}}}',
    '{{&a}}',
    '{{word a b}}',
    '{{> part}}',
    '{{#with a}}{{/with}}',
    '{{#if a}}{{a}}{{/if}}',
    '{{lookup a "b"}}',
  ])('%s does not get through the build', (source) => {
    expect(() => assetModule('x.hbs', source)).toThrow(/x\.hbs:1: /);
  });
});
