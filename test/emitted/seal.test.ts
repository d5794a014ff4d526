import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { dmtcpImplementations } from '../support/dmtcp.ts';
import { byHand, held } from '../support/emitted.ts';

const [standIn] = dmtcpImplementations;
if (standIn === undefined) throw new Error('there is always the stand-in');
const dmtcp = standIn;

// How a committed checkpoint becomes a generation, one step at a time.
describe('a checkpoint to be sealed', () => {
  /** Committed, with one image. Each step can be made another. */
  const committed = `run=$PWD attempt=1 attempt_dir=$PWD/attempts/1 live=$PWD/live how=-c taken=9 since=5 work=0 machine=x restored_from=0 suspended=0 began=0 output=$PWD/out
mkdir -p generations "$attempt_dir" "$live"; echo '1 4711 n' >lease; printf '7\\n8\\n' >shell
echo memory >"$live/ckpt_x-8-0.dmtcp"; : >"$live/open"; : >"$live/written"; application_is_in() { :; }; list_images() { echo ckpt_x-8-0.dmtcp; }
`;
  const verdict = 'if seal 1 >said; then echo sealed; else echo failed; fi; ls generations';

  test('is one, whatever becomes of those that it makes superfluous', ({ expect }) => {
    using run = byHand(dmtcp);
    const said =
      run.functions(`${committed}rm() { [[ $* != *generations/x ]] && command rm "$@"; }; mkdir generations/x
${verdict}`);
    expect(said).toBe('sealed\n1\nx\n');
  });

  test('does not go into a generation that a newer attempt has sealed meanwhile', ({ expect }) => {
    using run = byHand(dmtcp);
    const said =
      run.functions(`${committed}holds_lease() { mkdir generations/1; echo whole >generations/1/seal; }
${verdict}; ls generations/1`);
    expect(said).toBe('failed\n1\nseal\n');
  });

  test.for([
    [
      'an image cannot be read',
      'cksum() { :; }; mkdir -p .bin; printf "%s\\n" "#!/bin/sh" "exit 1" >.bin/cksum; chmod +x .bin/cksum',
    ],
    ['its facts cannot be written', 'keep_files() { mkdir "$1/facts"; }'],
  ])('where %s: is none', ([, how], { expect }) => {
    using run = byHand(dmtcp);
    expect(run.functions(`${committed}${how}; ${verdict}`)).toBe('failed\n');
  });
});

// Of work that was saved, too, where the generation that holds it cannot be used.
describe('work that is lost with a generation', () => {
  /** Generations hold 10, 20, 30 and 40 s of work; `restores N` restores one, in an attempt that has lost nothing else. */
  const restores = `run=$PWD attempt=0 restored=0; mkdir -p generations/{1,2,3,4} attempts
for n in 1 2 3 4; do echo "work \${n}0" >generations/$n/facts; done; echo 40 >sealed
bring_back() { :; }; journal() { :; }
restores() { attempt=$((attempt + 1)) attempt_dir=$run/attempts/$attempt generation=$1; mkdir "$attempt_dir"; restore >/dev/null; }
seals() { echo "work $2" >"generations/$1/facts"; taken=$2 since=0 work=0 suspended=0; work_is_saved 1; }
`;

  test.for([
    ['the newest is whole: none', 'restores 4', '0'],
    ['the newest is passed over', 'restores 3', '10'],
    ['the next attempt passes it over again: charged once', 'restores 3; restores 3', '10'],
    ['then the one before is damaged as well', 'restores 3; restores 2', '20'],
    ['it could be read later, and was damaged then', 'restores 3; restores 4; restores 3', '10'],
    ['its owner goes back, and new work is saved and lost', 'restores 1; seals 2 25; restores 1', '45'],
    ['the run began under an older version, which did not note it', ': >sealed; restores 3', '0'],
  ] as const)('%s', ([, what, seconds], { expect }) => {
    using run = byHand(dmtcp);
    expect(run.functions(`${restores}${what}; echo "$(sum_of lost)"`)).toBe(`${seconds}\n`);
  });
});

test('a checkpoint that is given up: the computation is ended, and found by the mark of its run', ({
  expect,
}) => {
  using run = byHand(dmtcp);
  const said =
    run.functions(`run=$PWD attempt=1 attempt_dir=$PWD live=$PWD tmp=$PWD/t mark=crflow-a shell=''; mkdir generations
wait_until() { return 1; }; say() { :; }; last_words() { :; }; end_all() { echo "$*"; }; checkpoint on`);
  expect(said).toContain('processes_of /crflow-a.1/\n');
});

test('protect: a file whose name begins as an option does', async ({ expect }) => {
  using run = byHand(dmtcp, { count: held, checkpoint: 'protect = ["*.dat"]' });
  mkdirSync(run.folder, { recursive: true });
  writeFileSync(join(run.folder, '-x.dat'), 'of then\n');
  await run.lostAttempt(1);
  writeFileSync(join(run.folder, '-x.dat'), 'of now\n');
  expect(await run.start(), run.log()).toBe(7);
  expect(run.read('-x.dat')).toBe('of then\n');
});
