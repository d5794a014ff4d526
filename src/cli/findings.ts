import { defineDiagnostics, error, warning } from '../diagnostics/define.ts';
import { listing, quote } from '../diagnostics/words.ts';
import type { Diagnostic } from '../model/diagnostic.ts';

/** What ShellCheck says of the scientist's own bash. */
interface ShellComment {
  readonly code: number;
  readonly message: string;
}

const aboutRun = {
  title: ({ code, message }: ShellComment) => `${message.replaceAll(/\s+/g, ' ')} (ShellCheck: SC${code})`,
  label: ({ code }: ShellComment) => `SC${code}`,
  help: ({ code }: ShellComment) => [
    `https://www.shellcheck.net/wiki/SC${code} explains it`,
    `where it is meant so, write on the line before: # shellcheck disable=SC${code}`,
  ],
};

/** Files where a flow's outputs belong, and the flow that they were made from; of none, if crc did not write them. */
interface NotOurs {
  readonly outputs: readonly string[];
  readonly from?: string;
  readonly source: string;
  readonly workflow: string;
}

const aboutForeign = {
  title: ({ outputs, from, source }: NotOurs) => {
    const were = outputs.length === 1 ? 'was' : 'were';
    return from === undefined
      ? `${listing(outputs)} ${were} not written by crc, and ${source} compiles to ${outputs.length === 1 ? 'a file' : 'files'} of that name`
      : `${listing(outputs)} ${were} made from ${from}, and ${source} has a workflow of that name, too`;
  },
  help: ({ outputs, source, workflow }: NotOurs) => [
    `rename the workflow ${workflow} in ${source}; or compile into another folder with -o; or move ${outputs.length === 1 ? 'that file' : 'those files'} away`,
  ],
};

/** What can go wrong around the compiler: files and tools. */
export const findings = defineDiagnostics(900, 999, {
  unreadable: error<{ name: string; why: string }>()('CRF900', 'a source cannot be read', {
    title: ({ name, why }) => `cannot read ${name}: ${why}`,
  }),
  unwritable: error<{ folder: string; why: string }>()('CRF902', 'the output cannot be written', {
    title: ({ folder, why }) => `cannot write to ${folder}: ${why}`,
    notes: () => ['nothing was changed: all files of a flow are written, or none'],
  }),
  sameOutput: error<{ output: string; first: string; second: string }>()(
    'CRF903',
    'two flows have the same output',
    {
      title: ({ output, first, second }) => `${first} and ${second} would both write ${output}`,
      help: () => ['rename one of the workflows, or compile them into different folders with -o'],
    },
  ),
  foreign: error<NotOurs>()('CRF904', 'a file that is not of this flow is where its output belongs', {
    ...aboutForeign,
    notes: () => ['nothing was written'],
  }),
  ownSource: error<{ output: string; source: string; workflow: string }>()(
    'CRF905',
    'an output would take the place of a file that it is made from',
    {
      title: ({ output, source, workflow }) =>
        `the workflow ${workflow} of ${source} would be written over ${output}, which it is made from`,
      notes: () => ['nothing was written'],
      help: ({ output }) => [`rename ${output}, or compile into another folder with -o`],
    },
  ),
  busy: error<{ folder: string }>()('CRF906', 'another crc is writing to the same folder', {
    title: ({ folder }) => `another crc is writing to ${folder}, and did not come to its end`,
    notes: () => ['nothing was written'],
    help: () => ['call crc again when it has ended'],
  }),
  runSyntax: error<{ message: string }>()('CRF910', 'bash does not understand `run`', {
    title: ({ message }) => `bash does not understand this line of run: ${message}`,
    label: () => 'here, says bash',
    notes: () => ['run is a bash script of its own, started with `set -eo pipefail`'],
  }),
  ownSyntax: error<{ output: string; message: string }>()('CRF911', 'crc wrote a script that bash refuses', {
    title: ({ output, message }) => `bash refuses ${output}, which crc wrote: ${message}`,
    notes: () => ['this is a fault of crc; nothing was written'],
    help: () => ['please report it, with the .crflow file'],
  }),
  noBash: warning()('CRF912', 'there is no bash to check the output with', {
    title: () => 'the output was not checked by `bash -n`: there is no bash here',
  }),
  ownDockerfile: error<{ output: string; line: number; message: string }>()(
    'CRF913',
    'crc wrote a Dockerfile that is not well formed',
    {
      title: ({ output, line, message }) =>
        `${output}, which crc wrote, is not well formed in line ${line}: ${message}`,
      notes: () => ['this is a fault of crc; nothing was written'],
      help: () => ['please report it, with the .crflow file'],
    },
  ),
  shellCheck: warning<{ output: string; line: number; code: number; message: string; more: number }>()(
    'CRF920',
    'ShellCheck has something to say about the output',
    {
      title: ({ output, line, code, message, more }) =>
        `ShellCheck on ${output}, line ${line}: ${message} (SC${code})${more === 0 ? '' : `, and in ${more} more ${more === 1 ? 'place' : 'places'}`}`,
      notes: () => ["this is about crflow's own text, not yours: it never fails a command"],
    },
  ),
  noShellCheck: warning<{ why: string }>()('CRF921', 'there is no ShellCheck to verify the output with', {
    title: ({ why }) => `the output was not verified by ShellCheck: ${why}`,
    help: () => [
      'install it: `apt-get install shellcheck`, `dnf install ShellCheck`, `brew install shellcheck` or `conda install -c conda-forge shellcheck`; or name one with --shellcheck PATH or SHELLCHECK_BIN',
    ],
  }),
  shellCheckFailed: error<{ path: string; message: string }>()('CRF922', 'ShellCheck failed to run', {
    title: ({ path, message }) => `${path} failed: ${message}`,
  }),
  dockerfile: warning<{ output: string; line: number; message: string }>()(
    'CRF923',
    'the linter of Dockerfiles has something to say about the output',
    {
      title: ({ output, line, message }) => `${output}, line ${line}: ${message}`,
      notes: () => ["this is about crflow's own text, not yours: it never fails a command"],
    },
  ),
  outdated: error<{ output: string; source: string; reasons: readonly string[]; command: string }>()(
    'CRF940',
    'an output is not what its flow compiles to now',
    {
      title: ({ output, source }) => `${output} is not what ${source} compiles to`,
      notes: ({ reasons }) => reasons,
      help: ({ command }) => [`compile it again: ${command}`],
    },
  ),
  edited: error<{ output: string; source: string; command: string }>()(
    'CRF941',
    'an output was changed by hand',
    {
      title: ({ output }) => `${output} was changed since crc wrote it`,
      notes: ({ source }) => [`the next compilation of ${source} would undo that`],
      help: ({ source, command }) => [`make the change in ${source}, then compile it again: ${command}`],
    },
  ),
  absent: error<{ output: string; source: string; command: string }>()('CRF942', 'an output is not there', {
    title: ({ output, source }) => `${output}, which ${source} compiles to, is not there`,
    help: ({ command }) => [`compile it: ${command}`],
  }),
  stale: error<{ outputs: readonly string[]; why: string }>()(
    'CRF943',
    'outputs that no flow makes any more',
    {
      title: ({ outputs, why }) => `stale: ${listing(outputs)}: ${why}`,
      help: ({ outputs }) => [`remove ${outputs.length === 1 ? 'it' : 'them'}: rm ${outputs.join(' ')}`],
    },
  ),
  badManifest: error<{ name: string; why: string }>()('CRF944', 'a manifest cannot be read', {
    title: ({ name, why }) => `${name} is no manifest of crc's: ${why}`,
    help: () => ['compile its flow again; or remove it, if there is none'],
  }),
  noManifests: error<{ where: string; tooMany: boolean }>()('CRF945', 'there is nothing to compare', {
    title: ({ where, tooMany }) =>
      tooMany
        ? `there are too many files below ${where} to look for outputs among them`
        : `there is no output of crc (*.crc.json) below ${where}`,
    help: () => ['name the flows, and with -o the folder of their outputs'],
  }),
  exists: error<{ file: string }>()('CRF946', 'there is a file where a new one should be', {
    title: ({ file }) => `${file} is there already, and was left as it is`,
    help: () => ['give another name: crc init NAME; or another folder: --dir DIR'],
  }),
  noName: error<{ name: string }>()('CRF947', 'a new flow needs a name that a workflow can have', {
    title: ({ name }) => `${quote(name)} cannot be the name of a workflow`,
    notes: () => ['a name is of letters, digits, _ and -, a letter first, at most 64'],
    help: () => ['the folder goes into --dir, and .crflow is added: crc init water_box --dir flows'],
  }),
  notLocked: error<{ name: string; why: string }>()('CRF948', 'the digest of an image cannot be had', {
    title: ({ name, why }) => `${name} cannot be pinned: ${why}`,
    notes: () => ['nothing was written; the digests of an earlier --lock stand'],
  }),
  notLockable: warning<{ name: string; why: string }>()('CRF949', 'an image that no digest can pin', {
    title: ({ name, why }) => `${name} is not pinned: ${why}`,
  }),
  lockLost: warning<{ name: string; before: readonly string[] }>()(
    'CRF950',
    'an image that is pinned no longer',
    {
      title: ({ name, before }) => `${name} is not pinned; ${listing(before)} was`,
      help: () => ['crc compile --lock pins it; crc compile --no-lock says that it is meant to be so'],
    },
  ),
  ofOther: error<NotOurs>()('CRF951', 'an output that is of another flow, or of nobody', aboutForeign),
  changedRuntime: error<{ script: string; parts: readonly string[] }>()(
    'CRF952',
    'the runtime in a script is not as crc wrote it',
    {
      title: ({ script, parts }) =>
        parts.length === 0
          ? `the runtime in ${script} was changed: parts of it are missing, added, or in another order`
          : `the runtime in ${script} was changed in ${parts.map(quote).join(', ')}`,
      help: () => ['compile its flow again, and look at what was changed there with git diff'],
    },
  ),
  otherRuntime: error<{ script: string; version: number; own: number }>()(
    'CRF953',
    'the runtime in a script is of another version of crc',
    {
      title: ({ script, version, own }) =>
        `${script} carries runtime ${version}, whose text this crc, with runtime ${own}, does not know`,
      notes: () => ['its own checksum is right, so nobody has changed it by mistake'],
      help: () => ['verify it with the crc that compiled it, or compile its flow again'],
    },
  ),
  noRuntime: error<{ script: string }>()('CRF954', 'a file that is not a job script of crc', {
    title: ({ script }) => `${script} is not a job script that this or a newer crc has written`,
    help: () => ['name job scripts: crc verify *.sbatch'],
  }),
  noSource: warning<{ path: string; place: string }>()('CRF960', 'a source of an image is not there', {
    title: ({ path, place }) => `there is no ${path} in ${place}, which goes into the image`,
    help: () => ['a build stops without it: put it there, or mend its name'],
  }),
  unpinnedBase: warning<{ name: string }>()('CRF961', 'a base image that is not pinned', {
    title: ({ name }) => `${name} is not pinned: built again, the image may be of another one`,
    notes: () => ['a tag is moved with each update of what is behind it; a digest is one image for good'],
    help: () => ['crc compile --lock pins it; crc compile --no-lock says that it is meant to be so'],
  }),
  runError: error<ShellComment>()('CRF930', 'ShellCheck finds an error in `run`', aboutRun),
  runWarning: warning<ShellComment>()('CRF931', 'ShellCheck warns of something in `run`', aboutRun),
  runStyle: warning<ShellComment>()('CRF932', 'ShellCheck would write `run` otherwise (--strict)', aboutRun),
});

/**
 * The exit status that a finding asks for: 0 none, 1 a finding, 2 something on the command line, 3 a tool or
 * crc itself. The largest one is the command's.
 */
export function failureOf({ code, severity }: Diagnostic, strict: boolean): number {
  // Nothing that the user could mend.
  if ([findings.shellCheck, findings.dockerfile].some((kind) => kind.code === code)) return 0;
  if (severity === 'warning') return strict ? 1 : 0;
  const {
    unreadable,
    sameOutput,
    foreign,
    noManifests,
    exists,
    noName,
    unwritable,
    ownSyntax,
    ownDockerfile,
    noShellCheck,
    shellCheckFailed,
    notLocked,
    ownSource,
    busy,
  } = findings;
  const ofUsage = [unreadable, sameOutput, foreign, ownSource, noManifests, exists, noName];
  if (ofUsage.some((kind) => kind.code === code)) return 2;
  const ofTools = [unwritable, ownSyntax, ownDockerfile, noShellCheck, shellCheckFailed, notLocked, busy];
  return ofTools.some((kind) => kind.code === code) ? 3 : 1;
}
