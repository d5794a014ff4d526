import { findings } from '../../src/cli/findings.ts';
import { type DiagnosticKind, diagnose } from '../../src/diagnostics/define.ts';
import { render } from '../../src/diagnostics/render.ts';
import { explained, textOf } from './explained.ts';

/** What a finding of the tools says in its example. */
type Samples = {
  readonly [K in keyof typeof findings]: (typeof findings)[K] extends DiagnosticKind<infer P> ? P : never;
};

const foreign = { outputs: ['water.sbatch'], source: 'water.crflow', workflow: 'water' };
const output = { output: 'water.sbatch', source: 'water.crflow', command: 'crc compile water.crflow' };
const run = (code: number, message: string) => ({ code, message });

const samples: Samples = {
  unreadable: { name: 'watr.crflow', why: 'there is no such file' },
  unwritable: { folder: 'water.crflow/jobs', why: 'water.crflow is not a folder' },
  sameOutput: {
    output: 'water.sbatch',
    first: 'the workflow water in cold.crflow',
    second: 'the workflow water in warm.crflow',
  },
  foreign,
  ownSource: { output: 'water.sbatch', source: 'water.sbatch', workflow: 'water' },
  busy: { folder: 'jobs' },
  notFixed: { name: 'water.crflow', why: 'permission denied' },
  runSyntax: { message: "unexpected EOF while looking for matching `)'" },
  ownSyntax: { output: 'water.sbatch', message: "line 70: syntax error near unexpected token `fi'" },
  noBash: undefined,
  ownDockerfile: { output: 'water.Dockerfile', line: 12, message: 'unknown instruction: RAN' },
  shellCheck: {
    output: 'water.sbatch',
    line: 140,
    code: 2086,
    message: 'Double quote to prevent globbing and word splitting.',
    more: 0,
  },
  noShellCheck: { why: 'there is none' },
  shellCheckFailed: { path: '/bin/false', message: 'it ended with status 1' },
  dockerfile: { output: 'water.Dockerfile', line: 12, message: 'deprecated instruction: MAINTAINER' },
  outdated: { ...output, reasons: ['the flow has changed since'] },
  edited: output,
  absent: output,
  stale: { outputs: ['water.sbatch'], why: 'water.crflow does not exist' },
  badManifest: { name: 'water.crc.json', why: 'it is not JSON' },
  noManifests: { where: 'flows', tooMany: false },
  exists: { file: 'water.crflow' },
  noName: { name: '1st' },
  noProgram: { name: 'gromcas', nearest: 'gromacs', known: [] },
  notLocked: { name: 'localhost:1/lab/water:1', why: 'the registry does not answer' },
  notLockable: { name: './water.sif', why: 'it is a file' },
  lockLost: { name: 'lab/ice:1', before: ['lab/water:1'] },
  ofOther: foreign,
  conflict: { output: 'water.sbatch', line: 1, command: output.command },
  lineEnds: output,
  noManifest: { output: 'ice.sbatch' },
  otherVersion: { range: '>=99', version: '0.1.0' },
  badVersion: { range: 'the newest' },
  changedRuntime: { script: 'water.sbatch', parts: ['attempt.sh'] },
  otherRuntime: { script: 'water.sbatch', version: 3, own: 4 },
  noRuntime: { script: 'water.crflow' },
  noSource: { path: 'src', place: 'the folder of the flow' },
  unpinnedBase: { name: 'docker.io/library/debian:12' },
  runError: run(2068, 'Double quote array expansions to avoid re-splitting elements.'),
  runWarning: run(2046, 'Quote this to prevent word splitting.'),
  runStyle: run(2086, 'Double quote to prevent globbing and word splitting.'),
  notFormatted: { name: 'water.crflow', lineEnds: false, written: '  checkpoint  { interval = 10min' },
  notReplaced: { name: 'water.crflow', why: 'permission denied' },
};

/** The pages of the tools' codes. */
export const toolPages = Object.entries(findings)
  .map(([name, kind]) => {
    const { code, severity, about } = kind;
    const { wrong = '', right = '' } = explained[code] ?? {};
    const sample = samples[name as keyof Samples];
    const one = diagnose(kind as DiagnosticKind<unknown>, sample);
    return {
      code,
      severity,
      about: about.slice(0, 1).toUpperCase() + about.slice(1),
      shown: render(one, { name: '', text: '' }),
      wrong: textOf(wrong),
      right: textOf(right),
    };
  })
  .sort((a, b) => (a.code < b.code ? -1 : 1));
