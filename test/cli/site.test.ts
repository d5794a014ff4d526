import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';

const schema = readFileSync(join(import.meta.dirname, '../../specs/manifest.schema.json'), 'utf8');
const valid = new Ajv().compile(JSON.parse(schema));
const profile = '{ "format": 1, "name": "here", "defaults": { "state": "$WORK/runs" } }\n';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-site-'));
  mkdirSync(join(folder, 'flows'));
  write('flows/here.json', profile);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const compile = (...more: string[]) =>
  crc(['compile', '--no-verify', 'flows/a.crflow', ...more], { cwd: folder });
const flow = (site: string) => `crflow 1
${site}
workflow a {
  application { run = "true" }
  checkpoint { interval = 10min lead = 2min }
  schedule { time = 30min total = 1d }
}
`;
const manifest = () => {
  const content = JSON.parse(readFileSync(join(folder, 'flows/a.crc.json'), 'utf8')) as { site?: object };
  expect(valid(content), JSON.stringify(valid.errors)).toBe(true);
  return content;
};
const sha256 = createHash('sha256').update(profile).digest('hex');

describe('a site', () => {
  test('named in the flow is found from the flow, and recorded with its checksum', () => {
    write('flows/a.crflow', flow('site "./here.json"'));
    expect(compile().status).toBe(0);
    expect(manifest().site).toEqual({ name: 'here.json', given: false, sha256 });
    expect(readFileSync(join(folder, 'flows/a.sbatch'), 'utf8')).toContain('state_root="$WORK"/runs');
  });

  test('of crc itself is recorded by its name', () => {
    write('flows/a.crflow', flow('site "generic"'));
    expect(compile().status).toBe(0);
    expect(manifest().site).toEqual({ name: 'generic', given: false });
  });

  test('given by --site is found from here, goes before, and is recorded as given', () => {
    write('flows/a.crflow', flow('site "nonsense"'));
    expect(compile('--site', 'flows/here.json').status).toBe(0);
    expect(manifest().site).toEqual({ name: 'here.json', given: true, sha256 });
  });

  test('that nothing names is not recorded', () => {
    write('flows/a.crflow', flow(''));
    expect(compile().status).toBe(0);
    expect(manifest().site).toBeUndefined();
  });

  test.each([
    ['{ "format": 1 }', /error\[CRF406\][\s\S]*flows\/here\.json:1:1/],
    ['{\n  "format": 1,\n  "name": here\n}', /error\[CRF404\][\s\S]*flows\/here\.json:3:11/],
    ['', /error\[CRF404\]/],
    ['\0', /error\[CRF402\].*binary/],
  ])('whose profile is %j is an error there, and nothing is written', (text, says) => {
    write('flows/here.json', text);
    write('flows/a.crflow', flow('site "./here.json"'));
    const { status, stderr } = compile();
    expect(stderr).toMatch(says);
    expect([status, existsSync(join(folder, 'flows/a.sbatch'))]).toEqual([1, false]);
  });

  test('whose profile is a folder, or not there, is an error at its name', () => {
    write('flows/a.crflow', flow('site "./"'));
    expect(compile().stderr).toMatch(
      /error\[CRF402\]: cannot read the site profile \.\/: it is a folder[\s\S]*a\.crflow:2:6/,
    );
    const { stderr } = compile('--site', './nowhere.json');
    expect(stderr).toMatch(/error\[CRF402\].*there is no such file/);
    expect(stderr).toContain('help: the path of --site is relative to the current folder\n');
    expect(stderr).not.toContain('stands in');
  });
});
