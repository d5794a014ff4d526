import { describe, expect, test } from 'vitest';
import { readCase } from '../support/cases.ts';
import { type CompileInputs, compile } from '../support/compile.ts';

/**
 * What a help line says is tried: with `written` made into what the help shows, nothing is wrong any more, or the help
 * would lead into the next error.
 */
interface Row {
  /** Stands before the workflow. */
  readonly top?: string;
  readonly block: 'application' | 'environment' | 'checkpoint' | 'schedule' | 'image' | 'top';
  readonly written: string;
  readonly code: string;
  /** Part of the help, and what is then in the place of `written`, where that is more than what stands in backquotes. */
  readonly help: string;
  readonly fixed?: string;
  /** Wrong the other way: no help line holds this. */
  readonly never?: string;
  readonly settings?: Readonly<Record<string, string>>;
}

const rows: readonly Row[] = [
  // A word that names a value which only {{…}} puts in.
  {
    block: 'environment',
    written: 'set { OMP_NUM_THREADS = threads }',
    code: 'CRF201',
    help: '`OMP_NUM_THREADS = "{{threads}}"`',
    fixed: 'set { OMP_NUM_THREADS = "{{threads}}" }',
  },
  {
    block: 'environment',
    written: 'set { LIMIT = time }',
    code: 'CRF201',
    help: '`LIMIT = "{{time}}"`',
    fixed: 'set { LIMIT = "{{time}}" }',
  },
  {
    block: 'environment',
    written: 'set { SPACE = mem }',
    code: 'CRF201',
    help: 'write `SPACE = "{{mem}}"`, and add `schedule { mem = 8GiB }`',
    fixed: 'set { SPACE = "{{mem}}" } } schedule { mem = 8GiB',
  },
  {
    top: 'let cores = 8',
    block: 'application',
    written: 'output = cores',
    code: 'CRF201',
    help: '`output = "{{cores}}"`',
  },
  // Text that looks like a number.
  ...['1e3', '3x', '0x10'].map((text) => ({
    block: 'environment' as const,
    written: `set { B = ${text} }`,
    code: 'CRF219',
    help: `to use it as text, write \`"${text}"\``,
    fixed: `set { B = "${text}" }`,
  })),
  {
    block: 'environment',
    written: 'set { B = -1 }',
    code: 'CRF020',
    help: 'for text, write `"-1"`',
    fixed: 'set { B = "-1" }',
  },
  {
    block: 'top',
    written: 'let b = 1e3',
    code: 'CRF219',
    help: 'to use it as text, write `"1e3"`',
    fixed: 'let b = "1e3"',
  },
  // A name in another spelling.
  {
    top: 'let ncores = 8',
    block: 'application',
    written: 'threads = ncore',
    code: 'CRF201',
    help: '`threads = ncores`',
  },
  {
    top: 'let limit = 30min',
    block: 'schedule',
    written: 'time_min = limits',
    code: 'CRF201',
    help: '`time_min = limit`',
  },
  {
    top: 'let limit = 8',
    block: 'schedule',
    written: 'time_min = limits',
    code: 'CRF201',
    help: '`time_min = 30min`',
  },
  {
    top: 'let ncores = 8',
    block: 'environment',
    written: 'set { CORES = ncore }',
    code: 'CRF201',
    help: '`CORES = ncores`',
    fixed: 'set { CORES = ncores }',
  },
  {
    top: 'let account2 = "m0000"',
    block: 'schedule',
    written: 'account = account',
    code: 'CRF201',
    help: '`account = account2`',
    fixed: 'account = account2',
  },
  {
    top: 'let the_way = "TERM"',
    block: 'checkpoint',
    written: 'signal = teh_way',
    code: 'CRF202',
    help: '`signal = the_way`',
  },
  // A sign, or a word, too many before a value.
  {
    block: 'application',
    written: 'threads : 8',
    code: 'CRF011',
    help: '`threads = 8`',
  },
  {
    block: 'application',
    written: 'threads := 8',
    code: 'CRF011',
    help: '`threads = 8`',
    never: '= :',
  },
  {
    block: 'environment',
    written: 'load: ["gcc", "cmake"]',
    code: 'CRF011',
    help: '`load = ["gcc", "cmake"]`',
  },
  {
    block: 'application',
    written: 'again: "./solve --again"  memory: 4GiB',
    code: 'CRF011',
    help: '`memory = 4GiB`',
  },
  {
    block: 'application',
    written: 'threads: 8, memory: 2GiB',
    code: 'CRF011',
    help: '`threads = 8`',
  },
  // The value needs a change as well, which another finding says.
  {
    block: 'application',
    written: 'workdir: data',
    code: 'CRF011',
    help: '`workdir = …`',
    fixed: 'workdir = "data"',
  },
  { block: 'top', written: 'let n: 8', code: 'CRF011', help: '`let n = 8`' },
  // Keys of another engine.
  {
    block: 'checkpoint',
    written: 'engine = own  done_files = ["b"]  files = ["a"]  protect = ["log.txt"]',
    code: 'CRF540',
    help: 'in `files`',
    fixed: 'engine = own  done_files = ["b"]  files = ["a", "log.txt"]',
  },
  {
    block: 'checkpoint',
    written: 'files = ["a"]',
    code: 'CRF540',
    help: '`protect` keeps copies',
    fixed: 'protect = ["a"]',
  },
  // No name is near: those that fit are listed.
  {
    top: 'let pause = 30min\nlet cores = 8',
    block: 'schedule',
    written: 'time_min = shortest',
    code: 'CRF201',
    help: 'or a name that is declared: `pause`',
    fixed: 'time_min = pause',
    never: 'cores',
  },
  {
    block: 'application',
    written: 'memory = 2000TiB',
    code: 'CRF274',
    help: '`200MiB`',
    fixed: 'memory = 200MiB',
  },
  { block: 'application', written: 'workdir ./data', code: 'CRF025', help: '`workdir = "./data"`' },
  {
    block: 'environment',
    written: 'set { export CASE = "cold" }',
    code: 'CRF025',
    help: 'leave out `export`: `CASE = …`',
    fixed: 'set { CASE = "cold" }',
  },
  {
    block: 'environment',
    written: 'set { setenv CASE "cold" }',
    code: 'CRF025',
    help: 'leave out `setenv`: `CASE = …`',
    fixed: 'set { CASE = "cold" }',
  },
  {
    block: 'image',
    written: 'COPY src /opt/src',
    code: 'CRF049',
    help: 'write copy "src" to "/opt/src"',
    fixed: 'copy "src" to "/opt/src"',
  },
  {
    block: 'image',
    written: 'ADD "src" "/opt/src"',
    code: 'CRF049',
    help: 'write copy "src" to "/opt/src"',
    fixed: 'copy "src" to "/opt/src"',
  },
  {
    block: 'image',
    written: 'copy src /opt/src',
    code: 'CRF049',
    help: 'write copy "src" to "/opt/src"',
    fixed: 'copy "src" to "/opt/src"',
  },
  // Several values.
  {
    block: 'schedule',
    written: 'partition = debug,batch',
    code: 'CRF033',
    help: '`partition = "debug,batch"`',
  },
  {
    block: 'schedule',
    written: 'partition = [debug, batch]',
    code: 'CRF201',
    help: '`partition = "debug,batch"`',
  },
  {
    block: 'schedule',
    written: 'slurm { licenses = cfs,scratch }',
    code: 'CRF033',
    help: '`licenses = "cfs,scratch"`',
    fixed: 'slurm { licenses = "cfs,scratch" }',
  },
  { block: 'schedule', written: 'array = 1,3', code: 'CRF033', help: '`array = "1,3"`' },
  { block: 'application', written: 'threads = 4, 8', code: 'CRF033', help: '`threads = 4`' },
  {
    block: 'environment',
    written: 'load = gcc, "openmpi"',
    code: 'CRF033',
    help: '`load = ["gcc", "openmpi"]`',
  },
  {
    block: 'environment',
    written: 'load = "gcc openmpi"',
    code: 'CRF201',
    help: '`load = ["gcc", "openmpi"]`',
  },
  { block: 'environment', written: 'load = "gcc/13"', code: 'CRF201', help: '`load = ["gcc/13"]`' },
  {
    block: 'environment',
    written: 'load = "$GCC"',
    code: 'CRF201',
    help: '`load = ["dmtcp/4.1.1", "gcc/13"]`',
  },
  { block: 'image', written: 'packages = "g++;make"', code: 'CRF201', help: '`packages = ["libgomp1"]`' },
  { block: 'image', written: 'packages = "g++ make"', code: 'CRF201', help: '`packages = ["g++", "make"]`' },
  {
    block: 'image',
    written: 'build_packages = "g++, make"',
    code: 'CRF201',
    help: '`build_packages = ["g++", "make"]`',
  },
  // Nothing, and the words of other languages for yes and no.
  {
    block: 'schedule',
    written: 'mem = 0',
    code: 'CRF273',
    help: 'leave `mem` out',
    fixed: '',
    never: '0MiB',
  },
  {
    block: 'application',
    written: 'memory = 0',
    code: 'CRF273',
    help: '',
    fixed: 'memory = 1GiB',
    never: '0MiB',
  },
  {
    block: 'top',
    written: 'param fast: Bool = true',
    code: 'CRF117',
    help: '`yes`',
    fixed: 'param fast: Bool = yes',
    never: 'let true',
  },
  {
    block: 'top',
    written: 'let fast = False',
    code: 'CRF117',
    help: '`no`',
    fixed: 'let fast = no',
    never: 'let',
  },
  { block: 'checkpoint', written: 'prove = false', code: 'CRF202', help: '`prove = no`' },
  {
    block: 'schedule',
    written: 'slurm { exclusive = true }',
    code: 'CRF229',
    help: '`exclusive = yes`',
    fixed: 'slurm { exclusive = yes }',
  },
  {
    block: 'schedule',
    written: 'slurm { hold = off }',
    code: 'CRF229',
    help: '`hold = no`',
    fixed: 'slurm { hold = no }',
  },
  // Numbers with decimals, and what --set gives.
  { block: 'top', written: 'param dt: Float = 3.5', code: 'CRF124', help: '`param dt: String = "3.5"`' },
  {
    block: 'top',
    written: 'param limit: Duration = 120',
    code: 'CRF226',
    help: 'write `120s` or `120min`',
    fixed: 'param limit: Duration = 120s',
  },
  {
    block: 'top',
    written: 'param need: Int = 3',
    settings: { need: '3.5' },
    code: 'CRF227',
    help: '`param need: String`',
    fixed: 'param need: String = "3.5"',
  },
  {
    block: 'top',
    written: 'param limit: Duration = 2h',
    settings: { limit: '120' },
    code: 'CRF227',
    help: '`--set limit=120s` or `--set limit=120min`',
    fixed: 'param limit: Duration = 120s',
  },
  {
    block: 'top',
    written: 'param fast: Bool = no',
    settings: { fast: 'true' },
    code: 'CRF227',
    help: '`--set fast=yes`',
    fixed: 'param fast: Bool = yes',
  },
  {
    block: 'top',
    written: 'include <x.crflow>',
    code: 'CRF008',
    help: 'write "x.crflow"',
    fixed: '',
    never: '<',
  },
  // GPUs.
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["a"]  done_files = ["b"] } application { gpus = 0',
    code: 'CRF201',
    help: 'leave `gpus` out',
    fixed: 'engine = own  files = ["a"]  done_files = ["b"]',
  },
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["a"]  done_files = ["b"] } application { gpus = "0"',
    code: 'CRF201',
    help: 'leave `gpus` out',
    fixed: 'engine = own  files = ["a"]  done_files = ["b"]',
  },
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["a"]  done_files = ["b"] } application { gpus = "per-task:2"',
    code: 'CRF201',
    help: '`gpus_per_task = 2`',
    fixed: 'engine = own  files = ["a"]  done_files = ["b"] } application { gpus_per_task = 2',
  },
  // What users of Slurm ask for.
  { block: 'schedule', written: 'nodes = 2', code: 'CRF103', help: 'move it', fixed: '' },
  { block: 'schedule', written: 'ntasks = 4', code: 'CRF101', help: '`tasks` in `application`', fixed: '' },
  {
    block: 'schedule',
    written: 'gpus = 1',
    code: 'CRF103',
    help: 'move it',
    fixed: '',
  },
  {
    block: 'schedule',
    written: 'cpus_per_task = 4',
    code: 'CRF101',
    help: 'use `threads` in `application`',
    fixed: ' } application { threads = 4',
    never: 'it takes',
  },
  {
    block: 'schedule',
    written: 'mem_per_cpu = 4GiB',
    code: 'CRF101',
    help: 'the key `mem` of `schedule`',
    fixed: 'mem = 4GiB',
  },
  {
    block: 'schedule',
    written: 'requeue = yes',
    code: 'CRF101',
    help: 'it follows from `strategy` in `checkpoint`',
    fixed: '',
  },
  {
    block: 'schedule',
    written: 'job-name = x',
    code: 'CRF101',
    help: "it is the workflow's name",
    fixed: '',
  },
  {
    block: 'application',
    written: 'output = "%j.out"',
    code: 'CRF331',
    help: '`output = "${SLURM_JOB_ID}.out"`',
  },
  {
    block: 'application',
    written: 'output = "$SCRATCH/%x-%5j.out"',
    code: 'CRF331',
    help: '`output = "${SCRATCH}/${SLURM_JOB_NAME}-${SLURM_JOB_ID}.out"`',
  },
  {
    block: 'application',
    written: 'output = "a_%A_%a.out"',
    code: 'CRF331',
    help: 'leave `output` out',
    fixed: '',
  },
  {
    block: 'application',
    written: 'output = "a_%A.out" } schedule { array = "0-9"',
    code: 'CRF331',
    help: 'output = "a_${SLURM_ARRAY_JOB_ID}.out"',
    fixed: 'output = "a_${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}.out" } schedule { array = "0-9"',
  },
  // Signs of other languages.
  { top: 'let n = 8', block: 'application', written: 'threads = $n', code: 'CRF019', help: '`threads = n`' },
  {
    top: 'let n = 8',
    block: 'application',
    written: 'threads = ${n}',
    code: 'CRF019',
    help: '`threads = n`',
  },
  {
    top: 'let n = 8',
    block: 'application',
    written: 'threads = {{n}}',
    code: 'CRF019',
    help: '`threads = n`',
  },
  {
    block: 'application',
    written: 'threads = $N',
    code: 'CRF019',
    help: '`param n: Int = 8`',
    fixed: 'threads = 8',
    never: '"',
  },
  {
    top: 'let n = 8',
    block: 'application',
    written: 'threads = n-1',
    code: 'CRF201',
    help: '`threads = n - 1`',
  },
  { block: 'application', written: 'threads = max(1, 2)', code: 'CRF051', help: '`threads = 2`' },
  {
    block: 'application',
    written: 'again = ./solve -cpi a.cpt',
    code: 'CRF008',
    help: 'write "./solve -cpi a.cpt"',
    fixed: '',
  },
  {
    block: 'checkpoint',
    written: 'proof_after: 1min, keep: 2',
    code: 'CRF012',
    help: 'remove it',
    fixed: 'keep = 2',
  },
  // Keys that name the same files.
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["*"]  done_files = ["b"]',
    code: 'CRF601',
    help: 'by a pattern with their ending',
    fixed: 'engine = own  files = ["*.rst"]  done_files = ["b"]',
  },
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["**/*.rst"]  done_files = ["b"]',
    code: 'CRF601',
    help: '`state = "$SCRATCH/crflow"`',
    fixed: 'engine = own  files = ["**/*.rst"]  done_files = ["b"]  state = "$SCRATCH/crflow"',
  },
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["a*"]  clear = ["a*", "EXIT"]  done_files = ["b"]',
    code: 'CRF602',
    help: 'leave it out of `clear`',
    fixed: 'engine = own  files = ["a*"]  clear = ["EXIT"]  done_files = ["b"]',
  },
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["a"]  ask_file = "a"  done_files = ["b"]',
    code: 'CRF602',
    help: '`ask_file = "STOP"`',
    fixed: 'engine = own  files = ["a"]  ask_file = "STOP"  done_files = ["b"]',
  },
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["a"]  done_files = ["a"]',
    code: 'CRF603',
    help: '`done_files = ["result"]`',
    fixed: 'engine = own  files = ["a"]  done_files = ["result"]',
  },
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["a", "log"]  grows = ["log"]  done_files = ["b"]',
    code: 'CRF604',
    help: 'leave what it appends to in `grows`',
    fixed: 'engine = own  files = ["a"]  grows = ["log"]  done_files = ["b"]',
  },
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["a", "STOP*"]  ask_file = "STOP"  done_files = ["b"]',
    code: 'CRF605',
    help: 'only what the program writes when it saves',
    fixed: 'engine = own  files = ["a"]  ask_file = "STOP"  done_files = ["b"]',
  },
  {
    block: 'checkpoint',
    written: 'engine = own  files = ["a"]  done_files = ["b"] } schedule { array = "0-3"',
    code: 'CRF606',
    help: '`workdir = "task-$SLURM_ARRAY_TASK_ID"`',
    fixed:
      'engine = own  files = ["a"]  done_files = ["b"] } schedule { array = "0-3" } application { workdir = "task-$SLURM_ARRAY_TASK_ID"',
  },
  { block: 'schedule', written: 'time_min = none', code: 'CRF257', help: '`time_min = 7d`', fixed: '' },
];

const BLOCKS: Readonly<Record<string, string>> = {
  application: 'run = "./solve $SLURM_ARRAY_TASK_ID"',
  environment: '',
  checkpoint: 'interval = 10min  lead = 2min',
  schedule: 'time = 2h  total = 1d',
};

/** A flow with that text in its place. A block that `written` closes and opens again is one block. */
function flowOf({ top = '', block }: Row, written: string): string {
  const [here = '', ...others] = written.split(/ \} (?=\w+ \{ )/);
  const more = Object.fromEntries(others.map((one) => one.split(' { ') as [string, string]));
  const image = block === 'image';
  const blocks = Object.entries(BLOCKS).map(([name, entries]) => {
    const own = name === block ? here : (more[name] ?? '');
    return `  ${name} {\n    ${entries}\n    ${own}\n  }`;
  });
  if (image)
    blocks.push(
      '  container { runtime = podman  image = "registry.example.org/lab/solve:1.2" }',
      `  image {\n    from = "debian:12"  build = "make"  results = ["/opt/solve"]\n    ${here}\n  }`,
    );
  return `crflow 1\n${top}\n${block === 'top' ? here : ''}\nworkflow water {\n${blocks.join('\n')}\n}\n`;
}

const findings = (row: Row, written: string, settings?: Row['settings']) => {
  const given: CompileInputs = { settings: new Map(Object.entries(settings ?? {})) };
  return compile({ name: 'flow.crflow', text: flowOf(row, written) }, given).diagnostics;
};

describe.each(rows)('$written', (row) => {
  const { written, code, help, never, settings } = row;

  test(`${code}: ${help}`, () => {
    const found = findings(row, written, settings);
    expect(found.map((one) => one.code).filter((one) => one !== 'CRF122')).toContain(code);
    const lines = found.flatMap((one) => one.help).join('\n');
    expect(lines).toContain(help);
    if (never !== undefined) expect(lines).not.toContain(never);
  });

  const fixed = row.fixed ?? help.replace(/^`|`$/g, '');
  test(`${fixed} is right`, () => {
    const left = findings(row, fixed).map((one) => one.code);
    expect(left.filter((one) => one !== 'CRF122')).toEqual([]);
  });
});

test('each line that is no entry is said, not only the first', () => {
  const row: Row = { block: 'application', written: '', code: '', help: '' };
  const codes = (written: string) => findings(row, written).map((one) => one.code);
  expect(codes('threads : 8\n    output : "a"')).toEqual(['CRF011', 'CRF011']);
  expect(codes('threads 8\n    output "a"\n    memory 4GiB')).toEqual(['CRF025', 'CRF025', 'CRF025']);
});

test('an interval has no none, and what the help names instead is right', () => {
  const text = (interval: string) =>
    `crflow 1\nworkflow a {\n application { run = "./a" }\n checkpoint { interval = ${interval}  lead = 2min }\n schedule { time = 2h  total = 1d }\n}`;
  const found = (interval: string) => compile({ name: 'flow.crflow', text: text(interval) }).diagnostics;
  expect(found('none').flatMap(({ help }) => help)).toEqual([
    'write `interval = auto`, which the job calculates, or a duration, such as `interval = 1h`',
  ]);
  expect([...found('auto'), ...found('1h')]).toEqual([]);
});

test('what --set needs of a `let` is a param of its type, which the help writes', () => {
  const flow = (first: string) =>
    `crflow 1\n${first}\nworkflow a {\n application { run = "./a {{x}}" }\n checkpoint { interval = 10min  lead = 2min }\n schedule { time = 2h  total = 1d }\n}`;
  const found = (first: string) =>
    compile({ name: 'flow.crflow', text: flow(first) }, { settings: new Map([['x', '3min']]) }).diagnostics;
  const [help = ''] = found('let x = 2min').flatMap((one) => one.help);
  expect(help).toContain('`param x: Duration = 2min`');
  expect(found(/`([^`]+)`$/.exec(help)?.[1] ?? '')).toEqual([]);
});

test('the help for an empty file is a flow', () => {
  const [finding] = compile({ name: 'flow.crflow', text: '' }).diagnostics;
  const workflow = /`(workflow .*)`$/.exec(finding?.help[0] ?? '')?.[1] ?? '';
  expect(compile({ name: 'flow.crflow', text: `crflow 1\n${workflow}` }).diagnostics).toEqual([]);
});

test('the same as a YAML file is a flow', () => {
  const text = readCase('syntax-yaml').source.text;
  const [finding, ...others] = compile({ name: 'flow.crflow', text }).diagnostics;
  expect([finding?.code, others]).toEqual(['CRF050', []]);
  const [, ...flow] = finding?.help[0]?.split('\n') ?? [];
  expect(compile({ name: 'flow.crflow', text: flow.join('\n') }).diagnostics).toEqual([]);
});

test('a file to include is found without its suffix, and what is not expanded is said', () => {
  const include: CompileInputs['include'] = (path) =>
    path === 'shared.crflow'
      ? { source: { name: path, text: 'crflow 1' }, id: path }
      : { why: 'it does not exist' };
  const said = (path: string) => {
    const text = `crflow 1\ninclude "${path}"`;
    const { diagnostics } = compile({ name: 'flow.crflow', text }, { include });
    return diagnostics
      .filter(({ code }) => code === 'CRF150')
      .flatMap(({ notes, help }) => [...notes, ...help]);
  };
  expect(said('shared').join()).toContain('write `include "shared.crflow"`');
  expect(said('$HOME/x.crflow').join()).toContain('nothing expands `$`');
  expect(said('other').join()).not.toContain('write');
});
