import { code, comment, filesWords, lines, lineWord, type ShellText } from '../../src/emit/shell-text.ts';
import { flattened, type Stage, type Step } from './step.ts';

type Copy = Extract<Step, { kind: 'copy' | 'take' }>;

/**
 * The stages of an image as an Apptainer definition, in which all files come before all commands.
 */
export function definitionOf(stages: readonly Stage[], labels: ShellText): ShellText[] {
  return [
    ...flattened(stages).flatMap((stage) => [code``, ...stageText(stage)]),
    code``,
    code`%labels`,
    labels,
  ];
}

function stageText({ name, why, from, steps }: Stage): ShellText[] {
  const copies = steps.filter((step): step is Copy => step.kind === 'copy' || step.kind === 'take');
  const proof = steps.find((step) => step.kind === 'prove');
  return [
    code`# ${comment(why)}`,
    code`Bootstrap: docker`,
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

/** Where files come in: a path that is not there yet, since what \`cp\` makes of a folder depends on that. */
const landing = (n: number) => `/.crflow/${n + 1}`;

const place = code`
# As COPY does: what is in a folder into a folder, a file under its new name, or into a folder that is named with a slash.
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
  // In a shell of its own, as each RUN of a Dockerfile is.
  if (step.kind === 'run') return [...why, code`(`, lines(step.commands), code`)`];
  const name = step.from.replace(/^.*\//, '');
  return [code`place ${lineWord(landing(copies.indexOf(step)))} ${lineWord(step.to)} ${lineWord(name)}`];
}
