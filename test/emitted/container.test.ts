import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'vitest';
import { RUNTIMES } from '../../src/language/words.ts';
import { compile } from '../support/compile.ts';

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
function bash(runtime: string, lines: string, env: Readonly<Record<string, string>> = {}) {
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
  const functions = script.slice(0, script.lastIndexOf('\n{\n  main '));
  const { status, stdout, stderr } = spawnSync(process.env['CRFLOW_TEST_BASH'] ?? 'bash', ['-p'], {
    input: `${functions}\nrun=$PWD attempt=1 attempt_dir=$PWD/attempt; mkdir -p "$attempt_dir"
know_user; mark=crflow-x suspended=0 cause='' reason=''; echo "$mark" >mark\n${lines}`,
    cwd: folder,
    encoding: 'utf8',
    env: {
      PATH: `${folder}/bin:${process.env['PATH']}`,
      HOME: '/root',
      SLURM_JOB_ID: '4711',
      CRFLOW_TICK: '0.1',
      CRFLOW_HEARTBEAT: '1',
      CRFLOW_SLURM_LIMIT: '0',
      ...env,
    },
  });
  return { status, said: stdout + stderr };
}

test('a clock that is set back: the time used stays, and the lease is looked at as before', ({ expect }) => {
  const { said } = bash(
    'podman',
    `read_clock() { :; }; show_in_queue() { :; }; spent_before=0 started=100000 last_beat=0 last_shown=0
for now in 100060 96460 96461 96462; do if heartbeat; then echo "$spent looked"; else echo "$spent"; fi; done; read -r seconds <"$attempt_dir/seconds"; echo "$seconds"`,
  );
  expect(said).toBe('60 looked\n60\n61 looked\n62 looked\n62\n');
});

test('what configures a runtime is kept of the environment, and nothing that our own commands go by', ({
  expect,
}) => {
  const kept = {
    XDG_RUNTIME_DIR: '/run/user/1',
    XDG_DATA_HOME: '/scratch/me',
    DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus',
    CONTAINERS_CONF: '/c',
    CONTAINERS_STORAGE_CONF: '/s',
    _CONTAINERS_ROOTLESS_UID: '1',
    REGISTRY_AUTH_FILE: '/a',
    APPTAINER_CACHEDIR: '/cache',
    SINGULARITY_BIND: '/a:/b',
    PODMANHPC_CONFIG_HOME: '/hpc',
    SQUASH_DIR: '/squash',
    CH_IMAGE_STORAGE: '/ch',
    SSL_CERT_FILE: '/cert',
    http_proxy: 'http://proxy:1',
    no_proxy: 'localhost',
    HTTPS_PROXY: 'http://proxy:2',
    PATH: `${process.env['PATH']}`,
    HOME: '/home/me',
    USER: 'me',
    TMPDIR: '/tmp',
    LD_LIBRARY_PATH: '/nowhere',
  };
  const dropped = {
    image: 'lower case is ours',
    BASH_ENV: '/nowhere',
    BLOCK_SIZE: 'human-readable',
    DF_BLOCK_SIZE: '1G',
    DU_BLOCK_SIZE: '1G',
    EXECIGNORE: '*',
    FUNCNEST: '1',
    GREP_COLORS: 'x',
    LD_DEBUG: 'statistics',
    LC_NUMERIC: 'de_DE.UTF-8',
    POSIXLY_CORRECT: '1',
    SCONTROL_ALL: '1',
    SQUEUE_STATES: 'PENDING',
    TMOUT: '1',
  };
  for (const runtime of RUNTIMES) {
    const { said } = bash(runtime, 'env', { ...kept, ...dropped, HOSTNAME: 'login' });
    for (const [name, value] of Object.entries(kept)) expect(`\n${said}`).toContain(`\n${name}=${value}\n`);
    for (const name of [...Object.keys(dropped), 'HOSTNAME']) expect(`\n${said}`).not.toContain(`\n${name}=`);
  }
});

test('a job knows its own host, whatever the submission says', ({ expect }) => {
  for (const runtime of ['podman', 'charliecloud'])
    expect(bash(runtime, 'echo "$HOSTNAME"', { HOSTNAME: 'login' }).said).toBe(`${hostname()}\n`);
});

test('Podman is not sent to a service, and keeps its mapping of users, whatever the environment says', ({
  expect,
}) => {
  put('bin/podman', '#!/bin/bash\nenv\n');
  const { said } = bash('podman', 'image=md:1 starts=1; find_image; binds=(); inside true', {
    CONTAINER_HOST: 'unix:///run/other.sock',
    CONTAINER_CONNECTION: 'other',
    PODMAN_USERNS: 'keep-id',
    CONTAINERS_CONF: '/c',
  });
  expect(said).toContain('\nCONTAINERS_CONF=/c\n');
  expect(said).not.toMatch(/CONTAINER_(?:HOST|CONNECTION)|PODMAN_USERNS/);
});

test('Apptainer is not told by the environment what the options of a flow cannot', ({ expect }) => {
  put('bin/apptainer', '#!/bin/bash\nenv\n');
  put('md.sif', 'x');
  const { said } = bash('apptainer', 'home=$PWD image=./md.sif; find_image; binds=(); inside true', {
    APPTAINER_CONTAINALL: '1',
    SINGULARITY_WRITABLE_TMPFS: '1',
    APPTAINER_CACHEDIR: '/cache',
  });
  expect(said).toContain('\nAPPTAINER_CACHEDIR=/cache\n');
  expect(said).not.toMatch(/CONTAINALL|WRITABLE/);
});

test('a variable that is passed on and that nobody has set is told, and those that are get in', ({
  expect,
}) => {
  const { said } = bash(
    'podman',
    `say() { echo "$*"; }; image_id=1 pass=(BLOCKS CASE EMPTY 'OMP_*')
printf '%s\\0' 'CASE=a
b' EMPTY= OMP_X=1 OTHER=2 'SLURM_JOB_ID=1' >"$attempt_dir/environ"
prepare_container; tr '\\0' '|' <"$attempt_dir/passed"`,
  );
  expect(said).toBe(
    '$BLOCKS, which the flow passes to the container, is not set here\nCASE=a\nb|EMPTY=|OMP_X=1|SLURM_JOB_ID=1|',
  );
});

test('the inner half hears the outer one by a pipe, and that it is gone by its end', ({ expect }) => {
  const { said } = bash(
    'podman',
    `control=$PWD/control word='' next_checkpoint=600; mkfifo control
bash -c 'exec 8<>control; : >open; echo beat >&8; exec sleep 60' & outer=$!
until [[ -e open ]]; do sleep 0.1; done
exec 8<control; await_word; echo "$word"
look_for_word; echo "$word"; outer_half_is_gone || echo there
{ kill -9 "$outer"; wait "$outer"; } 2>/dev/null
await_word; outer_half_is_gone && echo "$word"`,
  );
  expect(said).toBe('beat\nbeat\nthere\ngone\n');
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
  const { said } = bash('podman', 'find_image; cat removed');
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

describe('an image whose name another one got', () => {
  const keep = `ever_sealed() { :; }; outcome='' run_id=1; say() { echo "$1"; }; sum_up() { :; }; record_end() { :; }; tmp_of_run=/tmp/one`;

  test.for([
    [
      'podman',
      'case $* in *inspect*md:1*) echo new ;; *inspect*\' old\') echo old ;; run*) shift; echo "ran ${*: -2}" ;; esac',
    ],
    [
      'podman-hpc',
      "case $* in images*reference=*) echo 'true sha256:new d' ;; images*) echo 'true sha256:new d'; echo 'true sha256:old e' ;; run*) echo \"ran ${*: -2}\" ;; esac",
    ],
  ] as const)('is run by its id where %s still has it, and so is one in the middle of an attempt', ([
    runtime,
    text,
  ], { expect }) => {
    put(`bin/${runtime}`, `#!/bin/bash\n${text}\n`);
    const { status, said } = bash(
      runtime,
      `echo old >image; ${keep}; find_image && keep_image && binds=() starts=1 && inside true`,
    );
    expect([status, said]).toEqual([
      0,
      'docker.io/library/md:1 means another image by now: this run continues in the one that it began in, old\nran old true\n',
    ]);
  });

  test.for([
    [
      'podman',
      'case $* in *inspect*md:1*) echo new ;; *inspect*) exit 125 ;; esac',
      'podman save old | ssh ',
    ],
    ['podman-hpc', "case $* in images*) echo 'true sha256:new d' ;; esac", 'podman-hpc tag old '],
  ] as const)('is asked back where %s has it no longer, and how is said', ([runtime, text, way], {
    expect,
  }) => {
    put(`bin/${runtime}`, `#!/bin/bash\n${text}\n`);
    const { status, said } = bash(
      runtime,
      `echo old >image; ${keep}; attempt_dir=''; find_image; keep_image`,
    );
    expect([status, said]).toEqual([70, expect.stringContaining(`is now new. Put that image back`)]);
    expect(said).toContain(way);
  });

  test('and is a file: it is found where image.sh keeps it, also in the middle of an attempt', ({
    expect,
  }) => {
    put('bin/apptainer', '#!/bin/bash\necho "$*" | sed "s/.*--pid/--pid/"\n');
    put('md.sif', 'old');
    const { said } = bash(
      'apptainer',
      `home=$PWD image=md.sif; ${keep}; find_image; keep_image; cp md.sif "$(kept_as md.sif "$image_id")"; echo newer >md.sif; binds=()
(inside true); (image=md.sif; find_image; keep_image; inside true)
rm md-*; (inside true; echo no); echo $?`,
    );
    expect(
      said
        .replaceAll(/\d{5,}/g, 'SUM')
        .replaceAll(`${folder}/`, '')
        .split('\n'),
    ).toEqual([
      '--pid md-file-3-SUM-3.sif true',
      'md.sif means another image by now: this run continues in the one that it began in, file-3-SUM-3',
      '--pid md-file-3-SUM-3.sif true',
      'md.sif is no longer the image of this run, file-3-SUM-3: put that one back there, with its note md.sif.recipe if it has one, or as md-file-3-SUM-3.sif',
      '70',
      '',
    ]);
  });

  test('a file built again, with the same in it, is the same image: until it is changed', ({ expect }) => {
    put('bin/apptainer', '#!/bin/bash\n');
    put('md.sif', 'first');
    const { said } = bash(
      'apptainer',
      `home=$PWD image=md.sif; ${keep}; note() { echo "mark $(fingerprint md.sif) sum" >>md.sif.recipe; }
echo "$(identity md.sif)"; note; find_image; keep_image; cat image
echo another >md.sif; note; find_image; echo "$image_id"; keep_image; echo changed >>md.sif; identity md.sif`,
    );
    expect(said.replaceAll(/\d{5,}/g, 'SUM').split('\n')).toEqual([
      'file-5-SUM-5',
      'contents-sum',
      'contents-sum',
      'file-16-SUM-16',
    ]);
  });
});

describe('Podman-HPC on a compute node', () => {
  // Its own storage is empty: what was migrated is seen by `images` and `run`, and by nothing else.
  const node = (list: string) =>
    put(
      'bin/podman-hpc',
      `#!/bin/bash\ncase $1 in images) [[ $* == *--no-trunc* ]] && ${list} ;; image) exit 125 ;; esac\n`,
    );
  const find = `tmp_of_run=/tmp/one; find_image && echo "<$image_id>"`;

  test('finds an image that was migrated', ({ expect }) => {
    node('[[ $* == *--filter\\ reference=docker.io/library/md:1 ]] && echo "true sha256:0123abcd sha256:99"');
    expect(bash('podman-hpc', find).said).toBe('<0123abcd>\n');
  });

  test("takes the node's own of two with its name, as `run` does", ({ expect }) => {
    node(
      'printf "%s\\n" "true sha256:4567 sha256:99" "false sha256:0123 sha256:98" "true sha256:89 sha256:97"',
    );
    expect(bash('podman-hpc', find).said).toBe('<0123>\n');
  });

  test('finds one by its digest, which is no name to the filter', ({ expect }) => {
    node('[[ $* != *--filter* ]] && printf "%s\\n" "true sha256:4567 sha256:99" "true sha256:89 sha256:97"');
    expect(bash('podman-hpc', `image=docker.io/lab/md@sha256:97; ${find}`).said).toBe('<89>\n');
  });

  test('without it says what is to be done, and where', ({ expect }) => {
    node(':');
    const { status, said } = bash(
      'podman-hpc',
      `outcome='' attempt_dir='' run_id=1; record_end() { :; }; image=localhost/md:1; ${find}`,
    );
    expect([status, said]).toEqual([
      70,
      expect.stringContaining('(podman-hpc images does not list it); on a login node: bash md.image.sh'),
    ]);
  });
});

describe('the identity of an image', () => {
  test.for([
    ['podman', 'podman', 'case $1 in image) echo "time=$RANDOM level=warning" >&2; echo 0123abcd ;; esac'],
    ['shifter', 'shifterimg', 'echo "$RANDOM: the gateway is slow today" >&2; echo 0123abcd'],
  ] as const)('%s: is not what it warns of', ([runtime, command, text], { expect }) => {
    put('bin/shifter', '#!/bin/sh\n');
    put(`bin/${command}`, `#!/bin/bash\n${text}\n`);
    expect(bash(runtime, 'mark=one; find_image && echo "<$image_id>"').said).toBe('<0123abcd>\n');
  });
});

describe('an image that Apptainer fetches', () => {
  // It refuses to write over a file, as the real one does.
  const apptainer = (more = '') =>
    put(
      'bin/apptainer',
      `#!/bin/bash\n[[ $1 == pull && ! -e $2 ]] || exit 255\necho "fetched by $BASHPID" >"$2"\n${more}\n`,
    );
  const find =
    "home=$PWD state_root=$PWD/state run_id=4711 end_time=0 outcome=''; heartbeat() { read_clock; }; image=docker://lab/a:1; find_image";

  test('is fetched again by a run that was ended in the middle of it', ({ expect }) => {
    apptainer();
    const half = bash(
      'apptainer',
      `fetch_image() { mkdir -p "\${1%/*}"; echo half >"$1.$run_id"; exit; }; ${find}`,
    );
    expect(half.status).toBe(0);
    const { status, said } = bash('apptainer', `${find}; cat "$image"; ls state/images`);
    expect([status, said]).toEqual([0, expect.stringMatching(/\nfetched by \d+\nlab%a\+1\.sif\n$/)]);
  });

  test('stays the one that another task of the array has fetched meanwhile', ({ expect }) => {
    apptainer('echo "of another task" >"${2%.*}"');
    expect(bash('apptainer', `${find}; cat "$image"; ls state/images`).said).toMatch(
      /\nof another task\nlab%a\+1\.sif\n$/,
    );
  });

  test('is given up at the end of the attempt, in words', ({ expect }) => {
    apptainer('exec sleep 30');
    const { status, said } = bash(
      'apptainer',
      `CRFLOW_MARGIN=0 attempt_dir=''; ${find.replace('end_time=0', 'end_time=$(($(date +%s) + 2))')}`,
    );
    expect([status, said]).toEqual([70, expect.stringContaining('to get it by hand: apptainer pull')]);
  });

  test('is fetched once for all tasks of an array: the others wait for it', ({ expect }) => {
    apptainer('echo once >>fetches; sleep 2');
    const { said } = bash(
      'apptainer',
      `CRFLOW_HEARTBEAT=1; (${find}) & (run_id=4712; ${find.replace('run_id=4711', '')}) & wait; cat fetches; ls state/images`,
    );
    expect(said).toMatch(/another job fetches/);
    expect(said).toMatch(/\nonce\nlab%a\+1\.sif\n$/);
  });

  test('is fetched by another, where the one that fetched it is dead', ({ expect }) => {
    apptainer();
    const { said } = bash(
      'apptainer',
      `CRFLOW_HEARTBEAT=1; mkdir -p state/images/lab%a+1.sif.fetching; ${find}; cat "$image"; ls state/images`,
    );
    expect(said).toMatch(/\nfetched by \d+\nlab%a\+1\.sif\n$/);
  });

  test.skipIf(process.getuid?.() !== 0)('that somebody else has put there is not used', ({ expect }) => {
    apptainer();
    const { status, said } = bash(
      'apptainer',
      `attempt_dir=''; mkdir -p state/images; : >state/images/lab%a+1.sif; chown 65534 state/images/lab%a+1.sif; ${find}`,
    );
    expect([status, said]).toEqual([70, expect.stringContaining('belongs to somebody else')]);
  });

  test('is no other image: names are told apart', ({ expect }) => {
    apptainer();
    const { said } = bash(
      'apptainer',
      `for one in lab/a:1 lab_a:1; do ${find.replace('docker://lab/a:1', 'docker://$one')} >/dev/null; done; ls state/images`,
    );
    expect(said).toBe('lab%a+1.sif\nlab_a+1.sif\n');
  });
});

describe('what the container sees', () => {
  test.for<[string, string, string[]]>([
    ['of nothing else', '', ['/tmp', '/var/tmp']],
    ['where it is shown at another place, too', "/tmp /scratch ''", ['/tmp', '/var/tmp']],
    ['but for a mount of its own there', "/a /tmp ''", ['/var/tmp']],
  ])('in Podman the folders for temporary files are those of the host: %s', ([, binds, wanted], {
    expect,
  }) => {
    put(
      'bin/podman',
      '#!/bin/bash\nprintf "%s\\n" "$@" | sed -n "s/^type=bind,source=\\(.*tmp\\),target=\\1$/\\1/p"\n',
    );
    const { said } = bash('podman', `tmp_of_run=/x starts=1 image_id=0123 binds=(${binds}); inside true`);
    expect(said.split('\n')).toEqual([...wanted, '']);
  });

  test('a place that is mounted below the work folder is not hidden by it', ({ expect }) => {
    put('work/data/x');
    put('data/x');
    const { said } = bash(
      'charliecloud',
      `home=$PWD tmp_of_run=/tmp/one workdir=$PWD/work output=$PWD/work/out run=/tmp/run
mounts=("$PWD/data" "$PWD/work/data" ''); write_file() { :; }; claim_output() { :; }
collect_binds; printf '%s\\n' "\${binds[@]}"`,
    );
    expect(said.replaceAll(folder, '.').split('\n')).toEqual([
      './work',
      './work',
      '',
      './data',
      './work/data',
      '',
      '/tmp/run',
      '/tmp/run',
      '',
      '/tmp/one',
      '/tmp/one',
      '',
      '',
    ]);
  });

  test('a folder that a runtime makes in one of the user, for what is mounted below it, is removed in the end', ({
    expect,
  }) => {
    put('data/kept/x');
    const { said } = bash(
      'podman',
      `home=$PWD workdir=/data output=/data/out run=/data/runs/md/7 tmp_of_run=/nowhere listener='' job_number=4711 places=()
mounts=("$PWD/data" /data ''); write_file() { :; }; holds_lease() { :; }; say() { echo "$*"; }
collect_binds 2>/dev/null; printf '%s\\n' "\${places[@]}"; mkdir -p data/runs/md/7; stop_listening; (cd data && find . -type d)`,
    );
    expect(said.replaceAll(folder, '').split('\n')).toEqual([
      '/data/out is /data/out on this host',
      '/data/runs/md/7',
      '/data/runs/md',
      '/data/runs',
      '.',
      './kept',
      '',
    ]);
  });

  test('an image below the work folder is none of the files that a program changed', ({ expect }) => {
    put('work/image/usr/bin/new');
    put('work/image-folder-1-2/usr/bin/old');
    put('work/image.sif.recipe');
    put('work/result');
    put('from/open');
    const { said } = bash(
      'charliecloud',
      `touch -d yesterday from/open; workdir_real=$PWD/work run_real=/state/md/7 tmp_of_run=/tmp/x output=$PWD/work/out
image=$PWD/work/image from=$PWD/from; changed_files "$from/open" 5 | tr '\\0' '\\n'
name_differences() { find_stale_files() { printf '%s\n' "$image"; exit; }; }; generation=1; bring_back`,
    );
    expect(said.replaceAll(folder, '')).toBe('/work/result\n/work/image\n');
  });

  test('Shifter: is asked for what is at another place, or to be read only', ({ expect }) => {
    put('bin/shifter', '#!/bin/bash\nprintf "%s\\n" "$@" | grep -e --volume\n');
    const { said } = bash('shifter', "binds=(/a /x '' /work /work '' /b /b ro); inside true");
    expect(said).toBe('--volume=/a:/x\n--volume=/b:/b:ro\n');
  });

  test('Charliecloud: an image that is a file gives its variables too, where it has any', ({ expect }) => {
    // As the real one: it fails where the image has none.
    put(
      'bin/ch-run',
      '#!/bin/bash\n[[ $1 != --set-env || -e has ]] || exit 1\nprintf "%s\\n" "$@" | grep -x -e --set-env || echo none\n',
    );
    put('md.sqfs');
    const given = 'image=$PWD/md.sqfs image_id=$(identity "$image") binds=(); inside true';
    expect(bash('charliecloud', given).said).toBe('none\n');
    put('has');
    expect(bash('charliecloud', given).said).toBe('--set-env\n');
  });

  test('Charliecloud: a file at its place, twice, and the variables of an image whose path holds a =', ({
    expect,
  }) => {
    put('bin/ch-run', '#!/bin/bash\nprintf "%s\\n" "$@" | grep -e environment -e "^--set-env$"\n');
    put('a=b/ch/environment', 'A=b\n');
    put('conf', 'x');
    const { said } = bash(
      'charliecloud',
      `image=$PWD/a=b binds=("$PWD/conf" /etc/x/conf ''); before=$(fingerprint "$image")
image_id=$before
(inside true); (inside true); [[ -f $image/etc/x/conf && $(fingerprint "$image") == "$before" ]] && echo a file`,
    );
    expect(said).toBe('--set-env\n--set-env\na file\n');
  });

  test.for(['submission', 'passed', 'image'])('a job that cannot write %s ends before anything runs', (name, {
    expect,
  }) => {
    put('bin/podman', '#!/bin/bash\n[[ $1 != image ]] || echo 0123abcd\n');
    const { status, said } = bash(
      'podman',
      `need_tools() { :; }; check_state() { :; }; collect_binds() { :; }; record_end() { :; }
outcome='' run_id=1 tmp_of_run=/tmp/one; node=n
mkdir "$${name === 'image' ? 'run/image.tmp' : `attempt_dir/${name}`}"
say() { echo "$1"; }; sum_up() { :; }; prepare_host; echo went on`,
    );
    expect([status, said]).toEqual([70, expect.stringContaining('cannot write')]);
  });
});

describe('a container that does not start', () => {
  // The outer half's care of an inner half that is made here.
  const care = (
    inside: string,
  ) => `CRFLOW_START_LIMIT=1 starts=0 absences=0 end_time=0 spent=0 now=0; catch_signals; attempt_dir=$PWD/attempt
exec 8>/dev/null 9>/dev/null
script=x workdir=$PWD output=$PWD/out tmp_of_run=$PWD/tmp
heartbeat() { return 1; }; holds_lease() { :; }; end_computation() { :; }
charge_work() { :; }; journal() { :; }; keep_script() { :; }; sleep() { :; }
inside() { ${inside}; }
once() { start_inner_half; watch_inner_half; }
`;

  test('is tried again twice, however often it has started before', ({ expect }) => {
    const { said } = bash(
      'podman',
      `${care('if ((starts <= 4)); then : >"$attempt_dir/inside"; echo again >"$attempt_dir/outcome"; fi; exit')}
until [[ $outcome == absent ]] && ! may_start_again >/dev/null; do once; printf '%s ' "$outcome"; done 2>&1`.replace(
        'until',
        "outcome=''\nuntil",
      ),
    );
    expect(said.trim()).toBe('again again again again absent absent absent');
  });

  test('is ended, also where nothing of the inner half is to be seen in it', ({ expect }) => {
    const { said } = bash(
      'apptainer',
      `${care("exec -a 'Apptainer runtime parent' /bin/sleep 30")}once; wait_until 30 inner_half_is_gone && echo "$outcome"`,
    );
    expect(said).toBe('absent\n');
  });

  test('one that does not go away is ended, and what was done in it stands', ({ expect }) => {
    const { said } = bash(
      'apptainer',
      `${care(': >"$attempt_dir/inside"; echo "saved x" >"$attempt_dir/outcome"; exec -a "Apptainer runtime parent" /bin/sleep 30')}once; wait_until 30 inner_half_is_gone && echo "$outcome"`,
    );
    expect(said).toBe('saved\n');
  });

  test('CRFLOW_START_LIMIT is looked at as the other settings are', ({ expect }) => {
    const { status, said } = bash(
      'podman',
      "outcome='' attempt_dir='' CRFLOW_START_LIMIT=5min; check_settings || leave 70 \"$wrong\"",
    );
    expect([status, said]).toEqual([70, expect.stringContaining("CRFLOW_START_LIMIT is '5min'")]);
  });
});

describe('the request to finish', () => {
  // An inner half that is busy for a while, and then does as it is asked.
  const asked = (meanwhile: string) => `starts=0 end_time=0 spent=0 now=0 script=x; catch_signals; : >stop
attempt_dir=$PWD/attempt; exec 8>/dev/null 9>/dev/null
workdir=$PWD output=$PWD/out tmp_of_run=$PWD/tmp
heartbeat() { return 1; }; holds_lease() { :; }; end_computation() { :; }
charge_work() { :; }; journal() { :; }; keep_script() { :; }; say() { :; }
inside() {
  : >"$attempt_dir/inside"
  ${meanwhile}
  for _ in {1..50}; do
    if requested && [[ $request == finish* ]]; then echo 'saved x' >"$attempt_dir/outcome" && return; fi
    pause
  done
  echo 'lost nobody asked' >"$attempt_dir/outcome"
}
start_inner_half; watch_inner_half; echo "$outcome $why"
`;

  test("reaches it, where the owner's wish for a checkpoint came just behind it", ({ expect }) => {
    const wish =
      'until [[ -e $attempt_dir/request ]]; do pause; done; write_file "$attempt_dir/request" checkpoint';
    expect(bash('podman', asked(wish)).said).toBe('saved x\n');
  });

  test('reaches it, where the disk was full for a moment', ({ expect }) => {
    const full = 'until [[ -e tried ]]; do pause; done; sleep 0.5; rmdir "$attempt_dir/request.tmp"';
    const { said } = bash(
      'podman',
      `mkdir "$attempt_dir/request.tmp"
${asked(full).replace('say() { :; }', 'say() { : >tried; }')}`,
    );
    expect(said.split('\n').filter((line) => !line.includes('request.tmp'))).toEqual(['saved x', '']);
  });
});

describe('the inner half', () => {
  test('takes no other DMTCP of the image than the one that the flow names', ({ expect }) => {
    put('bin/dmtcp_launch', '#!/bin/bash\n');
    const come = `: >"$attempt_dir/passed"; printf 'id\\nmd:1\\n' >"$attempt_dir/image"; conclude() { echo "$*"; exit; }; begin_inner_half; echo came in`;
    expect(bash('podman', come).said).toBe(
      "missing there is no /opt/bin/dmtcp_launch in the image md:1: the flow's dmtcp is to name DMTCP's prefix in it\n",
    );
  });

  test('takes neither coordinator nor folders from what the submission passes on', ({ expect }) => {
    const { said } = bash(
      'podman',
      `begin_inner_half() { export DMTCP_COORD_HOST=elsewhere live=/no tmp_of_run=/no; }; check_place() { :; }; check_dmtcp() { :; }; close_inherited() { :; }; mkdir -p attempts/1
describe_machine() { :; }; mkdir tmp; mkfifo tmp/control.1; exec 7<>tmp/control.1; open_inner_half "$PWD" 1 "$PWD" "$PWD/out" "$PWD/tmp"; echo "\${DMTCP_COORD_HOST-none} $live $tmp"`,
    );
    expect(said).toBe(`none ${folder}/attempts/1/live ${folder}/tmp/crflow-x.1\n`);
  });
});

describe('the folder on the node', () => {
  test('of another TMPDIR is found all the same: nothing of an older attempt is left', ({ expect }) => {
    const { said } = bash(
      'podman',
      `mkdir -p a/any/crflow-x.1; sleep 30 3>a/any/crflow-x.1/x & old=$!; disown
end_older_computations; sleep 0.2; kill -0 "$old" 2>/dev/null || echo ended`,
    );
    expect(said).toBe('ended\n');
  });

  test('of an attempt that was killed is removed by the next one on this node, if it is ours', ({
    expect,
  }) => {
    const { said } = bash(
      'podman',
      `node=n1; for i in 1 2 3; do mkdir -p attempts/$i crflow-$i; done; echo "n1 $PWD/crflow-1" >attempts/1/tmp; echo "n2 $PWD/crflow-2" >attempts/2/tmp
mv crflow-3 x; ln -s x crflow-3; echo "n1 $PWD/crflow-3" >attempts/3/tmp; remove_older_tmp; ls -d crflow-* x; ls attempts/*/tmp`,
    );
    expect(said).toBe('crflow-2\ncrflow-3\nx\nattempts/2/tmp\n');
  });
});
