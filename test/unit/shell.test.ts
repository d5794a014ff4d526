import { describe, expect, test } from 'vitest';
import { notAwaited } from '../../src/shell/background.ts';
import { departures } from '../../src/shell/folder.ts';
import { readShell, shellCommands } from '../../src/shell/read.ts';

const names = (text: string) => shellCommands(text).map(({ name }) => name);

describe('the commands of a shell text', () => {
  test.each([
    ['a; b | c && d || e & f', ['a', 'b', 'c', 'd', 'e', 'f']],
    ['X=1 Y="2 3" /usr/bin/srun -n 1', ['srun']],
    ['if a; then b; else c; fi', ['a', 'b', 'c']],
    ['for i in 1 2; do srun x; done', ['srun']],
    ['( srun x )\n{ mpirun y; }', ['srun', 'mpirun']],
    ['exec env A=b time srun', ['exec', 'env', 'time', 'srun']],
    ['timeout -k 5 10m nice -n 5 ./solve', ['timeout', 'nice', 'solve']],
    ['stdbuf -oL taskset -c 0-3 numactl --membind 0 srun', ['stdbuf', 'taskset', 'numactl', 'srun']],
    ['find . -name a | xargs -P 4 -n 1 srun', ['find', 'xargs', 'srun']],
    ['find . -exec srun {} +', ['find', 'srun']],
    ['command -v srun; taskset -p 1', ['command', 'taskset']],
    ['bash -c \'srun x; (y)\'; sh -lc "mpirun $a"', ['bash', 'srun', 'y', 'sh', 'mpirun']],
    ["bash script -c 'srun x'", ['bash']],
    ["eval 'srun x'; trap 'mpirun y' EXIT", ['eval', 'srun', 'trap', 'mpirun']],
    ["bash <<'E'\nsrun x\nE\ncat <<'E'\nsrun x\nE", ['bash', 'srun', 'cat']],
    ['a=$(srun hostname) b=`mpirun x` c=${d:-$(e)}', ['srun', 'mpirun', 'e']],
    ['a <(b) "$(c)" $((1 + $(d))) {e,$(f)} g$(h)', ['a', 'b', 'c', 'd', 'f', 'h']],
    ['# srun\na # b; srun', ['a']],
    ['a "x; srun" \'y\nsrun\' z', ['a']],
    ['a \\\n  srun b', ['a']],
    ['\\srun x', ['\\srun']],
    ['"srun" x; s"ru"n x', ['srun', 'srun']],
    ['$CMD x; "$@"', ['', '']],
    ['cat <<EOF\nsrun\nEOF\nb', ['cat', 'b']],
    ['cat <<EOF\n$(srun)\nEOF', ['cat', 'srun']],
    ["cat <<-'EOF' >x\n\tsrun\n\tEOF\nb", ['cat', 'b']],
    ['cat <<A; c <<B\nsrun\nA\nsrun\nB\nd', ['cat', 'c', 'd']],
    ['a $((1<<n))\nb', ['a', 'b']],
    ['a <<A\nb', ['a']],
    ['f() { srun; }; function g { mpirun; }', ['srun', 'mpirun']],
    ['if a; then b', ['a', 'b']],
    ['', []],
  ])('of %j are %j', (text, wanted) => {
    expect(names(text)).toEqual(wanted);
  });

  test.each([
    ["x='a\nb' # c\n  exec ./bin/mpirun -n 2", 'mpirun'],
    ["bash -c 'a; /usr/bin/srun'", 'srun'],
    ['eval "a; b $x"', 'b'],
    ['`a b`', 'a'],
    ['`a "\\`b\\`"`', '`a "\\`b\\`"`'],
  ])('in %j the last one stands at %j', (text, wanted) => {
    const one = shellCommands(text).at(wanted === 'a' ? 0 : -1);
    const last = shellCommands(text).findLast(({ name }) => name !== '') ?? one;
    expect(text.slice(last?.start, last?.end)).toBe(wanted);
  });
});

describe('what a command reads and writes', () => {
  test.each([
    ['a', 'null,output,output'],
    ['x | a', 'pipe,output,output'],
    ['a 2>&1 | x', 'null,pipe,pipe'],
    ['a |& x', 'null,pipe,pipe'],
    ['a <in >out', 'file,file,output'],
    ['a &>out', 'null,file,file'],
    ['a >out 2>&1', 'null,file,file'],
    ['a 2>&1 >out', 'null,file,output'],
    ['x=$(a)', 'null,pipe,output'],
    ['a <<<x', 'here,output,output'],
    ['while read; do a; done <f', 'file,output,output'],
    ['x | while read; do a <f; done', 'file,output,output'],
    ['exec >log 2>&1; a', 'null,file,file'],
    ['(exec >log); a', 'null,output,output'],
    ['f() { a; }', 'unknown,unknown,output'],
    ['x | { y; a & }', 'null,output,output'],
    ['a >/dev/null', 'null,null,output'],
    ['x | a <&3', 'unknown,output,output'],
  ])('%s: %s', (text, wanted) => {
    expect(
      shellCommands(text)
        .findLast(({ name }) => name === 'a')
        ?.streams.join(),
    ).toBe(wanted);
  });
});

describe('the way out of the work folder', () => {
  const left = (text: string, workdir?: string) =>
    departures(
      readShell(text).script,
      workdir,
      new Map([
        ['own', undefined],
        ['data', '/data/x'],
        ['sub', 'a/b'],
        ['scratch', '$SCRATCH/y'],
      ]),
    ).map(({ text, isSure, isForGood }) => `${text}${isSure ? '!' : '?'}${isForGood ? '' : ' for a while'}`);
  test.each<[string, string | undefined, string[]]>([
    ['cd ..; x', undefined, ['cd ..!']],
    ['cd a; cd ..; x', undefined, []],
    ['cd a/b/../..; x', undefined, []],
    ['cd a && x; cd ../..; x', undefined, ['cd ../..!']],
    ['cd ..; ls', undefined, []],
    ['cd ..; x; cd -; y', undefined, ['cd ..! for a while']],
    ['(cd ..; x); y', undefined, ['cd ..! for a while']],
    ['cd /a; x', undefined, ['cd /a?']],
    ['cd /a; x', '/a', []],
    ['cd /a/b; x', '/a', []],
    ['cd /a/b/../..; x', '/a/b', ['cd /a/b/../..!']],
    ['cd /ab; x', '/a', ['cd /ab!']],
    ['cd /a; x', '$S/a', ['cd /a?']],
    ['cd $S/b; x', '$S/a', ['cd $S/b!']],
    ['cd "${S}/a/c"; x', '$S/a', []],
    ['cd $S; x', undefined, []],
    ['cd $SCRATCH; x', undefined, ['cd $SCRATCH?']],
    ['cd $own; x', undefined, []],
    ['cd $own; cd ..; x', undefined, []],
    ['cd $data; x', undefined, ['cd $data?']],
    ['cd $data/y; x', '/data', []],
    ['cd $sub; cd ../..; x', undefined, []],
    ['cd $sub; cd ../../..; x', undefined, ['cd ../../..!']],
    ['cd $scratch; x', undefined, ['cd $scratch?']],
    ['cd $scratch; x', '$SCRATCH', []],
    ['cd $SLURM_SUBMIT_DIR; x', undefined, []],
    ['cd "$SLURM_SUBMIT_DIR/.."; x', undefined, []],
    ['cd $SLURM_SUBMIT_DIR; x', 'a', ['cd $SLURM_SUBMIT_DIR!']],
    ['cd $SLURM_SUBMIT_DIR/a; x', 'a', []],
    ['cd; x', undefined, ['cd?']],
    ['cd ~/a; x', undefined, ['cd ~/a?']],
    ['cd $(mktemp -d); x', undefined, ['cd $(mktemp -d)?']],
    ['cd $(./where); x', undefined, []],
    ['cd "$PWD/a"; cd ..; x', undefined, []],
    ['pushd a; popd; cd ..; x', undefined, ['cd ..!']],
    ['pushd /a; x; popd; y', undefined, ['pushd /a? for a while']],
    ['for i in 1 2; do cd $own; x; cd ..; done; y', undefined, []],
    ['for i in 1 2; do cd d$i; x; cd ..; done; cd ..; y', undefined, []],
    ['if a; then cd b; fi; cd ..; x', undefined, []],
    ['if a; then cd b; else cd c; fi; cd ..; x', undefined, []],
    ['if a; then cd ..; exit; fi; x', undefined, []],
    ['[[ -d b ]] && cd b; cd ..; x', undefined, []],
    ['cd b || exit 1; cd ..; x', undefined, []],
    ['f() { cd b; }; f; cd ..; x', undefined, []],
    ['source env.sh; cd ..; x', undefined, []],
    ['cd .. | x; y', undefined, []],
    ['command cd ..; x', undefined, []],
    ['cd a*; cd ..; x', undefined, []],
  ])('%s, with workdir %s: %j', (text, workdir, wanted) => {
    expect(left(text, workdir)).toEqual(wanted);
  });
});

describe('what is left in the background', () => {
  const left = (text: string) => {
    const one = notAwaited(readShell(text));
    return one === undefined ? undefined : text.slice(one.start, one.end);
  };
  test.each<[string, string | undefined]>([
    ['./a &', './a &'],
    ['./a & sleep 4; echo ok', './a &'],
    ['./a & ./b &', './b &'],
    ['for i in 1 2; do ./a & done', './a &'],
    ['(./a; ./b) &', '(./a; ./b) &'],
    ['(./a & wait) &', '(./a & wait) &'],
    ['./a & sleep 9 &', './a &'],
    ['wait; ./a &', './a &'],
    ['nohup ./a & disown', 'nohup ./a &'],
    ['./a & wait', undefined],
    ['./a & ./b & wait $!', undefined],
    ['./a & ./b', undefined],
    ['(./a & wait)', undefined],
    ['sleep 9 & echo', undefined],
    ['./a & pid=$!; while kill -0 $pid; do sleep 1; done', undefined],
    ['f() { ./a & }; f; wait', undefined],
    ['await() { wait; }; ./a & await', undefined],
    ['trap wait EXIT; ./a &', undefined],
    ['./a & tail --pid=$! -f log', undefined],
    ['x=$(./a & echo b)', undefined],
    ['./a 2>&1; ./b', undefined],
  ])('of %s: %s', (text, wanted) => {
    expect(left(text)).toBe(wanted);
  });
});
