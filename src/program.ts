import { diagnose } from './diagnostics/define.ts';
import { includes } from './diagnostics/includes.ts';
import type { Include } from './model/ast.ts';
import type { Diagnostic, Label } from './model/diagnostic.ts';
import type { Module } from './model/program.ts';
import type { Source } from './model/span.ts';
import { parse } from './syntax/parse.ts';

/**
 * Reads an included file: `path` as written, `from` the name of the file that includes it. `id` is the same for
 * the same file, whatever the path to it; `why` continues "cannot read X: ".
 */
export type ReadInclude = (path: string, from: string) => Included;
export type Included = { readonly source: Source; readonly id: string } | { readonly why: string };

/** For texts that are not in a file, and so have nothing beside them. */
export const noIncludes: ReadInclude = () => ({ why: 'there is no folder to look in' });

/** A file, read together with what it includes. */
export interface Loaded {
  readonly module: Module & { readonly includes: Module[] };
  readonly diagnostics: Diagnostic[];
  /** The first `include` that names it. */
  readonly from: Label | undefined;
}

/** More files than this are generated, or a mistake. */
const MOST = 200;

/**
 * Parses a source and all that it includes, each file once, the source itself first. Missing files, and
 * files that include themselves, are reported at the `include`.
 */
export function loadProgram(root: Source, read: ReadInclude): readonly Loaded[] {
  const byId = new Map<string, Loaded>();
  const trail: { readonly id: string; readonly name: string }[] = [];
  const load = (source: Source, id: string, from?: Label): Loaded => {
    const { file, diagnostics } = parse(source);
    const loaded: Loaded = { module: { source, file, includes: [] }, diagnostics: [...diagnostics], from };
    byId.set(id, loaded);
    trail.push({ id, name: source.name });
    for (const one of file.includes) {
      const found = include(one, source);
      if ('included' in found) loaded.module.includes.push(found.included.module);
      else if (found.report !== undefined) loaded.diagnostics.push(found.report);
    }
    trail.pop();
    return loaded;
  };
  const include = (
    { key, path }: Include,
    source: Source,
  ): { included: Loaded } | { report: Diagnostic | undefined } => {
    if (path.kind === 'missing') return { report: undefined };
    const written = path.segments.map(({ text }) => text).join('');
    const place = { file: source.name, at: path.span };
    if (written === '') return { report: diagnose(includes.empty, undefined, place) };
    const found = read(written, source.name);
    if ('why' in found) {
      const whole = `${written}.crflow`;
      const meant = !written.endsWith('.crflow') && 'id' in read(whole, source.name) ? whole : undefined;
      return { report: diagnose(includes.unreadable, { path: written, why: found.why, meant }, place) };
    }
    const cycle = trail.findIndex(({ id }) => id === found.id);
    if (cycle !== -1) {
      const names = trail.slice(cycle).map(({ name }) => name);
      return {
        report: diagnose(
          includes.cycle,
          { names },
          { ...place, at: { ...path.span, start: key.span.start } },
        ),
      };
    }
    const before = byId.get(found.id);
    if (before !== undefined) return { included: before };
    if (byId.size >= MOST) return { report: diagnose(includes.tooMany, { limit: MOST }, place) };
    const from = { span: { ...path.span, start: key.span.start }, text: 'included from here', source };
    return { included: load(found.source, found.id, from) };
  };
  load(root, parsesIncludes(root) ? rootId(root, read) : `source ${root.name}`);
  return [...byId.values()];
}

const parsesIncludes = ({ text }: Source) => text.includes('include');

/** The source's identity, if it is among the files that can be included. */
function rootId({ name }: Source, read: ReadInclude): string {
  const found = name === '-' ? undefined : read(name.replace(/^.*[/\\]/, ''), name);
  return found !== undefined && 'id' in found ? found.id : `source ${name}`;
}
