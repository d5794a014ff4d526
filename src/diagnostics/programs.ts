import { defineDiagnostics, error, warning } from './define.ts';
import { rename } from './fix.ts';
import { jsonMistakes } from './json-mistakes.ts';
import { listing, quote } from './words.ts';

/** CRF560 to CRF579: `program`, the record that it names, and what a flow adds to it. */
export const programs = defineDiagnostics(560, 579, {
  unknown: error<{
    name: string;
    nearest: string | undefined;
    isSure?: boolean | undefined;
    known: readonly string[];
  }>()('CRF560', 'A program without a record', {
    title: ({ name }) => `crc has no record of the program ${quote(name)}`,
    notes: ({ known }) => [`it knows ${listing(known.map(quote))}`],
    help: ({ name, nearest }) => [
      nearest === undefined
        ? `for a record of your own, write the path of its file: "./${name}.json"; for a program that saves itself in any other way, write \`engine = own\` and its keys`
        : `did you mean \`program = ${nearest}\`?`,
    ],
    fixes: ({ name, nearest, isSure }, here) =>
      here.written === name ? rename(here, nearest, isSure === true) : [],
  }),
  unreadable: error<{ path: string; why: string }>()('CRF561', "A program's record that cannot be read", {
    title: ({ path, why }) => `cannot read the record ${path}: ${why}`,
    help: () => ['the path is relative to the file that contains it'],
  }),
  noParameter: error<{
    program: string;
    name: string;
    nearest: string | undefined;
    isSure?: boolean | undefined;
    known: readonly string[];
  }>()('CRF562', "A parameter that a program's record does not have", {
    title: ({ program, name }) => `the record of ${program} has no parameter ${quote(name)}`,
    help: ({ nearest, known }) => [
      nearest !== undefined
        ? `did you mean \`${nearest}\`?`
        : known.length > 0
          ? `it has ${listing(known.map((one) => `\`${one}\``))}`
          : 'it has none: leave `with` out',
    ],
    fixes: ({ nearest, isSure }, here) => rename(here, nearest, isSure === true),
  }),
  parameterMissing: error<{
    program: string;
    name: string;
    about: string;
    option: string | undefined;
    found: readonly string[];
    example: string;
  }>()('CRF563', "A parameter of a program's record that is not given", {
    title: ({ program, name, about }) => `${program} needs \`${name}\`: ${about}`,
    notes: ({ option, found }) =>
      option === undefined
        ? []
        : [
            found.length > 1
              ? `\`run\` has ${option} with ${listing(found.map(quote))}`
              : `\`run\` has no ${option} with a plain name`,
          ],
    help: ({ name, option, example }) => [
      `write \`with { ${name} = ${example} }\`${option === undefined ? '' : `, or ${option} in \`run\``}`,
    ],
  }),
  wrongParameter: error<{ name: string; expected: string; found: string; example: string }>()(
    'CRF564',
    "A wrong value of a parameter of a program's record",
    {
      title: ({ name, expected, found }) => `\`${name}\` must be ${expected}, not ${found}`,
      help: ({ name, example }) => [`write, for instance, \`${name} = ${example}\``],
    },
  ),
  withoutProgram: error()('CRF565', '`with` without a program', {
    title: () => '`with` gives the parameters of a program, and there is no `program`',
    help: () => ['add `program = …`, or leave `with` out'],
  }),
  needsAgain: warning<{ title: string; program: string }>()(
    'CRF566',
    'A program that continues with another command',
    {
      title: ({ title }) => `${title} does not continue with the same command, and there is no \`again\``,
      notes: ({ title }) => [
        `each attempt would start ${title} from the beginning, over the results that are there`,
      ],
      help: ({ program }) => [
        `give \`again\`, the command that continues: \`crc init --for ${program}\` writes an example`,
        'or let `run` look at $CRFLOW_GENERATION, which is 0 at the beginning',
      ],
    },
  ),
  mdrunParts: warning<{ file: string; parts: string }>()('CRF567', 'mdrun that numbers its outputs', {
    title: ({ file }) =>
      `\`${file}\` never appears: with \`-noappend\`, \`mdrun\` puts the number of the part into each name`,
    notes: ({ parts }) => [
      `the file is called \`${parts.replace('*', '0001')}\`, in the next attempt \`${parts.replace('*', '0002')}\`; the run would stop with 73, its work done`,
    ],
    help: ({ parts }) => [
      `write \`done_files = ["${parts}"]\`: only the part that comes to the end has that file`,
      'or leave `-noappend` out: `mdrun` then continues its outputs',
    ],
  }),
  launcherSignal: warning<{
    command: string;
    signal: string;
    mpi: 'Open MPI' | 'MPICH';
    program: string | undefined;
  }>()('CRF568', 'A launcher that does not pass the signal on', {
    title: ({ command, signal }) =>
      `the ranks on other nodes are not asked to save, because ${quote(command)} does not pass ${signal} on`,
    notes: ({ mpi }) => [
      mpi === 'MPICH'
        ? 'it passes TERM and USR1 on (seen with MPICH 4.0)'
        : 'it passes USR1 and USR2 on; after a TERM, it kills its ranks (seen with Open MPI 4.1)',
      'crflow asks the ranks on the first node itself',
    ],
    help: ({ program, mpi }) => [
      'have `srun` start the ranks: crflow then asks each of them',
      ...(program === undefined
        ? [
            `or ask by a signal that it passes on, if the program handles that: \`ask_signal = USR${mpi === 'MPICH' ? 1 : 2}\``,
          ]
        : []),
    ],
  }),
  uncounted: warning<{ command: string }>()('CRF569', 'Ranks that may each run alone', {
    title: ({ command }) => `nothing sees whether the ranks that ${quote(command)} starts find each other`,
    notes: () => [
      'with another `mpi` than its library needs, each rank of MPICH runs alone: all write the same files, and the status is 0',
    ],
    help: ({ command }) => [
      `write \`${command} … "$CRFLOW_RANK" ./program …\`: such a rank does not start, and the job stops (70)`,
    ],
  }),
  ...jsonMistakes("a program's record", ['CRF570', 'CRF571', 'CRF572', 'CRF573', 'CRF574']),
  wrongInput: warning<{ file: string; why: string; help: string }>()(
    'CRF575',
    'An input that does not fit checkpoints',
    {
      title: ({ file, why }) => `${quote(file)} does not fit checkpoints: ${why}`,
      notes: () => ['crc read the file beside the flow; `crc doctor` reads those of the work folder'],
      help: ({ help }) => [help],
    },
  ),
});
