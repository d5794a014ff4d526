import { LAUNCHERS, LAUNCHING, LAUNCHING_MODULES } from '../language/words.ts';

/** The words of a command that start the ranks of a parallel program, as a message names them; undefined if it starts none. */
export function launcherOf({
  name,
  args,
}: {
  readonly name: string;
  readonly args: readonly { readonly text: string }[];
}): string | undefined {
  if (LAUNCHERS.test(name)) return name;
  const words = args.map(({ text }) => text);
  if (Object.hasOwn(LAUNCHING, name) && LAUNCHING[name]?.test(words[0] ?? '')) return `${name} ${words[0]}`;
  const module = /^python[\d.]*$/.test(name) ? words[words.indexOf('-m') + 1 || words.length] : undefined;
  return module !== undefined && LAUNCHING_MODULES.test(module) ? `${name} -m ${module}` : undefined;
}
