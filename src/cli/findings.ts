import { defineDiagnostics, error, warning } from '../diagnostics/define.ts';
import { listing, quote } from '../diagnostics/words.ts';
import type { Diagnostic } from '../model/diagnostic.ts';

/** What ShellCheck says about the user's own bash. */
interface ShellComment {
  readonly code: number;
  readonly message: string;
}

const aboutRun = {
  title: ({ code, message }: ShellComment) => `${message.replaceAll(/\s+/g, ' ')} (ShellCheck: SC${code})`,
  label: ({ code }: ShellComment) => `SC${code}`,
  help: ({ code }: ShellComment) => [
    `https://www.shellcheck.net/wiki/SC${code} explains it`,
    `if you mean it so, write on the line before: # shellcheck disable=SC${code}`,
  ],
};

/** Existing files in the place of a flow's outputs, and the flow that they were made from; none if crc did not write them. */
interface ForeignOutputs {
  readonly outputs: readonly string[];
  readonly from?: string;
  readonly source: string;
  readonly workflow: string;
}

const foreignOutput = {
  title: ({ outputs, from, source }: ForeignOutputs) => {
    const were = outputs.length === 1 ? 'was' : 'were';
    return from === undefined
      ? `${listing(outputs)} ${were} not written by crc, but ${source} compiles to ${outputs.length === 1 ? 'a file' : 'files'} of that name`
      : `${listing(outputs)} ${were} made from ${from}, but ${source} also has a workflow of that name`;
  },
  help: ({ outputs, source, workflow }: ForeignOutputs) => [
    `rename the workflow ${workflow} in ${source}; or compile into another folder with -o; or move ${outputs.length === 1 ? 'that file' : 'those files'} away`,
  ],
};

/** What can go wrong outside the compiler: files and tools. */
export const findings = defineDiagnostics(900, 999, {
  unreadable: error<{ name: string; why: string }>()('CRF900', 'a source cannot be read', {
    title: ({ name, why }) => `cannot read ${name}: ${why}`,
  }),
  unwritable: error<{ folder: string; why: string }>()('CRF902', 'the output cannot be written', {
    title: ({ folder, why }) => `cannot write to ${folder}: ${why}`,
    notes: () => ['nothing was changed there: crc writes all files of a flow, or none'],
  }),
  sameOutput: error<{ output: string; first: string; second: string }>()(
    'CRF903',
    'two flows have the same output',
    {
      title: ({ output, first, second }) => `${first} and ${second} would both write ${output}`,
      help: () => ['rename one of the workflows, or compile them into different folders with -o'],
    },
  ),
  foreign: error<ForeignOutputs>()(
    'CRF904',
    'an output would overwrite a file that does not belong to this flow',
    {
      ...foreignOutput,
      notes: () => ['this flow was not written'],
    },
  ),
  ownSource: error<{ output: string; source: string; workflow: string }>()(
    'CRF905',
    'an output would overwrite a file that it is made from',
    {
      title: ({ output, source, workflow }) =>
        `the workflow ${workflow} in ${source} would overwrite ${output}, which it is made from`,
      notes: () => ['this flow was not written'],
      help: ({ output }) => [`rename ${output}, or compile into another folder with -o`],
    },
  ),
  busy: error<{ folder: string }>()('CRF906', 'another crc is writing to the same folder', {
    title: ({ folder }) => `another crc is writing to ${folder}, and has not finished`,
    notes: () => ['nothing was written there'],
    help: () => ['run crc again when it has finished'],
  }),
  notFixed: error<{ name: string; why: string }>()('CRF907', 'a source cannot be written', {
    title: ({ name, why }) => `cannot write the fixes to ${name}: ${why}`,
    notes: () => ['it was left as it is'],
  }),
  runSyntax: error<{ message: string }>()('CRF910', 'bash cannot parse `run`', {
    title: ({ message }) => `bash cannot parse this line of run: ${message}`,
    label: () => 'bash reports it here',
    notes: () => ['run is a separate bash script, started with `set -eo pipefail`'],
  }),
  ownSyntax: error<{ output: string; message: string }>()(
    'CRF911',
    'crc wrote a script that bash cannot parse',
    {
      title: ({ output, message }) => `bash cannot parse ${output}, which crc wrote: ${message}`,
      notes: () => ['this is a bug in crc; nothing was written'],
      help: () => ['please report it, with the .crflow file'],
    },
  ),
  noBash: warning()('CRF912', 'there is no bash to check the output with', {
    title: () => 'the output was not checked with `bash -n`, because there is no bash',
  }),
  ownDockerfile: error<{ output: string; line: number; message: string }>()(
    'CRF913',
    'crc wrote a malformed Dockerfile',
    {
      title: ({ output, line, message }) =>
        `${output}, which crc wrote, is malformed in line ${line}: ${message}`,
      notes: () => ['this is a bug in crc; nothing was written'],
      help: () => ['please report it, with the .crflow file'],
    },
  ),
  shellCheck: warning<{ output: string; line: number; code: number; message: string; more: number }>()(
    'CRF920',
    'ShellCheck has a finding in the output',
    {
      title: ({ output, line, code, message, more }) =>
        `ShellCheck on ${output}, line ${line}: ${message} (SC${code})${more === 0 ? '' : `, and in ${more} more ${more === 1 ? 'place' : 'places'}`}`,
      notes: () => ["this is about crflow's own text, not yours, and never makes a command fail"],
    },
  ),
  noShellCheck: warning<{ why: string }>()('CRF921', 'there is no ShellCheck to verify the output', {
    title: ({ why }) => `the output was not verified with ShellCheck: ${why}`,
    help: () => [
      'install it: `apt-get install shellcheck`, `dnf install ShellCheck`, `brew install shellcheck` or `conda install -c conda-forge shellcheck`; or give its path with --shellcheck PATH or SHELLCHECK_BIN',
    ],
  }),
  shellCheckFailed: error<{ path: string; message: string }>()('CRF922', 'ShellCheck could not be run', {
    title: ({ path, message }) => `${path} failed: ${message}`,
  }),
  dockerfile: warning<{ output: string; line: number; message: string }>()(
    'CRF923',
    'the Dockerfile linter has a finding in the output',
    {
      title: ({ output, line, message }) => `${output}, line ${line}: ${message}`,
      notes: () => ["this is about crflow's own text, not yours, and never makes a command fail"],
    },
  ),
  outdated: error<{ output: string; source: string; reasons: readonly string[]; command: string }>()(
    'CRF940',
    'an output is not up to date',
    {
      title: ({ output, source }) => `${output} is not what ${source} compiles to now`,
      notes: ({ reasons }) => reasons,
      help: ({ command }) => [`compile it again: ${command}`],
    },
  ),
  edited: error<{ output: string; source: string; command: string }>()(
    'CRF941',
    'an output was edited by hand',
    {
      title: ({ output }) => `${output} was edited after crc wrote it`,
      notes: ({ source }) => [`the next compilation of ${source} would overwrite the change`],
      help: ({ source, command }) => [`make the change in ${source}, then compile it again: ${command}`],
    },
  ),
  absent: error<{ output: string; source: string; command: string }>()('CRF942', 'an output does not exist', {
    title: ({ output, source }) => `${output}, which ${source} compiles to, does not exist`,
    help: ({ command }) => [`compile it: ${command}`],
  }),
  stale: error<{ outputs: readonly string[]; why: string }>()(
    'CRF943',
    'outputs that no flow makes any longer',
    {
      title: ({ outputs, why }) => `stale: ${listing(outputs)}: ${why}`,
      help: ({ outputs }) => [`remove ${outputs.length === 1 ? 'it' : 'them'}: rm ${outputs.join(' ')}`],
    },
  ),
  badManifest: error<{ name: string; why: string }>()('CRF944', 'a manifest cannot be read', {
    title: ({ name, why }) => `${name} is not a valid manifest: ${why}`,
    help: () => ['compile its flow again, or remove the manifest if there is no flow'],
  }),
  noManifests: error<{ where: string; tooMany: boolean }>()('CRF945', 'there is nothing to compare', {
    title: ({ where, tooMany }) =>
      tooMany
        ? `there are too many files below ${where} to search for outputs`
        : `there is neither a flow (*.crflow) nor an output of crc (*.crc.json) below ${where}`,
    help: () => ['name the flows, and give the folder of their outputs with -o'],
  }),
  exists: error<{ file: string }>()('CRF946', 'the new file already exists', {
    title: ({ file }) => `${file} already exists, and was left as it is`,
    help: () => ['choose another name: crc init NAME; or another folder: --dir DIR'],
  }),
  noName: error<{ name: string }>()('CRF947', 'a new flow needs a valid workflow name', {
    title: ({ name }) => `${quote(name)} cannot be the name of a workflow`,
    notes: () => ['a name has letters, digits, _ and -, starts with a letter, and has at most 64 characters'],
    help: () => ['give the folder with --dir; crc adds .crflow: crc init water_box --dir flows'],
  }),
  noProgram: error<{ name: string; nearest: string | undefined; known: readonly string[] }>()(
    'CRF955',
    'a program that crc has no record of',
    {
      title: ({ name }) => `crc has no record of the program ${quote(name)}`,
      notes: ({ known }) => known,
      help: ({ nearest }) => [
        nearest === undefined
          ? 'choose `stop-file` to start from, or name the file of a record of your own: --for ./solve.json'
          : `did you mean --for ${nearest}?`,
      ],
    },
  ),
  notLocked: error<{ name: string; why: string }>()('CRF948', 'the digest of an image cannot be determined', {
    title: ({ name, why }) => `${name} cannot be pinned: ${why}`,
    notes: () => ['nothing was written; the digests of an earlier --lock remain'],
  }),
  notLockable: warning<{ name: string; why: string }>()('CRF949', 'an image that no digest can pin', {
    title: ({ name, why }) => `${name} is not pinned: ${why}`,
  }),
  lockLost: warning<{ name: string; before: readonly string[] }>()(
    'CRF950',
    'an image that is no longer pinned',
    {
      title: ({ name, before }) => `${name} is not pinned, but ${listing(before)} was`,
      help: () => ['crc compile --lock pins it; crc compile --no-lock confirms that you do not want that'],
    },
  ),
  ofOther: error<ForeignOutputs>()(
    'CRF951',
    'an output of another flow, or one that crc did not write',
    foreignOutput,
  ),
  conflict: error<{ output: string; line: number; command: string | undefined }>()(
    'CRF956',
    'an output with conflict markers from a merge',
    {
      title: ({ output, line }) => `${output} has conflict markers from a merge, in line ${line}`,
      notes: () => ['outputs need not be merged by hand: merge the flow, and compile it'],
      help: ({ command }) => [
        command === undefined
          ? 'compile its flow again, with the settings that it had'
          : `compile it again: ${command}`,
      ],
    },
  ),
  lineEnds: error<{ output: string; source: string }>()('CRF957', 'an output with CRLF line ends', {
    title: ({ output, source }) =>
      `${output} has CRLF line ends; apart from them, it is what ${source} compiles to`,
    notes: () => ['git can convert line ends when it checks files out; bash and sbatch refuse such a script'],
    help: () => [
      'write into .gitattributes: *.sbatch text eol=lf, and the same for *.crc.json, *.Dockerfile, *.image.sh and *.def; then check the files out again',
    ],
  }),
  noManifest: error<{ output: string }>()('CRF958', 'an output that no manifest names', {
    title: ({ output }) => `no manifest says which flow ${output} was made from`,
    help: () => ['name the flow'],
  }),
  otherVersion: error<{ range: string; version: string }>()('CRF962', 'the repository asks for another crc', {
    title: ({ range, version }) => `this repository asks for crc ${range}, and this is crc ${version}`,
    help: () => ['install a version that fits; or change the range, if this crc should compile these flows'],
  }),
  badVersion: error<{ range: string }>()('CRF963', 'a .crflow-version that is not a range of versions', {
    title: ({ range }) => `${quote(range)} is not a range of versions`,
    help: () => ['write one line, such as `0.1`, `>=0.1.2` or `>=0.1 <0.3`'],
  }),
  changedRuntime: error<{ script: string; parts: readonly string[] }>()(
    'CRF952',
    'the runtime in a script is not as crc wrote it',
    {
      title: ({ script, parts }) =>
        parts.length === 0
          ? `the runtime in ${script} was changed: parts are missing, were added, or are in another order`
          : `the runtime in ${script} was changed in ${parts.map(quote).join(', ')}`,
      help: () => ['compile its flow again, and look at the change with git diff'],
    },
  ),
  otherRuntime: error<{ script: string; version: number; own: number }>()(
    'CRF953',
    'the runtime in a script is from another version of crc',
    {
      title: ({ script, version, own }) =>
        `${script} contains runtime ${version}, but this crc knows only the text of runtime ${own}`,
      notes: () => ['its own checksum is right, so it was not changed by mistake'],
      help: () => ['verify it with the crc that compiled it, or compile its flow again'],
    },
  ),
  noRuntime: error<{ script: string }>()('CRF954', 'a file that is not a job script of crc', {
    title: ({ script }) => `${script} is not a job script of crc`,
    help: () => ['name job scripts: crc verify *.sbatch'],
  }),
  noSource: warning<{ path: string; place: string }>()('CRF960', 'a source of an image does not exist', {
    title: ({ path, place }) => `${path}, which goes into the image, does not exist in ${place}`,
    help: () => ['a build fails without it: put it there, or correct its name'],
  }),
  unpinnedBase: warning<{ name: string }>()('CRF961', 'a base image that is not pinned', {
    title: ({ name }) => `${name} is not pinned: a later build may use another image`,
    notes: () => ['a tag moves with each update; a digest always means the same image'],
    help: () => ['crc compile --lock pins it; crc compile --no-lock confirms that you do not want that'],
  }),
  runError: error<ShellComment>()('CRF930', 'ShellCheck finds an error in `run`', aboutRun),
  runWarning: warning<ShellComment>()('CRF931', 'ShellCheck warns about `run`', aboutRun),
  runStyle: warning<ShellComment>()(
    'CRF932',
    'ShellCheck has a remark on style in `run` (--strict)',
    aboutRun,
  ),
  notFormatted: error<{ name: string; lineEnds: boolean; written: string }>()(
    'CRF970',
    "a flow that is not in crflow's style",
    {
      title: ({ name, lineEnds }) =>
        `${name} is not formatted${lineEnds ? ': its lines end with CR LF, as on Windows' : ''}`,
      notes: ({ written }) => (written === '' ? [] : [`crc fmt writes: ${written}`]),
      help: ({ name }) => [`crc fmt ${name}`],
    },
  ),
  notReplaced: error<{ name: string; why: string }>()('CRF971', 'a formatted flow cannot be written', {
    title: ({ name, why }) => `cannot write ${name}: ${why}`,
    notes: () => ['the file is as it was'],
  }),
});

/**
 * The exit status of a finding: 0 none, 1 a finding, 2 something on the command line, 3 a tool or
 * crc itself. A command ends with the largest.
 */
export function failureOf({ code, severity }: Diagnostic, strict: boolean): number {
  // The user cannot fix these.
  if ([findings.shellCheck, findings.dockerfile].some((kind) => kind.code === code)) return 0;
  if (severity === 'warning') return strict ? 1 : 0;
  const {
    unreadable,
    sameOutput,
    foreign,
    noManifests,
    exists,
    noName,
    noManifest,
    otherVersion,
    badVersion,
    unwritable,
    ownSyntax,
    ownDockerfile,
    noShellCheck,
    shellCheckFailed,
    notLocked,
    ownSource,
    busy,
    notFixed,
    notReplaced,
  } = findings;
  const ofUsage = [
    ...[unreadable, sameOutput, foreign, ownSource, noManifests, noManifest, exists, noName],
    ...[otherVersion, badVersion],
  ];
  if (ofUsage.some((kind) => kind.code === code)) return 2;
  const ofTools = [
    unwritable,
    notFixed,
    ownSyntax,
    ownDockerfile,
    noShellCheck,
    shellCheckFailed,
    notLocked,
    busy,
    notReplaced,
  ];
  return ofTools.some((kind) => kind.code === code) ? 3 : 1;
}
