import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { crc } from '../support/crc.ts';
import { flowOf, inputOf } from '../support/known-programs.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-inputs-'));
  mkdirSync(join(folder, 'case'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (file: string, text: string) => writeFileSync(join(folder, file), text);
const found = (...args: readonly string[]) => {
  const { status, stderr } = crc([...args], { cwd: folder });
  return {
    status,
    codes: [...stderr.matchAll(/\[(CRF\d+)\]: `([^`]+)`/g)].map(([, ...all]) => all.join(' ')),
  };
};
const unguarded = inputOf('lammps').replace(/^.*quit 3.*$/m, '');

test.each([
  ['check', []],
  ['compile', ['--no-verify']],
] as const)('crc %s reads an input that is beside the flow, wherever it is called', (command, options) => {
  put(
    'case/a.crflow',
    flowOf('lammps', (flow) => flow),
  );
  expect(found(command, ...options, 'case/a.crflow')).toEqual({ status: 0, codes: [] });
  put('case/in.begin', unguarded);
  expect(found(command, ...options, 'case/a.crflow')).toEqual({ status: 0, codes: ['CRF575 in.begin'] });
  put('case/in.begin', inputOf('lammps'));
  put('in.begin', unguarded);
  expect(found(command, ...options, 'case/a.crflow')).toEqual({ status: 0, codes: [] });
});

test('in the work folder, and with a reason it is allowed', () => {
  put('case/in.begin', unguarded);
  const flow = flowOf('lammps', (text) => text.replace(/^( *)run +=/m, '$1workdir = "case"\n$&'));
  put('a.crflow', flow);
  expect(found('check', 'a.crflow')).toEqual({ status: 0, codes: ['CRF575 in.begin'] });
  put('a.crflow', flow.replace(/^ *run +=.*$/m, '$& // crc: allow CRF575 because it is tried'));
  expect(found('check', 'a.crflow')).toEqual({ status: 0, codes: [] });
});
