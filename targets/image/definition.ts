import { code, comment, filesWords, lines, lineWord, type ShellText } from '../../src/emit/shell-text.ts';
import type { Stage, Step } from './stages.ts';

type Copy = Extract<Step, { kind: 'copy' | 'take' }>;

/**
 * The stages of an image as an Apptainer definition. There a stage starts from an image only, so one that goes on from
 * another does its steps again; and all files come before all commands.
 */
export function definitionOf(stages: readonly Stage[], labels: ShellText): ShellText[] {
  const own = stages.filter(({ name }) => !stages.some(({ from }) => from === name));
  return [...own.flatMap((stage) => [code``, ...stageText(stage, stages)]), code``, code`%labels`, labels];
}

function stageText(stage: Stage, stages: readonly Stage[]): ShellText[] {
  const before = stages.find(({ name }) => name !== undefined && name === stage.from);
  const steps = [...(before?.steps ?? []), ...stage.steps];
  const from = before?.from ?? stage.from;
  const copies = steps.filter((step): step is Copy => step.kind === 'copy' || step.kind === 'take');
  const proof = steps.find((step) => step.kind === 'prove');
  return [
    code`# ${comment(stage.why)}`,
    code`Bootstrap: docker`,
    code`From: ${typeof from === 'string' ? lineWord(from) : from}`,
    code`Stage: ${lineWord(stage.name ?? 'image')}`,
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
