import { splitMount } from './clauses.ts';

/** What centres call modules of a runtime that provide the libraries of a GPU. */
export const GPU_MODULES = /^(?:gpu|cuda|nccl|nvidia|rocm)(?:$|[-_\d])/i;

const MOUNT = 'write mount "FROM" to "TO"';
const VARIABLE = 'for variables, write `environment { set { NAME = "…" } pass = ["NAME"] }`';
const FOLDER = 'for the folder to start in, write `application { workdir = "…" }`';

/** Options for which the language has a key. */
const INSTEAD: Readonly<Record<string, string>> = {
  '--volume': MOUNT,
  '-v': MOUNT,
  '-V': MOUNT,
  '--mount': MOUNT,
  '--bind': MOUNT,
  '-b': MOUNT,
  '-B': MOUNT,
  '--module': 'write `modules = […]`',
  '--image': 'write `image = "…"`',
  '--env': VARIABLE,
  '-e': VARIABLE,
  '--env-file': VARIABLE,
  '--set-env': VARIABLE,
  '--workdir': FOLDER,
  '-w': FOLDER,
  '--pwd': FOLDER,
  '--cwd': FOLDER,
  '--cd': FOLDER,
};

/** What to write instead of a runtime's option, with its value, if the language has a key for it. */
export function insteadOf(option: string, value: string): string | undefined {
  const instead = INSTEAD[option];
  const mount = instead === MOUNT ? splitMount(value) : undefined;
  return mount === undefined ? instead : `write ${mount}`;
}

/** What to write instead of a word that is not an option; `before` is the item before it, if any. */
export function helpForWord(text: string, before: string | undefined): string {
  const isOption = before !== undefined && /^--?[A-Za-z][^=]*$/.test(before);
  const instead = isOption ? insteadOf(before, text) : undefined;
  if (instead !== undefined) return instead;
  if (isOption && before.startsWith('--') && text !== '') return `write "${before}=${text}", as one item`;
  const mount = splitMount(text);
  if (mount !== undefined) return `write ${mount}`;
  return /^[A-Za-z][\w-]+(?:=|$)/.test(text) ? `write "--${text}"` : 'write, for instance, "--shm-size=1g"';
}
