import { asWritten, type HostPath } from '../model/path.ts';
import type { OwnCheckpoints, Plan } from '../model/plan.ts';
import { adaptMounts, leadsOut, shownBy } from './mounts.ts';

/** A file name that a pattern of the shell matches: `md_*.cpt` gives `md_1.cpt`. */
export const nameFor = (pattern: string): string =>
  pattern
    .replaceAll('**', '1')
    .replaceAll('*', '1')
    .replaceAll('?', '1')
    .replaceAll(/\[[!^]?(.)[^\]]*\]/g, '$1')
    .replaceAll(/\{([^,{}]*),[^{}]*\}/g, '$1');

/** The file that is saved where a pattern names a folder. */
const IN_FOLDER = 'rehearsal.save';

/** The arguments of saves.sh that make it save itself as the flow says. */
export function savesAs({ files, grows, ask, answer, done }: OwnCheckpoints): readonly string[] {
  const others = [...files, ...grows, ...done.files, done.in ?? '', ask?.how === 'file' ? ask.file : ''];
  const isFolder = (path: string) => path.endsWith('/') || others.some((one) => one.startsWith(`${path}/`));
  const saved = files.map((one) => (isFolder(one) ? `${nameFor(one)}/${IN_FOLDER}` : nameFor(one)));
  return [
    ...saved.flatMap((one) => ['file', one]),
    ...grows.flatMap((one) => ['grows', nameFor(one)]),
    ...done.files.flatMap((one) => ['done', nameFor(one)]),
    ...(done.text === null ? [] : ['text', done.text]),
    ...(done.in === null ? [] : ['in', done.in]),
    ...(ask?.how === 'signal' ? ['signal', ask.signal] : []),
    ...(ask?.how === 'file' ? ['asked', ask.file] : []),
    'answer',
    answer,
  ];
}

/** What a rehearsal has to change in a plan, and why: a sentence each. Nothing for most flows. */
export interface Adapted {
  readonly plan: Plan;
  readonly changes: readonly string[];
}

/** The file that says that the rehearsal's program is done, where the flow asks a command. */
const DONE = 'rehearsal.done';
/** The file that asks the rehearsal's program to save, where the flow runs a command. */
const ASKED = 'rehearsal.save';

/** What decides how a plan can be rehearsed on this machine. */
export interface Conditions {
  /** The program is the flow's own, and not the stand-in. */
  readonly real: boolean;
  /** Why the program does not run in the flow's container; null if it does, or if there is none. */
  readonly bare: string | null;
  /** Can the container's runtime mount something that is only read? */
  readonly canRead?: boolean;
  /** Is there something at an absolute path of this machine? */
  readonly has?: (path: string) => boolean;
}

/**
 * The plan that can be rehearsed on this machine. A rehearsal must not touch the folders of real runs, and the stand-in for the program cannot
 * do what a command of the flow asks of it.
 */
export function adapt(plan: Plan, { real, bare, canRead = false, has = () => false }: Conditions): Adapted {
  const changes: string[] = [];
  let adapted = plan;
  if (plan.container !== undefined) {
    if (bare !== null) {
      const { container: _, image: _made, ...rest } = adapted;
      changes.push(`the program runs on this machine and not in a container: ${bare}`);
      adapted = rest;
    } else {
      const { mounts, changes: changed } = adaptMounts(plan.container, { real, canRead, has });
      changes.push(...changed);
      adapted = { ...adapted, container: { ...plan.container, mounts } };
    }
  }
  const mounts = adapted.container?.mounts ?? [];
  const inside = (what: string, path: HostPath | null, isSeen = false): HostPath | null => {
    if (path === null || !leadsOut(path) || (isSeen && shownBy(path, mounts)?.mount.readonly === false))
      return path;
    changes.push(`${what} is in the folder of the rehearsal instead of ${asWritten(path)}`);
    return null;
  };
  adapted = {
    ...adapted,
    workdir: inside('the work folder', plan.workdir, true),
    output: inside('the output', plan.output, true),
    checkpoint: { ...plan.checkpoint, state: inside('the state', plan.checkpoint.state) },
  };
  const { own } = plan.checkpoint;
  if (own !== undefined && !real) {
    const withoutCommands = {
      ...own,
      ...(own.ask?.how === 'command' ? { ask: { how: 'file', file: ASKED, text: '' } as const } : {}),
      ...(own.done.command === null
        ? {}
        : {
            done: { files: [...own.done.files, DONE], text: own.done.text, in: own.done.in, command: null },
          }),
    };
    if (own.ask?.how === 'command')
      changes.push('the program is asked to save by a file instead of the flow’s command');
    if (own.done.command !== null)
      changes.push('a file says that all work is done instead of the flow’s command');
    adapted = { ...adapted, checkpoint: { ...adapted.checkpoint, own: withoutCommands } };
  }
  if (adapted.queue.array !== undefined) {
    const [first = '0'] = /\d+/.exec(adapted.queue.array) ?? [];
    changes.push(`of the array, only task ${first} runs`);
  }
  return { plan: adapted, changes };
}

/** The variables in the paths of a plan. */
export function variablesOf({ workdir, output, checkpoint, container }: Plan): readonly string[] {
  const image = container?.image.kind === 'file' ? container.image.path : null;
  const mounted = (container?.mounts ?? []).map(({ from }) => from);
  const paths = [workdir, output, checkpoint.state, image, ...mounted];
  const names = paths.flatMap((path) =>
    (path ?? []).flatMap((part) => (part.kind === 'variable' ? [part.name] : [])),
  );
  return [...new Set(names)];
}
