import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findShellCheck } from '../../src/host/shellcheck.ts';
import { RUNTIMES, type RuntimeName } from '../../src/language/words.ts';
import { runtimeOf } from '../../targets/runtimes/index.ts';
import { compile } from '../support/compile.ts';
import { slow } from '../support/slow.ts';

// The emitted script as bash: what a consultant at a centre would hold against it.
const root = join(import.meta.dirname, '../..');
// `{{interval}}` is a number that `auto` does not have.
const every = readFileSync(join(root, 'specs/cases/good-everything/flow.crflow'), 'utf8')
  .replace('00:10:00', 'auto  mtbf = 7d')
  .replace('--every {{interval}}', '');
const emit = (text: string) => {
  const { flows, diagnostics } = compile({ name: 'flow.crflow', text });
  if (flows[0] === undefined) throw new Error(JSON.stringify(diagnostics));
  return flows[0].script.text;
};
const script = emit(every);
const inContainer = (runtime: RuntimeName) =>
  emit(
    every.replace(
      '  environment {',
      `  container {
    runtime = ${runtime}
    image   = ${runtime === 'apptainer' ? '"$SCRATCH/md.sif"' : '"registry.example.org/md/water:2.1"'}
    dmtcp   = "/usr/local"
    mount "$SCRATCH/set ups" to "/setups"${runtimeOf(runtime).readonly ? ' readonly' : ''}
  }
  environment {
    pass = ["OMP_*", "CASE"]`,
    ),
  );
/** Of a program that saves itself, and of one of which nothing is saved. */
const savesItself = emit(`crflow 1
workflow md {
  application { run = "srun \\"$CRFLOW_RANK\\" ./md"  again = "srun \\"$CRFLOW_RANK\\" ./md -from $CRFLOW_NEWEST"  nodes = 2  tasks = 4  alive = 1h }
  environment { load = ["md/1"] }
  checkpoint {
    engine = own  files = ["md.cpt", "a b/*"]  grows = ["md.log"]  ask_command = "touch STOP"  clear = ["STOP"]
    done_files = ["md.gro"]  done_text = "it's done"  done_in = "md.log"  done_command = "tail -n 1 md.log | grep -q x"
    interval = auto  lead = 2min
  }
  schedule { time = 4h  total = 5d }
}`);
/** The same, where each rank gets a container. */
const ranksIn = (runtime: RuntimeName) =>
  emit(`crflow 1
workflow md {
  application { run = "srun $IN_CONTAINER ./md"  again = "./md -from $CRFLOW_NEWEST"  nodes = 2  tasks = 4  threads = 2  alive = 1h }
  environment { load = ["md/1"]  set { CASE = "a b" }  pass = ["OMP_*", "CASE"] }
  container {
    runtime = ${runtime}
    image   = ${runtime === 'apptainer' ? '"$SCRATCH/md.sif"' : '"registry.example.org/md/water:2.1"'}
    mount "$SCRATCH/set ups" to "/setups"
  }
  checkpoint {
    engine = own  files = ["md.cpt"]  ask_signal = USR1  done_files = ["md.gro"]  interval = 1h  lead = 2min
  }
  schedule { time = 4h  total = 5d }
}`);
const savesNothing = emit(`crflow 1
workflow md {
  application { run = "./md" }
  checkpoint { engine = none  lead = 2min }
  schedule { time = 4h  total = 5d }
}`);
/** Ranks of MPI that DMTCP saves. */
const ranked = emit(`crflow 1
workflow ring {
  application { run = "./ring 100"  tasks = 4  threads = 2 }
  checkpoint { interval = 1h  lead = 2min }
  schedule { time = 4h  total = 5d }
}`);
/** Ranks of MPI over nodes that MANA saves. */
const underMana = emit(readFileSync(join(root, 'specs/cases/good-mana/flow.crflow'), 'utf8'));
const scripts: [string, string][] = [
  ['that MANA saves', underMana],
  ['on the host', script],
  ['that saves itself', savesItself],
  ['of which nothing is saved', savesNothing],
  ['with ranks under DMTCP', ranked],
  ...RUNTIMES.map((runtime): [string, string] => [`in ${runtime}`, inContainer(runtime)]),
  // The others are the same with fewer lines.
  ...(['podman', 'charliecloud'] as const).map((runtime): [string, string] => [
    `whose ranks are in ${runtime}`,
    ranksIn(runtime),
  ]),
];

/** The least that a flow can need. */
const bare = emit(`crflow 1
workflow least {
  application { run = "./least" }
  checkpoint { interval = 1h  lead = 2min }
  schedule { time = 4h  total = 5d }
}`);

/** Functions whose callers are in every script, and what keeps a script without them from calling them. */
const elsewhere: Readonly<Record<string, string>> = {
  hangs: 'CRFLOW_ALIVE, which check_settings refuses here',
  lived_since_checkpoint: 'CRFLOW_ALIVE',
  life_is_saved: 'CRFLOW_ALIVE',
  interval_by_cost: 'CRFLOW_MTBF, which check_settings refuses here',
  claim_files: 'engine=own',
  protected_files: 'the flow protects no file',
  keep_copies: 'the flow protects no file',
  put_back: 'the flow protects no file',
  load_modules: 'the flow loads no modules',
  checkpoint: 'the verb, in the help',
  checkpoint_on_time: 'none is scheduled without an engine that saves',
  restore: 'nothing is sealed without an engine that saves',
  dmtcp_coordinator: 'the command of that name',
};

test('no script calls a function that only other scripts have', () => {
  const defined = (text: string) => new Set([...text.matchAll(/^(\w+)\(\) /gm)].map(([, name = '']) => name));
  const all = new Set([...scripts.map(([, text]) => text), bare].flatMap((text) => [...defined(text)]));
  /** The words in the place of a command. */
  const called = (text: string) => {
    const code = text
      .split('\n')
      .filter((line) => !/^\s*#/.test(line))
      .map((line) => line.replace(/ # .*$/, '').replace(/declare -F \w+.*?; then.*$/, ''))
      .join('\n');
    const places =
      /(?<=(?:^|[;&|({!]|\b(?:then|if|else|do|until|while)) *)(\w+)(?= |$|;)|(?<=\$\()(\w+)(?=\))/gm;
    return new Set([...code.matchAll(places)].map(([word]) => word));
  };
  const missing = (text: string) => {
    const [own, words] = [defined(text), called(text)];
    return [...all].filter((name) => !own.has(name) && words.has(name));
  };
  const found = new Set<string>();
  for (const [name, text] of [...scripts, ['that needs least', bare] as const]) {
    const absent = missing(text);
    expect(
      absent.filter((one) => elsewhere[one] === undefined),
      name,
    ).toEqual([]);
    for (const one of absent) found.add(one);
  }
  expect(found).toEqual(new Set(Object.keys(elsewhere)));
});

/** Runs a checker on a script; a checker that is not installed is a skipped test with that as its name. */
function checker(script: string, program: string, ...args: string[]) {
  const there = spawnSync(program, ['--version']).error === undefined;
  test.skipIf(!there)(
    `passes ${[program, ...args].join(' ')}${there ? '' : ` (skipped: no ${program} on PATH)`}`,
    () => {
      const { status, stdout, stderr } = spawnSync(program, args, { input: script, encoding: 'utf8' });
      expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    },
  );
}

// Not the command that npm puts first on PATH, which would download another.
const found = await findShellCheck(undefined, { ...process.env, CRFLOW_NO_DOWNLOAD: '1' });
const shellcheck = 'path' in found ? found.path : 'shellcheck';

/**
 * The parts of a script that none before it has: ShellCheck takes four seconds for a whole one. Where parts are missing it cannot
 * know which variables are assigned or used elsewhere; `npm run test:all` has it read each script as a whole.
 */
const read = new Set<string>();
function newIn(script: string): { readonly text: string; readonly but: readonly string[] } {
  const parts = script.split(/^(?=# --- .* --- [0-9a-f]{12}$)/m);
  const fresh = parts.filter((part) => slow || !read.has(part));
  for (const part of parts) read.add(part);
  return { text: fresh.join(''), but: fresh.length < parts.length ? ['--exclude=SC2034,SC2154'] : [] };
}

describe.each(scripts)('an emitted script of a program %s', (_, script) => {
  checker(script, 'bash', '-n');
  const { text, but } = newIn(script);
  checker(text, shellcheck, '--norc', '--enable=all', ...but, '-');
  checker(script, 'shfmt', '-i', '2', '-ci', '-d');

  // Hosts have bash 4.4, images 4.2. A list of what came later, from bash's own CHANGES; the crash of an old bash
  // on a construct is not what one wants to learn from a job.
  const later: [string, RegExp][] = [
    ['4.3: wait -n', /^(?!.*BASH_VERSINFO.*else).*\bwait -n/], // with another way for those before
    ['4.3: local -n, declare -n', /\b(local|declare|typeset) -\w*n/],
    ['4.3: negative subscripts', /\$\{\w+\[-\d+\]\}/],
    ['4.4: ${x@Q} and the like', /\$\{\w+(\[[@*]\])?@[A-Za-z]\}/],
    ['4.4: mapfile -d', /\b(mapfile|readarray)\b[^\n]* -d/],
    ['4.4: local -', /\blocal -(\s|$)/],
    [
      '4.4: empty arrays under set -u',
      /"\$\{(?!(images|options|own_pids|pairs|places)\[)\w+\[@\]\}"(?<!\+"\$\{\w+\[@\]\}")/,
    ],
    ['5.0: EPOCHSECONDS, EPOCHREALTIME', /\bEPOCH(SECONDS|REALTIME)\b/],
    ['5.0: BASH_ARGV0', /\bBASH_ARGV0\b/],
    ['5.1: SRANDOM', /\bSRANDOM\b/],
    ['5.1: wait -p', /\bwait [^\n]*-p/],
    ['5.1: ${x@U}, ${x@K}', /@[UuLKk]\}/],
    ['5.2: patsub_replacement', /shopt -[su] patsub/],
    ['5.3: ${ command; }', /\$\{[ |]/],
  ];
  test.for(later)('uses nothing that bash got after 4.2: %s', ([, pattern], { expect }) => {
    expect(script.split('\n').filter((line) => !/^\s*#/.test(line) && pattern.test(line))).toEqual([]);
  });

  test('calls every function that it has', () => {
    const names = [...script.matchAll(/^(\w+)\(\) \{/gm)].map(([, name]) => name ?? '');
    const calls = (name: string) => [...script.matchAll(new RegExp(`\\b${name}\\b`, 'g'))].length;
    expect(names.filter((name) => calls(name) < 2)).toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('an emitted script', () => {
  if (slow) checker(script, shellcheck, '--norc', '-'); // as its owner would; with all checks it is read above
  test('is the same, whatever folder its source is in', () => {
    const [here, there] = ['flow.crflow', '/some/where/flow.crflow'].map((name) =>
      compile({ name, text: every }),
    );
    expect(there?.flows[0]?.script).toEqual(here?.flows[0]?.script);
  });

  test('has no line that this job does not need', () => {
    const less = every
      .replaceAll(/load *= *\[[^\]]*\]|protect *=.*|(?:alive|mtbf) *= *\w+/g, '')
      .replace('auto', '1h');
    const plain = compile({ name: 'flow.crflow', text: less });
    for (const part of ['load_modules', 'keep_copies', 'best_interval', 'look_for_life']) {
      expect(script).toContain(`${part}()`);
      expect(plain.flows[0]?.script.text).not.toContain(`${part}()`);
    }
  });
});

test('the runtime is made of shell files that are all part of a script', () => {
  const bare = (text: string) => text.replace(/^(# --- .* ---) [0-9a-f]{12}$/gm, '$1');
  const all = scripts.map(([, text]) => bare(text));
  const folders = [
    'job/runtime',
    'schedulers/slurm',
    'engines/dmtcp',
    'engines/own',
    'engines/none',
    'engines/plain',
  ];
  for (const folder of folders.map((one) => join(root, 'targets', one)))
    for (const file of readdirSync(folder).filter((one) => one.endsWith('.sh')))
      expect(
        all.some((text) => text.includes(readFileSync(join(folder, file), 'utf8').trimEnd())),
        file,
      ).toBe(true);
});

test.each(['md', 'primes', 'a_name_that_is_long'])('help explains in one column: %s', (name) => {
  const [help] = /^help\(\) \{\n[\s\S]*?\n\}$/m.exec(script) ?? [''];
  const { stdout } = spawnSync('bash', ['-c', `name=${name}\n${help}\nhelp`], { encoding: 'utf8' });
  const [usage = ''] = stdout.split('\n\n');
  const columns = usage
    .split('\n')
    .map((line) => /^ +\S.*?\S {2,}(?=\S+ )(?!\S+\.sbatch)/.exec(line)?.[0].length);
  expect(columns).toHaveLength(9);
  expect(new Set(columns)).toEqual(new Set([name.length + 35]));
});
