import { filesIn, readIncluded, readSource, realPath } from '../host/files.ts';
import { loadProgram } from '../program.ts';

/** The files that a flow includes, directly or not, as absolute paths; none for a file that cannot be read. */
export async function includedBy(file: string): Promise<readonly string[]> {
  const read = await readSource(file);
  // Most flows include nothing, and are not parsed for this.
  if ('why' in read || !/\binclude\b/.test(read.text)) return [];
  const [, ...others] = loadProgram({ name: file, text: read.text }, readIncluded);
  return others.map(({ module }) => realPath(module.source.name));
}

/** The flows below a folder that include one of these files, in order. */
export async function including(files: readonly string[], folder: string): Promise<readonly string[]> {
  const wanted = new Set(files.filter((file) => file !== '-').map(realPath));
  if (wanted.size === 0) return [];
  const found: string[] = [];
  for (const file of (await filesIn(folder, '.crflow', true)) ?? [])
    if (!wanted.has(realPath(file)) && (await includedBy(file)).some((one) => wanted.has(one)))
      found.push(file);
  return found;
}

/** Does the flow, or a file that it includes, have a parameter without a value? */
export async function needsSettings(file: string): Promise<boolean> {
  const read = await readSource(file);
  if ('why' in read || !/\b(?:param|include)\b/.test(read.text)) return false;
  const files = loadProgram({ name: file, text: read.text }, readIncluded);
  const isOpen = files.some(({ module }) =>
    module.file.declarations.some((one) => one.kind === 'param' && one.value === undefined),
  );
  return isOpen && files.some(({ module }) => module.file.workflows.length > 0);
}
