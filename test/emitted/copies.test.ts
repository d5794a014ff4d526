import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, test } from 'vitest';
import { standIn } from '../support/dmtcp.ts';
import { byHand } from '../support/emitted.ts';

// What is copied of a program that saves itself, and put back: the functions by themselves, with a run's folder around them.

const run = byHand(standIn, {
  run: 'true',
  checkpoint:
    'engine = own  done_files = ["result"]  files = ["save"]  grows = ["log"]  clear = ["STOP", "tmp"]',
});
afterAll(() => run[Symbol.dispose]());
const script = join(run.folder, 'count.sbatch');
// So that a test can have other patterns.
writeFileSync(script, readFileSync(script, 'utf8').replaceAll(/^readonly (saved|grown)_files/gm, '$1_files'));

/** What bash lines print, in the work folder of an attempt. `files` and `grows` are patterns as bash writes them. */
function copies(files: string, lines: string, grows = ''): string[] {
  const said =
    run.functions(`cd "$(mktemp -d "$PWD/case XXXXXX")" && mkdir -p work run/generations run/attempts/2/live scratch || exit
workdir=$PWD/work run=$PWD/run attempt=2 attempt_dir=$PWD/run/attempts/2 live=$PWD/run/attempts/2/live output=$PWD/out run_id=1 mark=none
noted='' seen_as='' held='' restless='' computation='' generation=0 CRFLOW_QUIET=0 sealed_as='' told_none='' saved_files=(${files}) grown_files=(${grows})
cd work || exit
# take N, bring N: as a generation
take() { grown_then='' quiet_as=$(signature) && mkdir "$run/generations/$1" && collect "$run/generations/$1" || echo "not taken: $why_not"; }
bring() { put_back "$run/generations/$1" | sed "s,crflow [0-9:]*  ,,;s,$run,RUN,"; }
pause() { ((SECONDS += 1)); }
${lines}`);
  return said.trimEnd().split('\n');
}

describe('links among the files of a program that saves itself', () => {
  test('a folder that is a link: its files are copied, seen to change, and put back through it', ({
    expect,
  }) => {
    const said = copies(
      'ckpt',
      `ln -s ../scratch ckpt; echo one >ckpt/save
take 1; was=$(signature); checkpoint_size; echo
echo other >ckpt/save; [[ $(signature) == "$was" ]] || echo changed
newest_file
bring 1; readlink ckpt; cat ../scratch/save
rm -r ../scratch; bring 1; readlink ckpt; cat ../scratch/save`,
    );
    expect(said).toEqual([
      '4',
      'changed',
      'ckpt/save',
      'set aside, because it differs from the checkpoint from which the application continues: ckpt/save (in RUN/set-aside)',
      '../scratch',
      'one',
      '../scratch',
      'one',
    ]);
  });

  test('a file that is a link out of the work folder: it is followed, and stays a link', ({ expect }) => {
    const said = copies(
      "'save*'",
      `echo one >../scratch/save; ln -s ../scratch/save save
take 1; was=$(signature); checkpoint_size; echo
echo more >>../scratch/save; [[ $(signature) == "$was" ]] || echo changed
quiet_as=$was; copy_files "$live" "$was" || echo "$why_not"
bring 1 >/dev/null; readlink save; cat ../scratch/save`,
    );
    expect(said).toEqual([
      '4',
      'changed',
      'the files of the application changed while they were copied',
      '../scratch/save',
      'one',
    ]);
  });

  test('links to what is beside them come back as they were, and what they lead to as well', ({ expect }) => {
    for (const [files, step] of [
      ['ckpt', 'echo $1 >ckpt/step_$1; ln -sfn step_$1 ckpt/latest'],
      ['ckpt/latest', 'echo $1 >ckpt/step_$1; ln -sfn step_$1 ckpt/latest'],
      ['ckpt/latest/*', 'mkdir ckpt/step_$1; echo $1 >ckpt/step_$1/a; ln -sfn step_$1 ckpt/latest'],
      ['ckpt/latest', 'mkdir ckpt/step_$1; echo $1 >ckpt/step_$1/a; ln -sfn "$PWD/ckpt/step_$1" ckpt/latest'],
      ['**', 'mkdir ckpt/step_$1; echo $1 >ckpt/step_$1/a; ln -sfn step_$1 ckpt/latest'],
    ] as const) {
      const said = copies(
        `'${files}'`,
        `step() { ${step}; }
mkdir ckpt; step 7; take 1; checkpoint_size; echo; echo; nothing_is_missing && echo fine; generation=1; tell_unmatched
step 9; rm -r ckpt/step_7; bring 1 >/dev/null
cat "$(readlink -f ckpt/latest)"/a 2>/dev/null || cat ckpt/latest; ls -d ckpt/step_7`,
      );
      expect(said, files).toEqual(['2', '', 'fine', '7', 'ckpt/step_7']);
    }
  });

  test('a link that the checkpoint does not have, or that something else has replaced', ({ expect }) => {
    const said = copies(
      'ckpt',
      `mkdir ckpt ckpt/a; echo 1 >ckpt/a/x; ln -s a ckpt/latest; take 1
rm ckpt/latest; mkdir ckpt/latest; echo 2 >ckpt/latest/x; ln -s nowhere ckpt/newer
bring 1; ls ckpt; readlink ckpt/latest; cat ckpt/latest/x; cat "$run/set-aside/ckpt/latest/x"`,
    );
    expect(said.slice(2)).toEqual(['a', 'latest', 'a', '1', '2']);
  });

  test('a generation of an older crflow says nothing of links, which stay', ({ expect }) => {
    const said = copies(
      'ckpt',
      `mkdir ckpt; echo 1 >ckpt/a; ln -s a ckpt/latest; ln -s '1 - /run' ckpt/.out.crflow; take 1; tr '\\0' ' ' <"$run/generations/1/links"; echo; rm "$run/generations/1/links"
echo 2 >ckpt/a; bring 1 >/dev/null; readlink ckpt/latest; cat ckpt/a`,
    );
    expect(said).toEqual(['ckpt/latest a ', 'a', '1']);
  });

  test('an output that is a link: it is cut by what it leads to', ({ expect }) => {
    const said = copies(
      'save',
      `echo 1 >save; echo one >../scratch/out; ln -s scratch/out ../out; echo line >../scratch/log; ln -s ../scratch/log log
take 1; echo two >>"$output"; echo two >>log; bring 1; cat "$output" log; readlink "$output" log`,
      'log',
    );
    expect(said).toEqual(['one', 'line', 'scratch/out', '../scratch/log']);
  });

  test('`clear` removes a link to a file, and not what it leads to', ({ expect }) => {
    const said = copies(
      'save',
      `echo kept >old; ln -s old STOP; ln -s ../scratch tmp; echo 1 >../scratch/a
while IFS= read -r -d '' file; do printf '%s ' "$file"; done < <(list_like names "$workdir" "\${cleared_files[@]}")`,
    );
    expect(said).toEqual(['STOP tmp/a']);
  });
});

describe('what is put back over other files', () => {
  test("what differs or is newer is set aside, and kept: it may be the user's", ({ expect }) => {
    const said = copies(
      "'save*'",
      `echo 1 >save; take 1
for by in program hand third; do echo "$by" >save; echo "notes by $by" >save.notes; bring 1; done
head -n 9 save "$run"/set-aside/*; ls
CRFLOW_CLEAN=1; attempt=9; discard_leftovers; put_away 0 | sed "s,$run,RUN,;s,.*  ,,"; ls "$run/set-aside"`,
    );
    expect(said[0]).toMatch(/^set aside, because it is newer than .*: save.notes \(in RUN\/set-aside\)$/);
    expect(said[1]).toMatch(/^set aside, because it differs from .*: save \(in RUN\/set-aside\)$/);
    const text = said.join('\n');
    expect(text).toContain('set-aside/save <==\nthird\n');
    expect(text).toContain('set-aside/save~ <==\nhand\n'); // and no more, because storage is bounded
    expect(text).toMatch(/\nsave\nkept: what was set aside, in RUN\/set-aside \(removed by: bash count/);
    expect(said.slice(-4)).toEqual(['save', 'save.notes', 'save.notes~', 'save~']);
  });

  test('many: named once each up to five, then counted', ({ expect }) => {
    const said = copies("'save*'", 'take 1; touch save{1..9}; bring 1');
    expect(said).toHaveLength(6);
    expect(said[5]).toBe('… and 4 more files');
  });
});

test('files that grow, with a line end, a blank at the end or a percent sign in the name: cut, and nothing is run', ({
  expect,
}) => {
  const said = copies(
    'save',
    `names=($'t\\na[$(touch INJECTED)]' 't ' 't%0A' $'t%\\n'); echo 1 >save
for file in "\${names[@]}"; do echo 1 >"$file"; done; take 1
for file in "\${names[@]}"; do echo 2 >>"$file"; done; bring 1
cat t*; ls -q | wc -l`,
    "'t*'",
  );
  expect(said).toEqual(['1', '1', '1', '1', '5']);
});

describe('a save is quiet', () => {
  const program = `computation_lives() { :; }; processes_of() { printf '%s\\n' "$BASHPID" "$writer"; }; signature() { echo same; }`;

  test('only when the program has closed it, or holds it open all the time', ({ expect }) => {
    const said = copies(
      'save',
      `echo half >save; ${program}
(exec 3>>save 4<save; : >../open; until [[ -e ../close ]]; do sleep 0.05; done) & writer=$!
until [[ -e ../open ]]; do sleep 0.05; done
pause() { ((SECONDS += 1)); ! is_being_written || { echo open; : >../close; wait "$writer"; }; }
await_quiet on && echo quiet
(exec 4<save; exec sleep 9) & writer=$!
await_quiet on && echo read; kill "$writer"
(exec 3>>save; exec sleep 9) & writer=$!
until is_being_written; do :; done
pause() { ((SECONDS += 5)); }
await_quiet on >../said && sed 's,.*  ,,' ../said
pause() { ((SECONDS += 1, ++pauses)); }; pauses=0; await_quiet on && echo "$pauses"; kill "$writer"`,
    );
    expect(said).toEqual([
      'open',
      'quiet',
      'read',
      'save stays open for writing: from now on a save counts if nothing changes in it for 0 s (CRFLOW_QUIET)',
      '1',
    ]);
  });

  test('not waited for when a request is there: the program must be asked in time', ({ expect }) => {
    const said = copies(
      'save',
      `${program}; writer=''; signature() { echo "$RANDOM$RANDOM"; }; checkpoint_fails() { echo "failed: $1"; }; : >"$attempt_dir/request"
pause() { ((SECONDS += 1, ++pauses)); }; pauses=0
take_what_is_there on; echo "$pauses $look_again"; await_quiet end || echo "$restless"`,
    );
    expect(said).toEqual(['0 yes', 'the files of the application do not stop changing']);
  });
});

test('a pattern that matches nothing is named with the reason why nothing is saved', ({ expect }) => {
  const said = copies(
    "savee 'x*'",
    'computation_lives() { :; }; processes_of() { :; }; for how in on on end; do take_what_is_there "$how"; done',
  );
  expect(said).toHaveLength(2);
  expect(said[0]).toMatch(/nothing to save: no file in .*\/work matches `files` so far \(savee x\*\)$/);
});

test("a run's folder that vanished: what is done counts, and nothing is begun anew onto the old output", ({
  expect,
}) => {
  const said = copies(
    'save',
    `echo old >result; touch -d '2 hours ago' result; rm -rf "$run"; read_clock; started=$now spent_before=60 node=n1 tmp_of_run=/x output_on_host='' job_id=1 job_number=1
script=$run/job-x.sbatch; keep_script() { :; }
keep_folder >/dev/null; is_done || echo 'of an earlier run'; echo new >result; is_done && ever_sealed && echo done`,
  );
  expect(said).toEqual(['of an earlier run', 'done']);
});
