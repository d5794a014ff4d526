import { asWritten, type HostPath } from '../model/path.ts';
import type { OwnCheckpoints, Plan } from '../model/plan.ts';

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

/**
 * The plan that can be rehearsed on this machine. A rehearsal must not touch the folders of real runs, and the stand-in for the program cannot
 * do what a command of the flow asks of it.
 * @param bare there is no container to run in
 */
export function adapt(
  plan: Plan,
  { real, bare }: { readonly real: boolean; readonly bare: string | null },
): Adapted {
  const changes: string[] = [];
  let adapted = plan;
  const inside = (what: string, path: HostPath | null): HostPath | null => {
    if (path === null || !leadsOut(path)) return path;
    changes.push(`${what} is in the folder of the rehearsal instead of ${asWritten(path)}`);
    return null;
  };
  adapted = {
    ...adapted,
    workdir: inside('the work folder', plan.workdir),
    output: inside('the output', plan.output),
    checkpoint: { ...plan.checkpoint, state: inside('the state', plan.checkpoint.state) },
  };
  if (plan.container !== undefined && bare !== null) {
    const { container: _, image: _made, ...rest } = adapted;
    changes.push(`the program runs on this machine and not in a container: ${bare}`);
    adapted = rest;
  }
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

/** Does a path lead to a place that is not in the folder of submission? A variable does not: a rehearsal gives it a folder of its own. */
const leadsOut = (path: HostPath) => path[0]?.kind === 'text' && /^\/|(^|\/)\.\.(\/|$)/.test(asWritten(path));

/** The variables in the paths of a plan. */
export function variablesOf({ workdir, output, checkpoint, container }: Plan): readonly string[] {
  const paths = [workdir, output, checkpoint.state, ...(container?.mounts ?? []).map(({ from }) => from)];
  const names = paths.flatMap((path) =>
    (path ?? []).flatMap((part) => (part.kind === 'variable' ? [part.name] : [])),
  );
  return [...new Set(names)];
}
