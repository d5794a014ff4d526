import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pointsOf } from '../sweep/points.ts';

const script = `
write_file() {
  local name=$1
  printf '%s\\n' "$2" >"$name"
}
put_in() {
  { sync; } >"$1"
}
work() { write_file a 1; put_in b; }
`;

/** What is swept of a trace of an inner half: shell, depth and command, and the function that it is in. */
function swept(...entries: readonly (readonly [string, number, string, string])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'crflow-points-'));
  try {
    const lines = entries.map(([shell, depth, name, command], at) =>
      ['inner', 1 + (at % 9), name, shell, depth, command].join('\t'),
    );
    writeFileSync(join(folder, 'trace'), lines.map((line) => `${line}\0`).join(''));
    return pointsOf(join(folder, 'trace'), script, ['all'], () => 0).map(({ command }) => command);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const print = 'printf \'%s\\n\' "$2" > "$name"';

test('the call of a function stands for the first command in it that can be seen outside', () => {
  const inside = [
    ['1', 3, 'write_file', 'write_file a 1'],
    ['1', 3, 'write_file', 'local name=$1'],
    ['1', 3, 'write_file', print],
  ] as const;
  expect(swept(['1', 2, 'work', 'write_file a 1'], ...inside, ['1', 2, 'work', 'sync a'])).toEqual([
    'write_file a 1',
    'sync a',
  ]);
});

test.each<[string, readonly (readonly [string, number, string, string])[]]>([
  [
    'another shell goes on',
    [
      ['1', 2, 'work', 'write_file a 1'],
      ['2', 3, 'write_file', print],
    ],
  ],
  [
    'the call opens a file',
    [
      ['1', 2, 'work', 'write_file a 1 > log'],
      ['1', 3, 'write_file', print],
    ],
  ],
  [
    'the function opens a file for a group of commands',
    [
      ['1', 2, 'work', 'put_in b'],
      ['1', 3, 'put_in', 'sync'],
    ],
  ],
  [
    'something was done before',
    [
      ['1', 2, 'work', 'sync b'],
      ['1', 2, 'work', 'sync a'],
    ],
  ],
])('both are points where %s', (_, entries) => {
  expect(swept(...entries)).toEqual(entries.map(([, , , command]) => command));
});
