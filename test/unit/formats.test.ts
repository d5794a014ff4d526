import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { inFormat } from '../../src/cli/formats.ts';
import { jsonText } from '../../src/diagnostics/json.ts';
import { linesOf } from '../../src/diagnostics/position.ts';
import type { Reported } from '../../src/diagnostics/sarif.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { cases, readCase } from '../support/cases.ts';
import { compile } from '../support/compile.ts';

// What programs read: each format by its own rules, for all findings of all cases.
const root = join(import.meta.dirname, '../..');
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const all: readonly Reported[] = cases.flatMap((name) => {
  const { source, given } = readCase(name);
  const { diagnostics, sources } = compile(source, given);
  return diagnostics.map((one) => ({
    one,
    source: sources.find((each) => each.name === one.file) ?? { name: '', text: '' },
  }));
});
const outcome = (found: readonly Reported[]) => ({
  found,
  linesIn: ({ text }: { text: string }) => linesOf(text),
  checked: ['flow.crflow', 'fine & <good>.crflow'],
  strict: false,
  outputs: [],
  more: {},
});
const finding = (more: Partial<Diagnostic> = {}): Diagnostic => ({
  code: 'CRF901',
  severity: 'error',
  title: 'wrong',
  related: [],
  notes: [],
  help: [],
  fixes: [],
  ...more,
});
const at = (text: string, what: string, more: Partial<Diagnostic> = {}): Reported => {
  const start = text.indexOf(what);
  const span = { start, end: start + what.length };
  return {
    one: finding({ file: 'a.crflow', at: { span, text: '' }, ...more }),
    source: { name: 'a.crflow', text },
  };
};

describe('SARIF', () => {
  // 2.1.0 with its errata, as it is on the pages of the standard. It uses "format": "uri".
  const {
    id: _,
    $schema: __,
    ...schema
  } = read('node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
  const formats = { uri: /^[a-z]+:/, 'uri-reference': /^[\w\-.~:/?#[\]@!$&'()*+,;=%]*$/, 'date-time': /T/ };
  const ajv = new Ajv({ strict: false, unicodeRegExp: false, formats, meta: false, validateSchema: false });
  const sarif = (found: readonly Reported[]) => JSON.parse(inFormat('sarif', outcome(found)));
  const fits = (log: unknown) => expect(ajv.validate(schema, log), ajv.errorsText()).toBe(true);

  test('of all findings fits the schema, with a rule for each code', () => {
    expect(all.length).toBeGreaterThan(300);
    const log = sarif(all);
    fits(log);
    const [{ tool, results }] = log.runs;
    expect(results).toHaveLength(all.length);
    for (const { ruleId, ruleIndex } of results) expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
    for (const { shortDescription } of tool.driver.rules) expect(shortDescription.text).not.toMatch(/^CRF\d/);
    expect(results.some((one: { fixes?: unknown[] }) => one.fixes !== undefined)).toBe(true);
  });

  test('of none, and of a finding without a file or place', () => {
    fits(sarif([]));
    fits(sarif([{ one: finding(), source: { name: '', text: '' } }]));
    fits(sarif([{ one: finding({ file: '/a b/ü%.crflow' }), source: { name: '', text: '' } }]));
  });

  test('places are relative addresses, columns count code points, and fixes are replacements', () => {
    const edit = { span: { start: 3, end: 6 }, text: 'x' };
    const fix = { title: 'write x', certain: true, edits: [edit] };
    const log = sarif([at('🙂 abc', 'abc', { file: './b c/ü#.crflow', fixes: [fix] })]);
    fits(log);
    const [result] = log.runs[0].results;
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    expect(artifactLocation).toEqual({ uri: 'b%20c/%C3%BC%23.crflow', uriBaseId: '%SRCROOT%' });
    expect(region).toEqual({ startLine: 1, startColumn: 3, endLine: 1, endColumn: 6 });
    expect(result.fixes[0].artifactChanges[0].replacements).toEqual([
      { deletedRegion: region, insertedContent: { text: 'x' } },
    ]);
  });

  test('fingerprints stay when lines are added above, and tell equal lines apart', () => {
    const prints = (...found: Reported[]) =>
      sarif(found).runs[0].results.map(
        ({ partialFingerprints }: { partialFingerprints: object }) => Object.values(partialFingerprints)[0],
      );
    const [first] = prints(at('x = 1\n', 'x'));
    expect(prints(at('// more\n\n  x = 1\n', 'x'))).toEqual([first]);
    const twice = prints(at('x = 1\n', 'x'), at('x = 1\n', 'x'));
    expect(twice[0]).toBe(first);
    expect(
      new Set([...twice, ...prints(at('x = 2\n', 'x')), ...prints(at('x = 1', 'x', { code: 'CRF902' }))])
        .size,
    ).toBe(4);
  });
});

describe('annotations of GitHub', () => {
  const github = (one: Reported) => inFormat('github', outcome([one]));

  test('are one line each, escaped', () => {
    const text = github(
      at('a\nb c', 'b', {
        title: '50%: a, b',
        notes: ['first\nsecond'],
        help: ['100 %'],
        severity: 'warning',
      }),
    );
    expect(text).toBe(
      '::warning file=a.crflow,line=2,endLine=2,col=1,endColumn=2,title=CRF901%3A 50%25%3A a%2C b::first%0Asecond%0Ahelp: 100 %25\n',
    );
  });

  test('have no columns over several lines, and no file if there is none', () => {
    expect(github(at('a\nb', 'a\nb'))).toBe(
      '::error file=a.crflow,line=1,endLine=2,title=CRF901%3A wrong::wrong\n',
    );
    expect(github({ one: finding(), source: { name: '', text: '' } })).toBe(
      '::error title=CRF901%3A wrong::wrong\n',
    );
  });

  test('of all findings: each is one command', () => {
    const lines = inFormat('github', outcome(all)).split('\n');
    expect(lines).toHaveLength(all.length + 1);
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^::(?:error|warning) [^\n\r]*::[^\n\r]+$/);
  });
});

describe('JUnit', () => {
  test('has a test case for each file, and one failure for all errors in it', () => {
    const text = inFormat(
      'junit',
      outcome([
        at('a < b & "c"', '<'),
        at('a < b', 'b'),
        at('a', 'a', { file: 'flow.crflow', severity: 'warning', title: 'odd\u0001 <' }),
      ]),
    );
    expect(text).toContain('<testsuite name="crc" tests="3" failures="1">');
    expect(text).toContain(
      '<testcase classname="crflow" name="fine &amp; &lt;good&gt;.crflow" file="fine &amp; &lt;good&gt;.crflow"/>',
    );
    expect(text).toContain('<failure type="CRF901" message="wrong, and 1 more">');
    expect(text).toContain('a &lt; b &amp; &quot;c&quot;');
    expect(text).toContain('<system-out>\nwarning[CRF901]: odd\uFFFD &lt;');
    expect(text.match(/<failure/g)).toHaveLength(1);
  });
});

describe('JSON', () => {
  test('of all findings fits its schema; columns in code points and UTF-16 units', () => {
    const ajv = new Ajv({ strict: false });
    const json = JSON.parse(inFormat('json', outcome([...all.slice(0, 900), at('🙂 abc', 'abc')])));
    expect(ajv.validate(read('specs/diagnostics.schema.json'), json), ajv.errorsText()).toBe(true);
    expect(json.diagnostics.at(-1).at).toMatchObject({
      ...{ column: 3, endColumn: 6, utf16Column: 4, utf16EndColumn: 7 },
    });
    expect(jsonText('\u202e')).toBe('"\\u202e"');
  });
});
