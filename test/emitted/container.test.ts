import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { compile } from '../../src/compile.ts';

// Functions of a container's job, one by one: what is hard to have happen in a whole job.
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow functions ')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const put = (name: string, text = '') => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text, { mode: 0o755 });
};

/** Runs bash lines behind the functions of a job in this runtime, in the folder. */
function bash(runtime: string, lines: string) {
  const text = `crflow 1
workflow md {
  application { run = "true" }
  container { runtime = ${runtime}  image = "${runtime === 'apptainer' ? './md.sif' : 'md:1'}"  dmtcp = "/opt" }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 1h  total = 1d }
}`;
  const { flows, diagnostics } = compile({ name: 'md.crflow', text });
  const script = flows[0]?.script.text;
  if (script === undefined) throw new Error(JSON.stringify(diagnostics));
  const functions = script.slice(0, script.indexOf('# Read whole before it runs'));
  const { status, stdout, stderr } = spawnSync(process.env['CRFLOW_TEST_BASH'] ?? 'bash', [], {
    input: `${functions}\nrun=$PWD attempt=1 attempt_dir=$PWD/attempt; mkdir -p "$attempt_dir"\n${lines}`,
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: `${folder}/bin:${process.env['PATH']}`,
      HOME: '/root',
      CRFLOW_TICK: '0.1',
      CRFLOW_HEARTBEAT: '1',
      CRFLOW_SLURM_LIMIT: '0',
    },
  });
  return { status, said: stdout + stderr };
}

describe('the inner half, without a look at the outer one', () => {
  const look = `echo '1 4711 n1' >lease; : >"$attempt_dir/inside"
look() { if outer_half_is_gone; then echo "gone $1"; exit; else echo "there $1"; fi; }
`;

  test('goes on while the heart beats, and ends itself when it stands still', ({ expect }) => {
    const { said } = bash(
      'podman',
      `${look} look 'before the first beat'
for beat in 1 2 3 4 5 6; do echo $beat >"$attempt_dir/seconds"; sleep 0.9; look $beat; done
sleep 5
look 'after the last'`,
    );
    expect(said).toBe(
      `there before the first beat\n${[1, 2, 3, 4, 5, 6].map((n) => `there ${n}\n`).join('')}gone after the last\n`,
    );
  });

  test('a full disk is no reason to believe that it is gone', ({ expect }) => {
    const { said } = bash(
      'podman',
      `${look} look 'before the first beat'
write_file() { return 1; } # as where the disk is full
last_beat=0 last_shown=9999999999 spent_before=0 started=0
for beat in 1 2 3 4 5 6; do heartbeat now; sleep 0.9; look $beat; done`,
    );
    expect(said).toBe(
      `there before the first beat\n${[1, 2, 3, 4, 5, 6].map((n) => `there ${n}\n`).join('')}`,
    );
  });

  test('sees by itself that a newer attempt has taken over: within two heartbeats', ({ expect }) => {
    const { said } = bash(
      'podman',
      `CRFLOW_SLURM_LIMIT=600
${look} look first
echo '2 4712 n2' >lease
sleep 2.1; look then`,
    );
    expect(said).toBe('there first\ngone then\n');
  });
});

// Shifter's processes have their root in a folder of the host, by a mount that only they see.
const unshare = spawnSync('unshare', ['--mount', 'true']);
const why = unshare.status === 0 ? '' : ' (skipped: unshare --mount is not allowed here)';
test.skipIf(why !== '')(
  `a process whose root is elsewhere is found by the file it has open${why}`,
  ({ expect }) => {
    mkdirSync(join(folder, 'root'));
    const { said } = bash(
      'shifter',
      `mkdir work.1; : >work.1/file
unshare --mount bash -c 'mount --rbind / root; exec chroot root bash -c "exec sleep 60 3<\\"$PWD/work.1/file\\""' bash &
until [[ $(cat "/proc/$!/comm") == sleep ]]; do sleep 0.1; done
[[ $(processes_of "$PWD/work.") == "$!" ]] && echo found
kill "$!"`,
    );
    expect(said).toBe('found\n');
  },
);

test('a container of Podman that was killed with its monitor is removed, which takes two tries', ({
  expect,
}) => {
  put(
    'bin/podman',
    `#!/bin/bash
case $1 in
  image) echo the-id ;;
  ps) echo abc ;;
  rm) echo "$*" >>removed; (($(wc -l <removed) > 1)) || { echo 'container state improper' >&2; exit 125; } ;;
esac
`,
  );
  const { said } = bash('podman', 'tmp_of_run=/tmp/crflow-0-1; find_image; cat removed');
  expect(said).toBe('rm --force --time 0 abc\n'.repeat(2));
});

describe('a folder as an image', () => {
  const one = 'fingerprint image; echo';

  test('is known by its programs and libraries', ({ expect }) => {
    put('image/usr/lib/x86_64-linux-gnu/libc.so.6', 'old');
    put('image/usr/share/doc/README');
    const before = bash('charliecloud', one).said;
    expect(before).toMatch(/^folder-\d+-\d+\n$/);
    expect(bash('charliecloud', 'mkdir image/mnt; fingerprint image; echo').said).toBe(before);
    put('image/usr/lib/x86_64-linux-gnu/libc.so.6', 'a newer one');
    expect(bash('charliecloud', one).said).not.toBe(before);
  });

  test('is known behind a link', ({ expect }) => {
    for (const version of ['v1', 'v2'])
      put(`${version}/etc/version`, `this is ${version}`.repeat(version === 'v1' ? 1 : 2));
    symlinkSync('v1', join(folder, 'image'));
    const before = bash('apptainer', one).said;
    rmSync(join(folder, 'image'));
    symlinkSync('v2', join(folder, 'image'));
    expect(bash('apptainer', one).said).not.toBe(before);
  });
});
