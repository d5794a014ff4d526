import { expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';

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
  expect(first).toMatch(/^CRF500 `echo .*takes more than (?:100|60) kB in a recipe$/);
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
    ['CRF500', expect.stringContaining('a shell word cannot hold a NUL character')],
  ]);
  const { start, end } = diagnostics[0]?.at?.span ?? { start: 0, end: 0 };
  expect(text.slice(start, end)).toBe('workflow');
});
