import { describe, expect, test } from 'vitest';
import { standIn } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';

// When is the work of a program that saves itself done, and what of its files may be sealed (engine = own)?

const quick = { CRFLOW_QUIET: '0', CRFLOW_STARTUP: '5' };

function own(run: string, keys = '', application = '') {
  const job = byHand(standIn, {
    run,
    keys: application,
    checkpoint: `engine = own  files = ["save.txt"]  done_files = ["result.txt"]  ${keys}`,
  });
  return { ...job, start: (...args: string[]) => job.start(quick, ...args) };
}

/** Writes its result slowly: whole only once there is a file `go`. */
const slow =
  'echo 1 >save.txt; printf half >result.txt; until [[ -e go ]]; do sleep 0.1; done; echo whole >result.txt; exit 7';

describe('work is not done', () => {
  test.concurrent('if the program was killed while it wrote its result', async ({ expect }) => {
    using run = own(slow);
    const first = run.start();
    await run.untilFile('result.txt');
    run.powerCut();
    await first;
    run.go();
    expect(await run.start(), run.log()).toBe(7);
    expect(run.read('result.txt')).toBe('whole\n');
    expect(run.log()).toMatch(/set aside.*result\.txt/);
  });

  test.concurrent('by a status that no file could take: the job says so', async ({ expect }) => {
    using run = own('mkdir crflow-state/count/4711/status; echo whole >result.txt');
    expect(await run.start(), run.log()).toBe(74);
    expect(run.log()).toMatch(/its status could not be recorded|was lost before its first checkpoint/);
  });

  test.concurrent('by a program that saves the same again, and ends with 0: 73', async ({ expect }) => {
    using run = own('echo same >save.txt; exit 0');
    expect(await run.start(), run.log()).toBe(73);
    expect(run.generations()).toEqual([1, 2]);
  });
});

describe('in the runtime', () => {
  const folder =
    'run=$PWD/r attempt_dir=$PWD/r/attempts/2 attempt=2; mkdir -p r/generations/{1,2,3} r/attempts/{1,2};';

  test.each([
    ['no status', ':', ''],
    ['its own status', 'echo 7 >r/attempts/1/ended', 'done 7\n'],
    ['a signal', 'echo 137 >r/attempts/1/ended', ''],
    ['the status of an attempt before that', 'echo 1 >r/attempts/1/ended; echo 2 >r/started-by', ''],
    [
      'its status in this attempt',
      'echo 1 >r/attempts/1/ended; echo 5 >r/attempts/2/ended; echo 2 >r/started-by',
      'done 5\n',
    ],
  ])('the program has left its result and %s', (_, left, said) => {
    using run = own('true');
    const stubs = 'is_done() { :; }; pass_over_doubted() { :; }; conclude_done() { echo "done $1"; };';
    expect(run.functions(`${folder} ${stubs} echo 1 >r/started-by; ${left}; prepare`)).toBe(said);
  });

  test('the user goes back to a generation: what the program left after it says nothing', () => {
    using run = own('true');
    const stubs =
      'is_whole() { :; }; is_done() { :; }; pass_over_doubted() { :; }; conclude_done() { echo "done $1"; };';
    const lines = `${folder} ${stubs} echo 1 >r/started-by; echo 0 >r/attempts/1/ended; (prepare); go_back_to 2 >log; prepare; ls r/generations`;
    expect(run.functions(lines)).toBe('done 0\n1\n2\n3.set-aside\n');
  });

  test.each([
    ['', '', 'request=""', '0'],
    ['asked', '', 'request="finish limit"', '0 1 2'],
    ['asked to go on', '', 'asked=yes', '0 1 2'],
    ['asked, on a full disk', '', 'request="finish limit"; disk_is_full() { :; }', '0'],
    ['', 'stop_status = 2', 'request=""', '0 2'],
    ['asked', 'stop_status = 2', 'request="finish limit"', '0 2'],
  ])('a program has saved before it ended (%s %s)', (_, keys, state, expected) => {
    using run = own('true', keys);
    const lines = `workdir=$PWD asked=''; ${state}; for n in 0 1 2 137; do tells_of_save $n && printf '%s ' $n; done`;
    expect(run.functions(lines).trim()).toBe(expected);
  });

  test('a text that was there before this run does not count', () => {
    using run = own('true', 'done_text = "ALL DONE"');
    const lines = `${folder} output=$PWD/o; echo 'ALL DONE' >o; tell_size "$output" >r/done-from
      echo 'step 1' >>o; what_is_new_in o; echo --; echo 'ALL DONE' >>o; what_is_new_in o; echo --; echo another >o; what_is_new_in o`;
    expect(run.functions(lines)).toBe('step 1\n--\nstep 1\nALL DONE\n--\nanother\n');
  });

  test('a generation that is not intact, or could not be restored, does not count among those that are kept', () => {
    using run = own('true');
    const lines = `${folder} echo 2 >r/attempts/1/broken; list() { echo $(ls r/generations); }
      generation=3; prune; list; for generation in 4 5; do mkdir r/generations/$generation; prune; list; done
      echo 5 >r/attempts/2/failed; mkdir r/generations/6; generation=6; prune; list`;
    expect(run.functions(lines)).toBe('1 2 3\n2 3 4\n4 5\n4 5 6\n');
  });
});
