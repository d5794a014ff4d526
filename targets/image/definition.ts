import {
  code,
  comment,
  exportedAssignment,
  filesWords,
  lines,
  lineWord,
  type ShellText,
} from '../../src/emit/shell-text.ts';
import { type Config, flattened, type Stage, type Step } from './step.ts';

type Copy = Extract<Step, { kind: 'copy' | 'take' }>;

/**
 * The stages of an image as an Apptainer definition, in which all files come before all commands.
 */
export function definitionOf(stages: readonly Stage[], { env, labels }: Config): ShellText[] {
  return [
    code``,
    code`# A file with DMTCP, which image.sh builds once.`,
    code`Bootstrap: localimage`,
    code`From: ${lineWord(DMTCP_FILE)}`,
    code`Stage: dmtcp`,
    ...flattened(stages)
      .filter(({ name }) => name !== 'dmtcp')
      .flatMap((stage) => [code``, ...stageText(stage)]),
    ...(env.length > 0
      ? [code``, code`%environment`, ...env.map((one) => code`  ${exportedAssignment(one)}`)]
      : []),
    code``,
    code`%labels`,
    ...labels.map(([name, value]) => code`  ${comment(name)} ${comment(value.replaceAll('{{', '{ {'))}`),
  ];
}

/** The definition of a file that contains only DMTCP, so that a change of the application does not rebuild it. */
export function dmtcpDefinition(stages: readonly Stage[]): ShellText[] {
  return [
    ...flattened(stages)
      .filter(({ name }) => name === 'dmtcp')
      .flatMap((stage) => [code``, ...stageText(stage)]),
    code``,
    code`# The DMTCP from that file.`,
    code`Bootstrap: scratch`,
    code`Stage: file`,
    code``,
    code`%files from dmtcp`,
    code`  /dmtcp /dmtcp`,
  ];
}

/** The names under which image.sh shows Apptainer the file with DMTCP, and a base image that is a file. */
const DMTCP_FILE = 'crflow-dmtcp.sif';
export const BASE_FILE = 'crflow-base';

function stageText({ name, why, from, steps }: Stage): ShellText[] {
  const copies = steps.filter((step): step is Copy => step.kind === 'copy' || step.kind === 'take');
  const proof = steps.find((step) => step.kind === 'prove');
  return [
    code`# ${comment(why)}`,
    typeof from !== 'string' && from.text === BASE_FILE
      ? code`Bootstrap: localimage`
      : code`Bootstrap: docker`,
    code`From: ${typeof from === 'string' ? lineWord(from) : from}`,
    code`Stage: ${lineWord(name ?? 'image')}`,
    ...copies.flatMap((copy, n) => [
      code``,
      copy.kind === 'take' ? code`%files from ${lineWord(copy.stage)}` : code`%files`,
      code`  ${filesWords(copy.from, landing(n))}`,
    ]),
    code``,
    code`%post`,
    code`set -e`,
    ...(copies.length > 0 ? [place] : []),
    ...steps.flatMap((step) => postText(step, copies)),
    code`rm -rf /.crflow`,
    ...(proof?.kind === 'prove'
      ? [code``, code`# ${comment(proof.why)}`, code`%test`, code`bash ${lineWord(proof.script)}`]
      : []),
  ];
}

/** Where files are copied to: a path that does not exist yet, because the effect of \`cp\` on a folder depends on that. */
const landing = (n: number) => `/.crflow/${n + 1}`;

const place = code`
# Like COPY: the contents of a folder go into a folder; a file gets its new name, or goes into a folder whose name ends with a slash.
place() {
  if [ -d "$1" ]; then
    mkdir -p "$2"
    cp -a "$1/." "$2/"
  else
    case $2 in */) set -- "$1" "$2$3" ;; esac
    mkdir -p "$(dirname "$2")"
    cp -a "$1" "$2"
  fi
}`;

function postText(step: Step, copies: readonly Copy[]): ShellText[] {
  const why = step.why === '' ? [code``] : [code``, code`# ${comment(step.why)}`];
  if (step.kind === 'prove') return [];
  // In its own shell, like each RUN of a Dockerfile.
  if (step.kind === 'run') return [...why, code`(`, lines(step.commands), code`)`];
  const name = step.from.replace(/^.*\//, '');
  return [code`place ${lineWord(landing(copies.indexOf(step)))} ${lineWord(step.to)} ${lineWord(name)}`];
}
