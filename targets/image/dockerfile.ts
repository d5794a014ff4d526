import { code, comment, copyWords, lines, lineWord, type ShellText } from '../../src/emit/shell-text.ts';
import type { Stage, Step } from './step.ts';

/** The stages of an image as a Dockerfile; of what older builders read, too: no here-documents, no mounts. */
export function dockerfileOf(stages: readonly Stage[], labels: ShellText): ShellText[] {
  return [...stages.flatMap((stage) => [code``, ...stageText(stage)]), labels];
}

function stageText({ name, why, from, steps }: Stage): ShellText[] {
  const [base, root] = typeof from === 'string' ? [lineWord(from), []] : [from, [code`USER root`]];
  return [
    code`# ${comment(why)}`,
    name === undefined ? code`FROM ${base}` : code`FROM ${base} AS ${lineWord(name)}`,
    ...root,
    ...steps.flatMap(stepText),
  ];
}

function stepText(step: Step): ShellText[] {
  const why = step.why === '' ? [] : [code``, code`# ${comment(step.why)}`];
  switch (step.kind) {
    case 'run':
      return [...why, code`RUN ${lines(step.commands, ' \\\n && ')}`];
    case 'copy':
      return [...why, code`COPY ${copyWords(step.from, step.to)}`];
    case 'take':
      return [...why, code`COPY --from=${lineWord(step.stage)} ${copyWords(step.from, step.to)}`];
    case 'prove':
      return [
        ...why,
        code`ARG CRFLOW_PROOF=yes`,
        code`RUN case $CRFLOW_PROOF in \\
      yes) bash ${lineWord(step.script)} ;; \\
      no) echo 'crflow: that DMTCP works in here was not proven' ;; \\
      *) echo 'crflow: CRFLOW_PROOF is yes or no' >&2; exit 2 ;; \\
    esac`,
      ];
  }
}
