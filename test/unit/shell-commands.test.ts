import { describe, expect, test } from 'vitest';
import { shellCommands } from '../../src/check/shell-commands.ts';

const names = (text: string) => shellCommands(text).map(({ name }) => name);

describe('the commands of a shell text', () => {
  test.each([
    ['a; b | c && d || e & f', ['a', 'b', 'c', 'd', 'e', 'f']],
    ['X=1 Y="2 3" /usr/bin/srun -n 1', ['srun']],
    ['if a; then b; else c; fi', ['a', 'b', 'c', 'fi']],
    ['for i in 1 2; do srun x; done', ['for', 'srun', 'done']],
    ['( srun x )\n{ mpirun y; }', ['srun', 'mpirun', '}']],
    ['exec env A=b time srun', ['srun']],
    ['a=$(srun hostname)', ['srun']],
    ['# srun\na # b; srun', ['a']],
    ['a "x; srun" \'y\nsrun\' z', ['a']],
    ['a \\\n  srun b', ['a']],
    ['\\srun x', ['__run']],
    ['cat <<EOF\nsrun\nEOF\nb', ['cat', 'b']],
    ["cat <<-'EOF' >x\n\tsrun\n\tEOF\nb", ['cat', 'b']],
    ['cat <<A; c <<B\nsrun\nA\nsrun\nB\nd', ['cat', 'c', 'd']],
    ['a $((1<<n))\nb', ['a', '1<<n', 'b']],
    ['', []],
  ])('of %j are %j', (text, wanted) => {
    expect(names(text)).toEqual(wanted);
  });

  test('stand where they say', () => {
    const text = "x='a\nb' # c\n  exec ./bin/mpirun -n 2";
    const one = shellCommands(text)[0];
    expect(text.slice(one?.start, one?.end)).toBe('mpirun');
  });

  test('of a long text of quotes and brackets are found at once', () => {
    expect(names(`${'"\\" \' ( '.repeat(5000)}\n`).length).toBeGreaterThanOrEqual(0);
  });

  test('of a long text of here-documents without an end are found at once', () => {
    expect(names('a <<A\n'.repeat(100_000))).toHaveLength(100_000);
  });
});
