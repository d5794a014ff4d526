import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { bashUseOf, shellVariables } from '../../src/check/shell-variables.ts';
import { isJobVariable } from '../../targets/job/variables.ts';
import { compile } from '../support/compile.ts';

// A value given to a variable of bash's own is lost, or evaluated as arithmetic, in which `a[$(command)]` runs a command.
const bash = process.env['CRFLOW_TEST_BASH'] ?? 'bash';
const inBash = (script: string, env = {}) =>
  spawnSync(bash, ['--norc', '-c', script], { env, encoding: 'utf8' }).stdout;

const flow = (declaration: string, environment: string) => `crflow 1
${declaration}
workflow w {
  application { run = "./a $x" }
  environment { ${environment} }
  container { runtime = podman  image = "lab/a:1" }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
const codes = (text: string) => compile({ name: 'w.crflow', text }).diagnostics.map(({ code }) => code);

test('each variable that bash has by itself is known as its own', () => {
  const own = inBash('compgen -v').split('\n').filter(Boolean);
  expect(own.length).toBeGreaterThan(30);
  expect(own.filter((name) => !shellVariables.includes(name))).toEqual([]);
});

test('each variable that its manual describes is known', ({ skip }) => {
  const { stdout } = spawnSync('man', ['bash'], {
    encoding: 'utf8',
    env: { ...process.env, MANPAGER: 'cat', MANWIDTH: '80' },
  });
  const section = /^ {3}Shell Variables$([\s\S]*?)^ {3}Arrays$/m.exec(stdout ?? '')?.[1];
  if (section === undefined) skip();
  const described = [...(section ?? '').matchAll(/^ {7}([A-Za-z_]\w*)(?: {2}|$)/gm)].map(
    ([, name = '']) => name,
  );
  expect(described.length).toBeGreaterThan(90);
  expect(described.filter((name) => !shellVariables.includes(name))).toEqual([]);
});

describe.each(shellVariables)('%s', (name) => {
  const own = bashUseOf(name) !== undefined;

  test(own ? 'cannot be set or passed' : 'reaches the program as it is', () => {
    const expected = own ? ['CRF133'] : [];
    expect(codes(flow('', `set { ${name} = "PATH[$(touch pwned)0]" }`))).toEqual(expected);
    if (name !== 'PATH') expect(codes(flow('', `pass = ["${name}"]`))).toEqual(expected);
    if (!own && name !== 'PATH') expect(inBash(`printf %s "$${name}"`, { [name]: 'a b' })).toBe('a b');
  });

  test('names no param and no let', () => {
    for (const declaration of [`let ${name} = "1"`, `param ${name}: Int = 1`])
      expect(codes(flow(declaration, '').replace('$x', `$${name}`))).toContain('CRF120');
  });
});

test.each(['RANDOM', 'SECONDS', 'BASHPID', 'name', 'keep'])('no path is made of $%s', (name) => {
  expect(isJobVariable(name) || bashUseOf(name) === 'sets').toBe(true);
  for (const key of ['workdir', 'output'])
    expect(codes(flow('', '').replace('"./a $x"', `"./a"  ${key} = "$${name}/a"`))).toContain('CRF134');
  expect(codes(flow('', '').replace('lead', `state = "\${${name}}/a"  lead`))).toContain('CRF134');
  expect(codes(flow('', '').replace('"lab/a:1"', `"lab/a:1"  mount "$${name}" to "/data"`))).toContain(
    'CRF134',
  );
});
