import { diagnose } from '../diagnostics/define.ts';
import { suggest } from '../diagnostics/suggest.ts';
import { wrap } from '../diagnostics/width.ts';
import { listing, quote } from '../diagnostics/words.ts';
import { format } from '../format/format.ts';
import { readIncluded } from '../host/files.ts';
import type { KnownProgram } from '../model/known-program.ts';
import { builtin, programNamed } from '../programs/builtin.ts';
import { openRecords } from '../programs/choose.ts';
import { findings } from './findings.ts';
import type { Reporter } from './report.ts';

/**
 * The record that `--for` names, by a name that people use for the program or by the path of a file from the current folder.
 * `none` after a report, and after the list of all, which is what `--for` without a name asks for.
 */
export function recordFor(named: string | true, reporter: Reporter): KnownProgram | 'none' {
  if (named === true) {
    for (const line of listOfAll()) reporter.say(line);
    return 'none';
  }
  const known = programNamed(named);
  if (known !== undefined) return known;
  const records = openRecords(readIncluded);
  const found = records.find(named, '-');
  for (const { source, diagnostics } of records.files()) reporter.report(diagnostics, source);
  if (found === 'broken') return 'none';
  if (found === 'unknown') {
    const candidates = [...builtin.values()].map(({ name, called = [] }) => ({ name, aliases: called }));
    const nearest = suggest(named, candidates);
    reporter.report([diagnose(findings.noProgram, { name: named, nearest, known: listOfAll() })]);
    return 'none';
  }
  if (!('why' in found)) return found;
  reporter.report([diagnose(findings.unreadable, { name: named, why: found.why })]);
  return 'none';
}

function listOfAll(): string[] {
  const all = [...builtin.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const width = Math.max(...all.map(({ name }) => name.length));
  return all.map(
    ({ name, title, tried }) =>
      `${name.padEnd(width)}  ${title}: ${tried === undefined ? 'from its manual; not tried' : `measured with ${tried}`}`,
  );
}

/** How many columns a comment takes. */
const COLUMNS = 118;

/**
 * A flow for that program, which compiles as it is.
 * @param path the record's file as the flow will name it, where it is not one of crc's own
 */
export function flowFor(name: string, record: KnownProgram, path?: string): string {
  const { title, tried, example, checkpoint } = record;
  const { input, run, again, tasks, threads, with: given = {} } = example;
  const text = (value: string | number) =>
    typeof value === 'number' ? String(value) : JSON.stringify(value);
  const comments = [
    `${name}: ${title}, which saves itself. ${tried === undefined ? `What crc knows of it is from its manual; not tried.` : `What crc knows of it was measured with ${tried}.`}`,
    ...input,
  ];
  const listed = listing(Object.keys(checkpoint).map(quote));
  const needed = Object.entries(given).map(([key, value]) => `${key} = ${text(value)}`);
  const others = Object.entries(record.parameters ?? {}).flatMap(([key, { about, default: byDefault }]) =>
    Object.hasOwn(given, key) || byDefault === undefined
      ? []
      : [`// ${key} = ${text(byDefault)}  // ${about}`],
  );
  const lines = [
    'crflow 1',
    '',
    ...comments.flatMap((line) => comment(line)),
    `workflow ${name} {`,
    '  application {',
    ...(run.includes('CRFLOW_RANK')
      ? [
          '    // "$CRFLOW_RANK" starts each rank with TERM ignored: a preemption sends it to all ranks at once.',
        ]
      : []),
    `    run   = ${text(run)}`,
    ...(again === undefined ? [] : [`    again = ${text(again)}`]),
    ...(tasks === undefined ? [] : [`    tasks = ${tasks}  // ranks; on several nodes, add \`nodes = 2\``]),
    ...(run.startsWith('srun') && tasks !== undefined
      ? [
          '    mpi   = pmix  // for Open MPI; pmi2 for MPICH and Intel MPI. srun --mpi=list shows what there is',
        ]
      : []),
    ...(threads === undefined ? [] : [`    threads = ${threads}`]),
    '  }',
    '  checkpoint {',
    ...comment(`It gives ${listed}. A key that you write here takes its place.`, 4),
    `    program  = ${path === undefined ? record.name : text(path)}`,
    ...(others.length > 0
      ? ['    with {', ...[...needed, ...others].map((line) => `      ${line}`), '    }']
      : needed.length > 0
        ? [`    with { ${needed.join('  ')} }`]
        : []),
    '    interval = 15min  // the most work that a failure can cost, if the program saves as often',
    '    lead     = 3min   // before the time limit: to ask, to wait for the answer, to copy and seal',
    '  }',
    '  schedule { time = 4h  total = 5d }',
    '}',
    '',
  ];
  const flow = lines.join('\n');
  return format({ name, text: flow }).text ?? flow;
}

/** As lines of comment; one that begins with blanks stays as it is. */
function comment(line: string, indent = 0): string[] {
  const before = `${' '.repeat(indent)}// `;
  if (line.startsWith(' ')) return [`${before}${line}`];
  return wrap(line, COLUMNS - before.length).map((one) => `${before}${one}`);
}
