import {
  code,
  comment,
  copyWords,
  envAssignment,
  labelValue,
  lines,
  lineWord,
  type ShellText,
} from '../../src/emit/shell-text.ts';
import type { Config, Stage, Step } from './step.ts';

/** The stages of an image as a Dockerfile that older builders can read as well: no here-documents, no mounts. */
export function dockerfileOf(stages: readonly Stage[], { env, user, labels }: Config): ShellText[] {
  const list = (items: readonly ShellText[]) => lines(items, ' \\\n      ');
  return [
    ...LINTED,
    ...stages.flatMap((stage) => [code``, ...stageText(stage)]),
    code``,
    ...(env.length > 0 ? [code`ENV ${list(env.map(envAssignment))}`] : []),
    code`LABEL ${list(labels.map(([name, value]) => code`${comment(name)}=${labelValue(value)}`))}`,
    ...(user === null
      ? [
          code`# The user of the base image, which image.sh asks for.`,
          code`ARG CRFLOW_USER=root`,
          code`USER $CRFLOW_USER`,
        ]
      : [code`USER ${lineWord(user)}`]),
  ];
}

/**
 * What hadolint reports for every such recipe, and why it is intended; everything else must be fixed. The user that an image ends
 * with is that of its base.
 */
const LINTED = [
  code`#`,
  code`# Builds need root, steps use cd as in other recipes, and packages have the versions of the day.`,
  code`# hadolint global ignore=DL3002,DL3003,DL3008,DL3037,DL3041,DL3066,SC2016`,
];

function stageText({ name, why, from, steps }: Stage): ShellText[] {
  const [base, root] = typeof from === 'string' ? [lineWord(from), []] : [from, [code`USER root`]];
  return [
    code`# ${comment(why)}`,
    name === undefined ? code`FROM ${base}` : code`FROM ${base} AS ${lineWord(name)}`,
    ...root,
    ...steps.flatMap(stepText),
  ];
}

const mounts = (cache: readonly string[] = []) =>
  lines(
    cache.map((folder) => code`--mount=type=cache,target=${lineWord(folder)} \\\n    `),
    '',
  );

function stepText(step: Step): ShellText[] {
  const why = step.why === '' ? [] : [code``, code`# ${comment(step.why)}`];
  switch (step.kind) {
    case 'run':
      return [...why, code`RUN ${mounts(step.cache)}${lines(step.commands, ' \\\n && ')}`];
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
      no) echo 'crflow: it was not proven that DMTCP works in this image' ;; \\
      *) echo 'crflow: CRFLOW_PROOF must be yes or no' >&2; exit 2 ;; \\
    esac`,
      ];
  }
}
