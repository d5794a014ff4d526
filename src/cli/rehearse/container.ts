import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { run } from '../../host/run.ts';
import type { RuntimeName } from '../../language/words.ts';
import { calledOf } from '../../model/container.ts';
import type { Plan } from '../../model/plan.ts';
import type { Targets } from '../../model/targets.ts';
import { placeOfImage } from '../doctor/container.ts';
import { programOnPath } from './dmtcp.ts';

/** The container that a rehearsal runs the program in. */
export interface ChosenContainer {
  readonly runtime: RuntimeName;
  /** The path of the runtime's command. */
  readonly command: string;
  /** As the runtime knows it: a name, or the path of a file or a folder. */
  readonly image: string;
  /** For the screen. */
  readonly title: string;
}

/** Seconds in which a runtime has to say whether it has an image. */
const LIMIT = 60;

/**
 * The container of the flow, if its runtime and its image are on this machine; else why it is not used, as a phrase.
 * @param folder the folder of the flow, to which the paths of images are relative
 */
export async function chooseContainer(
  plan: Plan,
  folder: string,
  { real, targets }: { readonly real: boolean; readonly targets: Targets },
): Promise<ChosenContainer | { readonly why: string } | undefined> {
  const { container } = plan;
  if (container === undefined) return undefined;
  const { label, command: name } = targets.runtimeOf(container.runtime);
  const command = programOnPath(name);
  if (command === undefined) return { why: `${label} is not installed here` };
  if (container.ranks === true && !real)
    return { why: 'only each rank would run in one, and the stand-in for the program has no ranks' };
  const found = await placeOfImage(plan, container, LIMIT, targets, folder);
  if ('why' in found) return { why: `${label} has no such image here (${found.why})` };
  const path = resolve(folder, found.text);
  const image = existsSync(path) ? path : found.text;
  const { repository, tag } = calledOf(container.image);
  return {
    runtime: container.runtime,
    command,
    image,
    title: `a container of ${label}, with the image ${repository}${tag === '' ? '' : `:${tag}`}`,
  };
}

/** Podman's containers are not children of the job: those of a run that was ended before its time may still be there. */
export async function removeContainers({ runtime, command }: ChosenContainer, mark: string): Promise<void> {
  if (!runtime.startsWith('podman') || mark === '') return;
  const { stdout } = await run(command, ['ps', '--all', '--quiet', `--filter=name=^${mark}-`], {
    timeout: 60_000,
  });
  const ids = stdout.split('\n').filter((line) => line !== '');
  if (ids.length > 0) await run(command, ['rm', '--force', '--time=0', ...ids], { timeout: 60_000 });
}
