import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

// The guards around MANA, each with what it guards against: functions of the runtime by themselves, with files and commands that
// only look like MANA's. test/slurm/mana.test.ts has whole runs with the real one.
const root = join(import.meta.dirname, '../..');
const of = (path: string) => join(root, 'targets', path);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crflow-mana-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs bash after the engine's functions; those that decide about a run only say what they decide. */
function engine(script: string, env: Record<string, string> = {}) {
  const text = `set -u
ranks=2 expect=0 run=$PWD attempt_dir=$PWD live=$PWD/live output=$PWD/out tmp=$PWD/tmp mark=crflow-x attempt=1 name=x
now=0 since=0 work=0 CRFLOW_TICK=0.1 CRFLOW_INTERVAL=60 CRFLOW_CHECKPOINT_LIMIT=1 CRFLOW_STARTUP=1
numbers=() CRFLOW_HEARTBEAT=30
source '${of('job/runtime/common.sh')}'
source '${of('job/runtime/generations.sh')}'
source '${of('engines/dmtcp/coordinator.sh')}'
source '${of('engines/plain/again.sh')}'
source '${of('engines/plain/plain.sh')}'
source '${of('schedulers/slurm/steps.sh')}'
source '${of('engines/mana/mana.sh')}'
source '${of('engines/mana/images.sh')}'
source '${of('engines/mana/rank.sh')}'
conclude() { printf '%s: %s\\n' "$1" "$2"; exit 0; }
say() { printf 'says: %s\\n' "$*"; }
journal() { :; }
skip_suspension() { return 1; }
has_gone() { ! computation_lives; }
source '${of('job/runtime/run.sh')}'
mkdir -p live generations && : >>out
${script}`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', text], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env['PATH'], HOME: folder, ...env },
  });
  return { status, said: stdout + stderr };
}

describe('a set of images is sealed only if it is complete', () => {
  const whole = `for r in 0 1; do
  mkdir -p live/ckpt_rank_$r && echo image >live/ckpt_rank_$r/ckpt_lower-half_1-4000$r-5.dmtcp && echo head >live/ckpt_rank_$r/header.mana
done
`;
  const verdict = 'if is_set live; then echo complete; else echo "$why_not"; fi';
  test.for([
    ['complete', '', 'complete'],
    [
      'a rank without an image: it died during the checkpoint',
      'rm live/ckpt_rank_1/*.dmtcp',
      'rank 1 has no image',
    ],
    ['a rank without a folder', 'rm -r live/ckpt_rank_1', 'rank 1 has no image'],
    ['an empty image', ': >live/ckpt_rank_0/ckpt_lower-half_1-40000-5.dmtcp', 'rank 0 has no image'],
    ['two images of a rank', 'cp live/ckpt_rank_0/*.dmtcp live/ckpt_rank_0/b.dmtcp', 'rank 0 has 2 images'],
    [
      'an image that is still being written',
      'cp live/ckpt_rank_1/*.dmtcp live/ckpt_rank_1/b.dmtcp.temp',
      'the image of rank 1 is incomplete',
    ],
    ['a rank without header.mana', 'rm live/ckpt_rank_1/header.mana', 'rank 1 has no header.mana'],
    ['an empty header.mana', ': >live/ckpt_rank_0/header.mana', 'rank 0 has no header.mana'],
    [
      'images of more ranks',
      'cp -r live/ckpt_rank_1 live/ckpt_rank_2',
      'there are images of 3 ranks, and 2 were started',
    ],
  ] as const)('%s', ([, damage, says]) => {
    expect(engine(`${whole}${damage}\n${verdict}`).said).toBe(`${says}\n`);
  });

  test('its facts have the number of ranks and the size of the output', () => {
    const { said } = engine(
      `${whole}size_then=12; mkdir g; collect g && printf '%s\\n' "\${facts[@]}"; ls g live`,
    );
    expect(said).toBe('ranks 2\noutput 12\ng:\nckpt_rank_0\nckpt_rank_1\n\nlive:\n');
  });

  test('an image that was changed is passed over, although MANA would restore it with status 0', () => {
    const { said } = engine(`${whole}size_then=0
for g in 1 2; do
  mkdir generations/$g && cp -r live/ckpt_rank_* generations/$g/ && echo "ranks 2" >generations/$g/facts
  checksums generations/$g >generations/$g/seal
done
printf X | dd of=generations/2/ckpt_rank_1/ckpt_lower-half_1-40001-5.dmtcp bs=1 seek=2 conv=notrunc status=none
newest_good_generation && echo "restores $generation"`);
    expect(said).toBe('says: generation 2 is not intact; skipping it\nrestores 1\n');
  });
});

describe('a restore', () => {
  const generation =
    "generation=3; mkdir -p generations/3; printf '%s\\n' 'ranks 2' 'output 4' >generations/3/facts";
  const fakes = `look_at_size() { :; }
start_application() { :; }
has_ended() { return 1; }
computation_lives() { return 0; }
coordinator_lives() { return 0; }`;

  test('of another number of ranks is refused, because fewer would wait for ever', () => {
    expect(engine(`${fakes}\n${generation}\nranks=4\nbring_back`).said).toBe(
      'unfit: generation 3 is of 2 ranks, and this script starts 4\n',
    );
  });

  test('that hangs is given up, and the output was cut to its size at the checkpoint', () => {
    const { said } = engine(
      `${fakes}\n${generation}\nprintf 'one\\ntwo\\n' >out
tell_dmtcp() { printf 'Status...\\n  NUM_PEERS=1\\n  RUNNING=no\\n'; }
bring_back || echo gives up; cat out`,
    );
    expect(said).toMatch(
      /^says: not all ranks were there within 0:00:01: .*NUM_PEERS=1 .*\ngives up\none\n$/,
    );
  });

  test('is done when all ranks are connected and run', () => {
    const { said } = engine(
      `${fakes}\n${generation}
tell_dmtcp() { printf 'Status...\\n  NUM_PEERS=2\\n  RUNNING=yes\\n  CKPT_INTERVAL=0\\n'; }
bring_back && echo restored; echo "$from"`,
    );
    expect(said).toBe(`restored\n${folder}/generations/3\n`);
  });

  test('whose ranks end while they are restored has failed, and one whose program ends has not', () => {
    for (const [status, says] of [
      [99, 'says: the ranks ended with status 99 while they were restored\nfailed\n'],
      [7, 'restored\n'],
    ] as const) {
      const { said } = engine(
        `${fakes}\n${generation}
tell_dmtcp() { echo NUM_PEERS=0; }
has_ended() { return 0; }
computation_lives() { return 1; }
ending=$PWD/ended; echo ${status} >ended
if bring_back; then echo restored; else echo failed; fi`,
      );
      expect(said).toBe(says);
    }
  });
});

describe('an end', () => {
  const ends = (status: number, more = '') =>
    engine(
      `await_reason() { :; }
has_ended() { :; }
newest_usable() { echo 2; }
ending=$PWD/ended; echo ${status} >ended; request='' tried=''
: >sealed
conclude_done() { printf 'done: %s\\n' "$1"; exit; }
${more}
conclude_end`,
    ).said;
  test.for([
    99, 127, 137, 139,
  ])('with %i, which MANA may have caused, is a loss, until it comes the third time', (status) => {
    expect(ends(status)).toBe(
      `lost: the application ended with status ${status}, which MANA may have caused\n`,
    );
    expect(ends(status)).toContain('lost: ');
    expect(ends(status)).toBe(`done: ${status}\n`);
  });
  test.for([0, 1, 7, 98])('with %i is the program’s own', (status) => {
    expect(ends(status)).toBe(`done: ${status}\n`);
  });
  test('with 127 is the program’s own if nothing was saved yet, unless a checkpoint was tried', () => {
    expect(ends(127, 'rm sealed')).toBe('done: 127\n');
    expect(ends(127, 'rm sealed; tried=yes')).toContain('anew: ');
  });
  test('by a function that MANA does not have is named', () => {
    expect(
      ends(
        99,
        'printf \'%s\\n\' "JASSERT(false) failed: wrapper: \\`MPI_Iallreduce\\` not implemented" >out',
      ),
    ).toContain('unfit: the program calls MPI_Iallreduce, which this MANA does not have');
  });
});

describe('the output is measured while all ranks stand still', () => {
  const fakes =
    'has_gone() { return 1; }\ncoordinator_lives() { return 0; }\ncomplete=live/done size_then=\nmkdir live/ckpt_rank_0';
  test('between the first sign of the image of rank 0 and the restart script', () => {
    const { said } = engine(
      `${fakes}\nprintf 12345 >out; (sleep 0.3; : >live/ckpt_rank_0/a.dmtcp.temp; sleep 1; : >live/done; printf 678 >>out) & watch_output; echo "$size_then"; wait`,
    );
    expect(said).toBe('5\n');
  });
  test('if that was missed, only an output that did not grow counts', () => {
    expect(
      engine(
        `${fakes}\n: >live/done; watch_output; size_before=0; knows_size && echo yes; printf 1 >out; size_then=; knows_size || echo no`,
      ).said,
    ).toBe('yes\nno\n');
  });
});

describe('what starts a rank', () => {
  /** A folder that looks like MANA's; each of its commands writes down how it was called, and where. */
  function fake() {
    mkdirSync(join(folder, 'mana/bin'), { recursive: true });
    for (const name of ['dmtcp_launch', 'lower-half']) {
      const path = join(folder, 'mana/bin', name);
      writeFileSync(
        path,
        `#!/bin/bash\nprintf '<%s>' ${name} "$@" >'${folder}/called'\npwd >'${folder}/cwd'\nexit 7\n`,
      );
      chmodSync(path, 0o755);
    }
    writeFileSync(join(folder, 'ldd'), '#!/bin/sh\necho "$LIBRARIES"\n', { mode: 0o755 });
    writeFileSync(join(folder, 'ring'), '#!/bin/sh\n', { mode: 0o755 });
    mkdirSync(join(folder, 'workdir'));
  }
  function rank(args: string, { from = '', ...env }: Record<string, string> = {}) {
    fake();
    const result = engine(
      `mana=$PWD/mana port=4711 from='${from}'\nrank_text >rank; PATH=$PWD:$PATH; cd workdir && bash ../rank ${args}`,
      {
        SLURM_NODEID: '1',
        SLURM_LOCALID: '0',
        SLURM_STEP_NUM_TASKS: '2',
        PMI_RANK: '0',
        UCX_MEM_MMAP_HOOK_MODE: 'none',
        LIBRARIES: 'libmpich.so.12 => /usr/lib/libmpich.so.12',
        ...env,
      },
    );
    const read = (name: string) =>
      existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '';
    return { ...result, called: read('called'), cwd: read('cwd').trim(), refused: read('alone').trim() };
  }

  test('tells MANA its coordinator by options, whatever a file of another coordinator in the home folder says', () => {
    writeFileSync(join(folder, '.mana.rc'), 'Host: nowhere\n');
    writeFileSync(join(folder, '.mana-slurm-1.rc'), '');
    const { status, called, cwd } = rank('../ring "a b" ""', { SLURM_JOB_ID: '1' });
    expect(status).toBe(7);
    expect(called).toMatch(/^<dmtcp_launch><--kernel-loader>.*<-h><[^>]+><-p><4711>/);
    expect(called).toMatch(/<[^>]*\/lower-half><\.\.\/ring><a b><>$/); // each argument as it is
    expect(cwd).toBe(join(folder, 'workdir'));
    expect(readFileSync(join(folder, '.mana.rc'), 'utf8')).toBe('Host: nowhere\n');
  });

  test('restores from any folder, so that the program goes on in its own', () => {
    const { called, cwd } = rank('../ring', { from: '/generations/3' });
    expect(called).toMatch(
      /^<lower-half><-j><--restore>.*<-p><4711><--ckptdir><[^>]+\/live><--restartdir><\/generations\/3>$/,
    );
    expect(cwd).toBe(join(folder, 'workdir'));
  });

  test('removes what MANA has left for ranks that are gone, and nothing else', () => {
    const host = readFileSync('/proc/sys/kernel/hostname', 'utf8').trim();
    const gone = `/tmp/mana_tmp_lh_info_${host}_99999999`;
    const here = `/tmp/mana_tmp_lh_info_${host}_${process.pid}`;
    for (const file of [gone, here]) writeFileSync(file, '');
    rank('../ring');
    expect([existsSync(gone), existsSync(here)]).toEqual([false, true]);
    rmSync(here);
  });

  test.for([
    ['UCX with TCP alone', { UCX_TLS: 'tcp,self' }, "UCX_TLS is 'tcp,self'"],
    ['UCX with its hooks', { UCX_MEM_MMAP_HOOK_MODE: 'bistro' }, "UCX_MEM_MMAP_HOOK_MODE is 'bistro'"],
    [
      'another number of ranks',
      { SLURM_STEP_NUM_TASKS: '4' },
      'srun starts 4 ranks, and the flow has 2 tasks',
    ],
    ['Open MPI', { LIBRARIES: 'libmpi.so.40 libopen-pal.so.40' }, 'is linked with Open MPI'],
    ['no MPI', { LIBRARIES: 'libc.so.6' }, 'is not linked with MPICH'],
    ['no PMI', { PMI_RANK: '' }, 'srun does not tell its ranks of each other'],
  ] as const)('refuses %s', ([, env, says]) => {
    const { status, called, refused } = rank('../ring', env);
    expect(status).toBe(70);
    expect(refused).toContain(says);
    expect(called).toBe('');
  });

  test.for(['self', 'tcp,posix,self', '^sysv', ''])('takes UCX_TLS=%s', (UCX_TLS) => {
    expect(rank('../ring', { UCX_TLS }).status).toBe(7);
  });
});

test("the daemon of Slurm that is in the ranks' session is no process of the computation, not even in a job of root's", () => {
  const { said } = engine(`cp "$(command -v bash)" slurmstepd
setsid ./slurmstepd -c 'CRFLOW_MARK=crflow-x.1 bash -c "echo \\$\\$ >rank; exec sleep 60" & wait' 2>/dev/null &
until [[ -s rank ]]; do sleep 0.1; done
[[ $(processes_of 'crflow-x\\.1$') == "$(<rank)" ]] && echo 'the rank alone'
kill -9 "$(<rank)"; wait`);
  expect(said).toBe('the rank alone\n');
});

test('ranks that MANA ends are restored five times from a generation', () => {
  const { said } = engine(`source '${of('job/runtime/outer.sh')}'
newest_usable() { echo 4; }
say() { :; }
losses=0 lost_at='' restored=0
while may_restore_again; do restored=$((restored + 1)); done
echo "$restored: $lost_for_good"`);
  expect(said).toBe('5: the application was lost 6 times after generation 4\n');
});

test('a generation is given up only for one before it that is still of use', () => {
  const { said } = engine(`source '${of('job/runtime/outer.sh')}'
mkdir -p generations/5 generations/6 && touch generations/5/seal generations/6/seal
is_one_before 6 && echo yes
echo 5 >failed; is_one_before 6 || echo no; mv failed broken
is_one_before 6 || echo no`);
  expect(said).toBe('yes\nno\nno\n');
});
