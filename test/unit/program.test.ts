import { describe, expect, test } from 'vitest';
import type { ReadInclude } from '../../src/program.ts';
import { compile } from '../support/compile.ts';

const rest = `
  application { run = "./a" }
  checkpoint { interval = 10min lead = 2min }
  schedule { time = 2h total = 1d }
`;

/** Files by name; each is itself whatever the path. */
const among =
  (files: Record<string, string>, asked: string[] = []): ReadInclude =>
  (path) => {
    asked.push(path);
    const text = files[path];
    return text === undefined ? { why: 'there is no such file' } : { source: { name: path, text }, id: path };
  };
const codes = (text: string, include: ReadInclude) =>
  compile({ name: 'root.crflow', text }, { include }).diagnostics.map(({ code, file }) => `${file} ${code}`);

describe('what a file includes', () => {
  test('is read once, however many include it', () => {
    const files = {
      a: 'crflow 1\ninclude "c"\nlet a = c',
      b: 'crflow 1\ninclude "c"\nlet b = c',
      c: 'crflow 1\nlet c = 2min',
    };
    const text = `crflow 1\ninclude "a"\ninclude "b"\nlet all = a + b + c\nworkflow w { let x = all ${rest.replace('10min', 'x')} }`;
    const { flows, diagnostics, included } = compile({ name: 'r', text }, { include: among(files) });
    expect(diagnostics).toEqual([]);
    expect(flows[0]?.plan.checkpoint.interval).toBe(360);
    expect(included.map(({ name }) => name)).toEqual(['a', 'c', 'b']);
  });

  test('is seen by those who include it, and by nobody else', () => {
    const files = { a: 'crflow 1\nlet a = b', b: 'crflow 1\nlet b = root' };
    const text = `crflow 1\ninclude "a"\ninclude "b"\nlet root = 1\nworkflow w { ${rest.replace('./a', '{{a}} {{root}}')} }`;
    expect(codes(text, among(files))).toEqual(['a CRF117', 'b CRF117']);
  });

  test('a chain of files is read up to a limit, whatever they are named', () => {
    const endless: ReadInclude = (path) => ({
      source: { name: path, text: `crflow 1\ninclude "${path}x"\n` },
      id: path,
    });
    const found = compile(
      { name: '-', text: `crflow 1\ninclude "x"\nworkflow w { ${rest} }` },
      { include: endless },
    );
    expect(found.diagnostics.map(({ code }) => code)).toEqual(['CRF153']);
    expect(found.included).toHaveLength(199);
  });

  test('nothing is asked for beyond what the text names', () => {
    const asked: string[] = [];
    compile(
      { name: 'd/root.crflow', text: `crflow 1\nworkflow w { ${rest} }` },
      { include: among({}, asked) },
    );
    expect(asked).toEqual([]);
  });
});

describe('--set', () => {
  const text = `crflow 1
param n: Int = 3
param note: String = "x"
workflow w { ${rest.replace('./a', './a {{n}} $note')} }`;
  const compiled = (settings: Record<string, string>) =>
    compile({ name: 'r', text }, { settings: new Map(Object.entries(settings)) });

  test('takes the place of a default, strings to the letter', () => {
    const hostile = '$(touch x) {{n}} \\"\'\n';
    const { flows, diagnostics } = compiled({ n: '7', note: hostile });
    expect(diagnostics).toEqual([]);
    expect(flows[0]?.plan.run.text).toBe('./a 7 $note\n');
    expect(flows[0]?.plan.set).toEqual([{ name: 'note', value: hostile }]);
  });

  test('a value that is wrong for a name declared in two files is reported once', () => {
    const include = among({ a: 'crflow 1\nparam n: Int = 3\n' });
    const { diagnostics } = compile(
      { name: 'r', text: text.replace('\n', '\ninclude "a"\n') },
      { include, settings: new Map([['n', '2h']]) },
    );
    expect(diagnostics.map(({ code }) => code).sort()).toEqual(['CRF119', 'CRF227']);
  });

  test.each([
    [{ n: '' }, 'CRF219'],
    [{ n: '-1' }, 'CRF219'],
    [{ n: '1 + 1' }, 'CRF219'],
    [{ n: 'note' }, 'CRF227'],
    [{ n: '9007199254740992' }, 'CRF224'],
    [{ N: '1' }, 'CRF128'],
  ])('%j is refused', (settings, code) => {
    const { flows, diagnostics, sources } = compiled(settings as Record<string, string>);
    expect([flows, diagnostics.map((one) => one.code)]).toEqual([[], [code]]);
    const { file } = diagnostics[0] ?? {};
    expect(file === undefined || sources.some(({ name }) => name === file)).toBe(true);
  });
});
