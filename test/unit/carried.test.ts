import { expect, test } from 'vitest';
import { compile } from '../support/compile.ts';

// What no output can carry is a finding, also where the checker does not know of it: never an error of crc's own.
const flow = (image: string, more = '') => `crflow 1
workflow w {
  application { run = "./solve" }
  container { runtime = podman  image = "localhost/w:1"${more} }
  image { from = "debian:12"  ${image} }
  checkpoint { interval = 1h  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
const compiled = (text: string) => compile({ name: 'w.crflow', text }, { contextOf: () => '../a\0b' });
const findings = (text: string) =>
  compile({ name: 'w.crflow', text }).diagnostics.map(({ code, title }) => `${code} ${title}`);

test.each([
  ['100 kB', 'echo a line that is not long\\n'.repeat(2800)],
  ['100 kB with its quotes', "echo '''''''''''''''''''''''''\\n".repeat(900)],
  ['60 kB in a line', `echo ${'x'.repeat(60_000)}`],
])('a build of more than %s', (_, text) => {
  const [first = '', ...others] = findings(flow(`copy "src" to "/opt/w"  build = "${text}"`));
  expect(first).toMatch(/^CRF500 crc cannot write `echo .*takes more than (?:100|60) kB in a recipe$/);
  expect(others).toEqual([]);
});

test('a build of nearly 100 kB is carried', () => {
  const text = 'echo a line that is not long\\n'.repeat(2400);
  expect(findings(flow(`copy "src" to "/opt/w"  build = "${text}"`))).toEqual([]);
});

test('what an emitter refuses and the checker let through is a finding at its workflow', () => {
  const text = flow('copy "src" to "/opt/w"');
  const { flows, diagnostics } = compiled(text);
  expect(flows).toEqual([]);
  expect(diagnostics.map(({ code, title }) => [code, title])).toEqual([
    ['CRF500', expect.stringContaining('a shell word cannot contain a NUL character')],
  ]);
  const { start, end } = diagnostics[0]?.at?.span ?? { start: 0, end: 0 };
  expect(text.slice(start, end)).toBe('workflow');
});

const whole = (head: string, entries: string, run = './a') => `crflow 1
${head}
workflow w {
  application { run = "${run}" }
  environment { set { ${entries} } }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
const many = (count: number, of: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => of(n)).join('\n');

test.each([
  ['by {{…}}', (n: number) => `V${n} = "{{b}}"`],
  ['by their names', (n: number) => `V${n} = b`],
])('50 kB that would come to 475 MB, %s', (_, entry) => {
  const head = `let a = "${'x'.repeat(1000)}"\nlet b = "${'{{a}}'.repeat(190)}"`;
  const found = compile({ name: 'w.crflow', text: whole(head, many(2500, entry)) });
  expect(found.flows).toEqual([]);
  expect(found.diagnostics.map(({ code }) => code)).toEqual(['CRF501']);
  // A few of them are nothing to speak of.
  const few = compile({ name: 'w.crflow', text: whole(head, many(5, entry)) });
  expect(few.diagnostics).toEqual([]);
  expect(few.flows[0]?.script.text.length).toBeGreaterThan(900_000);
});

test('texts that are exported to many workflows', () => {
  const head = `let a = "${'x'.repeat(1000)}"\nlet b = "${'{{a}}'.repeat(190)}"`;
  const text = `crflow 1\n${head}\n${many(300, (n) => whole('', '', './a $b').replace('crflow 1', '').replace('workflow w', `workflow w${n}`))}`;
  expect(compile({ name: 'w.crflow', text }).diagnostics.map(({ code }) => code)).toContain('CRF501');
});

test('a chain of names, each made of the one before, has an end', () => {
  const head = (count: number) => `let a0 = "y"\n${many(count, (n) => `let a${n + 1} = "{{a${n}}}y"`)}`;
  const codes = (count: number) =>
    compile({ name: 'w.crflow', text: whole(head(count), '') }).diagnostics.map(({ code }) => code);
  expect(codes(300)).toEqual(['CRF122']);
  expect(codes(3600)).toContain('CRF501');
});
