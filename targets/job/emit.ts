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
import type { EngineName } from '../../src/language/words.ts';
import type { Artifact } from '../../src/model/artifact.ts';
import type { Container } from '../../src/model/container.ts';
import type { HostPath } from '../../src/model/flow.ts';
import { nothingLeft } from '../../src/model/nothing-left.ts';
import { variablesOf } from '../../src/model/path.ts';
import type { OwnCheckpoints, Plan } from '../../src/model/plan.ts';
import type { Sha256 } from '../../src/model/targets.ts';
import { engineOf } from '../engines/index.ts';
import { runtimeOf } from '../runtimes/index.ts';
import { slurm } from '../schedulers/slurm/index.ts';
import { withGpus, withSharedMemory } from './container.ts';
import { runtime, runtimeVersion } from './runtime.ts';
import { facts, settings } from './settings.ts';
import job from './templates/job.sbatch.hbs';

const render = template(job);

/**
 * The job script of a plan: a pure function of the plan, the source's name and the runtime's version.
 * @param source name of the `.crflow` file, without folders, for the script's comments
 */
export function jobScript(plan: Plan, source: string, sha256: Sha256): Artifact {
  // targets/image handles the image; the format is for readers of the plan's JSON.
  const {
    workflow,
    run,
    workdir,
    output,
    load,
    pass,
    set,
    defaults = [],
    format: _,
    image: __,
    ...others
  } = plan;
  const {
    container: flowContainer,
    checkpoint,
    continue: goOn,
    attempt,
    total,
    queue,
    resources,
    ...rest
  } = others;
  nothingLeft(rest);
  const container = flowContainer && containerFor(flowContainer, resources);
  const { interval, mtbf, lead, signal, keep, state, limit, prove, protect, ...careful } = checkpoint;
  const { engine, own, strict, alive, expect, ...more } = careful;
  nothingLeft(more);
  const { time, timeMin, max, ...noMore } = attempt;
  nothingLeft(noMore);
  const isArray = queue.array !== undefined;
  const file = `${workflow}.sbatch`;
  const { body, delimiter } = hereDocument(textOf(run));
  const page = render({
    name: comment(workflow),
    file: comment(file),
    source: comment(source),
    runtimeVersion: number(runtimeVersion),
    usage: usage(workflow, file, engineOf(engine).saves),
    partner: comment(PARTNERS[engine]),
    experimental: engine === 'mana',
    directives: slurm.directives({
      workflow,
      resources,
      container,
      continue: goOn,
      queue,
      signal,
      lead,
      time,
      timeMin,
    }),
    settings: settings({ engine, total, interval, mtbf, lead, prove, alive, limit, max }),
    facts: facts({
      workflow,
      engine,
      continue: goOn,
      container,
      pass,
      keep,
      expect,
      signal,
      protect,
      strict,
      own,
      mpi: resources.mpi,
      ranks: engine === 'mana' ? resources.tasks : resources.ranks,
      isArray,
    }),
    stateVariables: variables(state),
    statePath: code`state_root=${pathWord(state ?? defaultState)} # what a restore needs: on shared storage`,
    workVariables: variables(workdir, output),
    workPaths: aligned([
      [
        code`workdir=${pathWord(workdir ?? [])}`,
        workdir ? 'where the application runs' : 'the folder of submission',
      ],
      [code`output=${pathWord(output ?? [])}`, output ? 'what it prints' : `${workflow}-RUN.out in workdir`],
    ]),
    ...containerView(container),
    kept: variables(state, workdir, output, ...(container === undefined ? [] : pathsOf(container))).filter(
      ({ text }) => !KEPT.test(text),
    ),
    modules: load.map(word),
    variables: setVariables(set),
    defaults: defaults.map(({ name, value }) => word(`${name}=${value}`)),
    run: body,
    delimiter,
    blocks: own === undefined ? [] : ownBlocks(own),
  });
  const needs = {
    engine,
    modules: load.length > 0,
    alive: alive !== null,
    auto: mtbf !== null,
    protect: protect.length > 0,
    container: container?.runtime ?? null,
    ranks: container?.ranks === true,
    mpi: resources.ranks !== undefined,
  };
  const shared = runtime(needs, sha256);
  return { name: file, text: page + shared, pieces: [page, shared] };
}

/** Its lines in the source do not get into the script: a comment above it would change it. */
function textOf({ text, firstLine: _, lastLine: __, ...rest }: Plan['run']): string {
  nothingLeft(rest);
  return text;
}

/** What the inner half talks to. */
const PARTNERS: Readonly<Record<EngineName, string>> = {
  dmtcp: 'DMTCP and the application',
  own: 'the application',
  mana: 'MANA and the application',
  none: 'the application',
};

/** The container as the job uses it. */
const containerFor = (container: Container, { gpus, gpusPerTask, ranks }: Plan['resources']) =>
  gpus !== null || gpusPerTask !== undefined
    ? withGpus(container, runtimeOf(container.runtime))
    : ranks !== undefined
      ? withSharedMemory(container, runtimeOf(container.runtime))
      : container;

/** The usage of the script, for its first page. */
function usage(workflow: string, file: string, saves: boolean): ShellText[] {
  const all = [
    [`sbatch ${file}`, `start a run; its log is ${workflow}-JOB.log, here`],
    [`bash   ${file} status [RUN]`, 'how a run is doing'],
    saves
      ? [`bash   ${file} stop [RUN]`, 'checkpoint it and end it; checkpoint [RUN] does not end it']
      : [`bash   ${file} stop [RUN]`, 'tell it to end'],
    ['scancel JOB', saves ? 'end it at once: its newest checkpoint is kept' : 'end it at once'],
    [`sbatch ${file} resume RUN`, 'continue a run that stopped'],
    [`bash   ${file} help`, 'all commands, and what the exit statuses mean'],
  ] as const;
  const width = Math.max(...all.map(([command]) => command.length));
  return all.map(([command, says]) => comment(`${command.padEnd(width)}  ${says}`));
}

/** The additional bash of a program that saves itself. */
function ownBlocks({ again, ask, done }: OwnCheckpoints) {
  const all: readonly [ShellText, string, string | null][] = [
    [code`again_block`, 'What is run instead to continue from a checkpoint.', again],
    [code`ask_block`, 'What asks it to save.', ask?.how === 'command' ? ask.text : null],
    [code`done_block`, 'Whether all work is done.', done.command],
  ];
  return all.flatMap(([name, what, text]) =>
    text === null ? [] : [{ name, what: comment(what), ...hereDocument(text) }],
  );
}

const defaultState: HostPath = [{ kind: 'text', text: 'crflow-state' }];

/** The variables in the paths, each once, in order of use: the job stops at its start without them. */
function variables(...paths: (HostPath | null)[]): ShellText[] {
  const parts = paths.flatMap((path) => path ?? []);
  return variablesOf(parts).map(word);
}

function setVariables(set: Plan['set']): ShellText[] {
  return set.flatMap(({ name, value, why }) => [
    ...(why === undefined ? [] : [code`# ${comment(why)}`]),
    code`${word(`${name}=${value}`)}`,
  ]);
}

/** The paths of this host in the container's part of the flow. */
const pathsOf = ({ image, mounts }: Container): HostPath[] => [
  ...(image.kind === 'file' ? [image.path] : []),
  ...mounts.map(({ from }) => from),
];

/** Variables that the template keeps in every script. */
const KEPT = /^(PATH|PWD|HOME|USER|LOGNAME|TMPDIR|TZ|LD_LIBRARY_PATH|CRFLOW_.*|SLURM.*|DMTCP_.*|JALIB_.*)$/;

/** The container's mounts, three words each: from, to, and ro or nothing. */
function containerView(container: Container | undefined) {
  if (container === undefined) return { container: false };
  const { image, mounts } = container;
  return {
    container: true,
    mountVariables: variables(...pathsOf(container)),
    imagePath:
      image.kind === 'file' ? [code`image=${pathWord(image.path)} # the image of the container`] : [],
    mounts: mounts.map(
      ({ from, to, readonly }) => code`${pathWord(from)} ${word(to)} ${readonly ? word('ro') : word('')}`,
    ),
  };
}
