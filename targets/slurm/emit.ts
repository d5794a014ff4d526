import { aligned } from '../../src/emit/aligned.ts';
import {
  code,
  comment,
  hereDocument,
  number,
  pathWord,
  type ShellText,
  word,
} from '../../src/emit/shell-text.ts';
import { template } from '../../src/emit/template.ts';
import type { Artifact } from '../../src/model/artifact.ts';
import type { Container } from '../../src/model/container.ts';
import type { HostPath } from '../../src/model/flow.ts';
import { variablesOf } from '../../src/model/path.ts';
import type { Plan } from '../../src/model/plan.ts';
import { directives } from './directives.ts';
import { runtime, runtimeVersion } from './runtime.ts';
import { facts, settings } from './settings.ts';
import job from './templates/job.sbatch.hbs';

const render = template(job);

/**
 * The job script of a plan: a pure function of the plan, the source's name and the runtime's version.
 * @param source name of the `.crflow` file, without folders: it stands in the script's comments
 */
export function jobScript(plan: Plan, source: string): Artifact {
  const file = `${plan.workflow}.sbatch`;
  const { checkpoint, workdir, output } = plan;
  const { firstLine, lastLine, text } = plan.run;
  const { body, delimiter } = hereDocument(text);
  return {
    name: file,
    text: render({
      name: comment(plan.workflow),
      file: comment(file),
      source: comment(source),
      runtimeVersion: number(runtimeVersion),
      directives: directives(plan),
      settings: settings(plan),
      facts: facts(plan),
      stateVariables: variables(checkpoint.state),
      statePath: code`state_root=${pathWord(checkpoint.state ?? defaultState)} # what a restore needs: on shared storage`,
      workVariables: variables(workdir, output),
      workPaths: aligned([
        [
          code`workdir=${pathWord(workdir ?? [])}`,
          workdir ? 'where the application runs' : 'the folder of submission',
        ],
        [
          code`output=${pathWord(output ?? [])}`,
          output ? 'what it prints' : `${plan.workflow}-RUN.out in workdir`,
        ],
      ]),
      ...container(plan),
      kept: variables(
        checkpoint.state,
        workdir,
        output,
        ...(plan.container === undefined ? [] : pathsOf(plan.container)),
      ).filter(({ text }) => !KEPT.test(text)),
      modules: plan.load.map(word),
      variables: setVariables(plan),
      lines: comment(firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`),
      run: body,
      delimiter,
      runtime: runtime({
        modules: plan.load.length > 0,
        alive: checkpoint.alive !== null,
        auto: checkpoint.mtbf !== null,
        protect: checkpoint.protect.length > 0,
        container: plan.container?.runtime ?? null,
      }),
    }),
  };
}

const defaultState: HostPath = [{ kind: 'text', text: 'crflow-state' }];

/** The variables that the paths need, each once, in order of use: the job stops at its start without them. */
function variables(...paths: (HostPath | null)[]): ShellText[] {
  const parts = paths.flatMap((path) => path ?? []);
  return variablesOf(parts).map(word);
}

function setVariables(plan: Plan): ShellText[] {
  return plan.set.flatMap(({ name, value, why }) => [
    ...(why === undefined ? [] : [code`# ${comment(why)}`]),
    code`${word(`${name}=${value}`)}`,
  ]);
}

/** The paths of this host that a container's part of the flow names. */
const pathsOf = ({ image, mounts }: Container): HostPath[] => [
  ...(image.kind === 'file' ? [image.path] : []),
  ...mounts.map(({ from }) => from),
];

/** Variables that the template keeps in every script. */
const KEPT = /^(PATH|PWD|HOME|USER|LOGNAME|TMPDIR|TZ|LD_LIBRARY_PATH|CRFLOW_.*|SLURM.*|DMTCP_.*|JALIB_.*)$/;

/** What the container sees, three words a mount: from, to, and ro or nothing. */
function container({ container }: Plan) {
  if (container === undefined) return { container: false };
  const { image, mounts } = container;
  return {
    container: true,
    mountVariables: variables(...pathsOf(container)),
    imagePath: image.kind === 'file' ? [code`image=${pathWord(image.path)} # which has DMTCP in it`] : [],
    mounts: mounts.map(
      ({ from, to, readonly }) => code`${pathWord(from)} ${word(to)} ${readonly ? word('ro') : word('')}`,
    ),
  };
}
