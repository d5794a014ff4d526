import { collect, type Report } from '../diagnostics/define.ts';
import { names } from '../diagnostics/names.ts';
import { outputs } from '../diagnostics/outputs.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { values } from '../diagnostics/values.ts';
import { quote } from '../diagnostics/words.ts';
import { type KeySpec, vocabulary } from '../language/vocabulary/index.ts';
import type { Declaration, Let, Param } from '../model/ast.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Module, Settings } from '../model/program.ts';
import type { Source } from '../model/span.ts';
import {
  type Constant,
  describeConstant,
  isDecimal,
  show,
  TYPES,
  type TypeName,
  truthOf,
  typeCalled,
} from './constant.ts';
import type { Context, Scope } from './context.ts';
import { evaluate } from './evaluate.ts';
import { shellVariables } from './shell-variables.ts';

/** A declaration, and what is known about its value so far. */
interface Cell {
  readonly node: Declaration;
  readonly source: Source;
  readonly context: Context;
  state: 'new' | 'running' | 'broken' | Constant;
  used: boolean;
}

/** Names that refer to each other more deeply than this are generated, or a mistake. */
const DEEPEST = 100;

/** The most characters that names may insert into all texts of a program together; LONGEST_TEXT is the limit for one text. */
const MOST_TEXT = 4_000_000;

/** Names that already have a meaning as values, or that a job needs unchanged. */
const TAKEN = new Map<string, string>([
  ...['yes', 'no', 'auto', 'unlimited'].map(
    (word) => [word, 'the language uses this word as a value'] as const,
  ),
  ['IN_CONTAINER', 'the job sets the variable of this name, which starts a rank in its container'],
  ...Object.values(vocabulary).flatMap(({ keys }) =>
    Object.entries(keys).flatMap(([key, spec]) =>
      ((spec as KeySpec).choices ?? []).map(
        (word) => [word, `\`${key}\` uses this word as a value`] as const,
      ),
    ),
  ),
  ...[...shellVariables, 'LD_LIBRARY_PATH', 'LD_PRELOAD', 'USER'].map(
    (word) => [word, 'the shell in `run` uses a variable of this name itself'] as const,
  ),
]);

/** All declarations of a program, and the files in which they are visible. */
export class Declarations {
  private readonly files = new Map<Module, Map<string, Cell>>();
  private readonly cells: Cell[] = [];
  private readonly running: Cell[] = [];
  /** Characters that names have inserted so far. */
  private spent = 0;
  private readonly settings: Settings;
  private readonly root: Module;
  /** Findings in the texts of `--set`, each of which is a source. */
  readonly commandLine: { readonly source: Source; readonly diagnostics: readonly Diagnostic[] }[] = [];

  constructor(root: Module, settings: Settings) {
    this.root = root;
    this.settings = settings;
  }

  /** Adds the declarations at the top of a file. `context.scope` must be the file's own. */
  addFile(module: Module, context: Context): void {
    const own = new Map<string, Cell>();
    this.files.set(module, own);
    for (const node of module.file.declarations)
      this.add(node, module.source, context, own, this.everyFile());
  }

  /** The scope of a file: its own names, and those of the files that it includes, directly or not. */
  scopeOf(module: Module): Scope {
    let seen: readonly Map<string, Cell>[] | undefined;
    const maps = () => {
      seen ??= [...reachable(module)].flatMap((one) => this.files.get(one) ?? []);
      return seen;
    };
    return this.scope(maps, module.source);
  }

  /** The scope of a workflow with these `let`s. */
  scopeInside(module: Module, lets: readonly Let[], contextWith: (scope: Scope) => Context): Scope {
    const own = new Map<string, Cell>();
    const outer = [...reachable(module)].flatMap((one) => this.files.get(one) ?? []);
    const scope = this.scope(() => [own, ...outer], module.source);
    const context = contextWith(scope);
    for (const node of lets) this.add(node, module.source, context, own, [own, ...outer]);
    return scope;
  }

  /** Also evaluates what nobody asked for. */
  evaluateAll(): void {
    for (const cell of this.cells) this.valueOf(cell);
  }

  /** Warns about unused names, except those of included files, which other files may use. Call it last. */
  reportUnused(): void {
    for (const { node, source, used, state, context } of this.cells) {
      if (used || state === 'broken' || source !== this.root.source || node.key.text === '') continue;
      context.report(names.unused, node.key.span, { name: node.key.text, keyword: node.kind });
    }
  }

  /** Reports names in `--set` that are not parameters. */
  unknownSettings(): {
    readonly name: string;
    readonly isLet: boolean;
    readonly known: readonly string[];
    readonly param: string | undefined;
  }[] {
    const known = this.cells.filter(({ node }) => node.kind === 'param').map(({ node }) => node.key.text);
    return [...this.settings.keys()]
      .filter((name) => !known.includes(name))
      .map((name) => {
        const cell = this.cells.find(({ node }) => node.key.text === name);
        const value = cell && this.valueOf(cell);
        const shown = value?.type === 'String' ? JSON.stringify(show(value)) : value && show(value);
        const param = value && `param ${name}: ${value.type} = ${shown}`;
        return { name, isLet: cell !== undefined, known, param };
      });
  }

  /** A file without a workflow is for others to include, and these may give its parameters values. */
  private isFlow(): boolean {
    return [...reachable(this.root)].some(({ file }) => file.workflows.length > 0);
  }

  private everyFile(): Map<string, Cell>[] {
    return [...this.files.values()];
  }

  private add(
    node: Declaration,
    source: Source,
    context: Context,
    own: Map<string, Cell>,
    visible: readonly Map<string, Cell>[],
  ): void {
    const { text, span } = node.key;
    const cell: Cell = { node, source, context, state: 'new', used: false };
    this.cells.push(cell);
    if (text === '') return;
    const first = visible.map((map) => map.get(text)).find((one) => one !== undefined);
    const why = TAKEN.get(text);
    if (first !== undefined) {
      reportAgain(cell, first);
      cell.used = true;
    } else if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text) || /^(?:CRFLOW|DMTCP|SLURM)_/.test(text)) {
      context.report(names.unusableName, span, { name: text, dash: text.includes('-') });
      cell.state = 'broken';
      own.set(text, cell);
    } else {
      if (why !== undefined) context.report(names.takenName, span, { name: text, why });
      own.set(text, cell);
    }
  }

  private scope(maps: () => readonly Map<string, Cell>[], own: Source): Scope {
    // Each unknown name asks for all known names.
    let known: { readonly size: number; readonly names: readonly string[] } | undefined;
    const cellOf = (name: string) =>
      maps()
        .map((map) => map.get(name))
        .find((one) => one !== undefined);
    return {
      use: (name) => {
        const cell = cellOf(name);
        if (cell !== undefined) cell.used = true;
      },
      find: (name) => {
        const cell = cellOf(name);
        if (cell === undefined) return undefined;
        cell.used = true;
        const value = this.valueOf(cell);
        return value === undefined || !this.affords(cell, value) ? 'broken' : value;
      },
      placeOf: (name) => {
        const cell = cellOf(name);
        if (cell === undefined) return undefined;
        const { source, node } = cell;
        return { span: node.key.span, ...(source === own ? {} : { source }) };
      },
      names: () => {
        const now = maps();
        const size = now.reduce((sum, map) => sum + map.size, 0);
        if (known?.size !== size)
          known = { size, names: [...new Set(now.flatMap((map) => [...map.keys()]))] };
        return known.names;
      },
    };
  }

  /** Counts what a name inserts, here and in total; false, and reported once, if it is too much. */
  private affords({ node, context }: Cell, value: Constant): boolean {
    if (value.type !== 'String') return true;
    if (this.spent <= MOST_TEXT) {
      // Each piece also counts, because a name made of names made of names has many.
      this.spent += value.pieces.reduce((sum, { text }) => sum + text.length + 8, 0);
      if (this.spent > MOST_TEXT)
        context.report(outputs.textsTooLong, node.key.span, { name: node.key.text, limit: MOST_TEXT });
    }
    return this.spent <= MOST_TEXT;
  }

  private valueOf(cell: Cell): Constant | undefined {
    const { node, context } = cell;
    if (cell.state === 'running') {
      const cycle = this.running.slice(this.running.indexOf(cell));
      context.report(names.cycle, node.key.span, { names: cycle.map((one) => one.node.key.text) });
      for (const one of cycle) one.state = 'broken';
    }
    if (cell.state === 'broken') return undefined;
    if (cell.state !== 'new' && cell.state !== 'running') return cell.state;
    if (this.running.length >= DEEPEST) {
      context.report(names.namesTooDeep, node.key.span, { name: node.key.text, limit: DEEPEST });
      cell.state = 'broken';
      return undefined;
    }
    cell.state = 'running';
    this.running.push(cell);
    const value = node.kind === 'let' ? evaluate(node.value, context) : this.paramValue(node, context);
    this.running.pop();
    // If a cycle was found in the meantime, it has been reported.
    if ((cell.state as Cell['state']) === 'broken') return undefined;
    cell.state = value ?? 'broken';
    return value;
  }

  private paramValue(node: Param, context: Context): Constant | undefined {
    const { key, type: written } = node;
    const given = this.settings.get(key.text);
    const type = written && TYPES.find(({ name }) => name === written.text);
    if (written !== undefined && type === undefined) {
      const meant = nearest(written.text, TYPES);
      const isFloat = /^(?:float|double|real|decimal|fraction|f32|f64)\d*$/i.test(written.text);
      const text = node.value?.kind === 'number' ? node.value.text : '0.5';
      const decimal = isFloat ? `param ${key.text}: String = "${text}"` : undefined;
      context.report(names.unknownType, written.span, {
        type: written.text,
        nearest: meant?.name,
        isSure: meant?.sure,
        decimal,
      });
      // The finding about the type also covers a number with decimals.
      if (isFloat && node.value?.kind === 'number') return undefined;
    }
    const byDefault = node.value && evaluate(node.value, context);
    if (type === undefined) return undefined;
    const fits = byDefault?.type === type.name;
    if (byDefault !== undefined && !fits && node.value !== undefined) {
      const params = { name: key.text, type: type.name, called: typeCalled(type.name) };
      const found = describeConstant(byDefault);
      context.report(values.defaultType, node.value.span, {
        ...params,
        found,
        written: byDefault.type === 'Int' ? withUnits(byDefault.value, type.name) : [],
      });
    }
    if (given !== undefined && key.text !== '') return this.setValue(key.text, given, type.name, context);
    if (node.value === undefined && key.text !== '' && this.isFlow())
      context.report(names.noParamValue, key.span, {
        name: key.text,
        type: type.name,
        example: type.example,
      });
    return fits ? byDefault : undefined;
  }

  /** The text of `--set`, read as a value of that type: strings literally, and nothing else. */
  private setValue(name: string, text: string, type: TypeName, context: Context): Constant | undefined {
    if (type === 'String') return { type, pieces: text === '' ? [] : [{ text, escaped: false }] };
    const source = { name: `--set ${name}`, text };
    const { report, sorted } = collect(source);
    const span = { start: 0, end: text.length };
    const inside = { ...context, report: report as Report };
    const decimal = isDecimal(text);
    const isWord = /^[A-Za-z_]\w*$/.test(text);
    const value = isWord
      ? text === 'yes' || text === 'no'
        ? ({ type: 'Bool', value: text === 'yes' } as const)
        : undefined
      : decimal
        ? undefined
        : evaluate({ kind: 'number', text, span }, inside);
    if (isWord || decimal ? value?.type !== type : value !== undefined && value.type !== type) {
      const said = decimal ? quote(text) : `the word ${quote(text)}`;
      const found = value === undefined ? said : describeConstant(value);
      const truth = type === 'Bool' ? truthOf(text) : undefined;
      const units = value?.type === 'Int' ? withUnits(value.value, type) : [];
      const example = TYPES.find((one) => one.name === type)?.example ?? '';
      const written = truth
        ? [truth]
        : units.length > 0
          ? units
          : type === 'Bool'
            ? ['yes', 'no']
            : [example];
      report(values.setType, span, { name, called: typeCalled(type), found, written, decimal });
    }
    // If two files declare one name, that was reported; the text is read for the first of them.
    if (!this.commandLine.some((one) => one.source.name === source.name))
      this.commandLine.push({ source, diagnostics: sorted().map(withoutFixes) });
    return value?.type === type ? value : undefined;
  }
}

/** A bare number with the units that it may have meant; none for 0, which is neither a size nor a time. */
function withUnits(count: number, type: TypeName): readonly string[] {
  const units = { Duration: ['s', 'min'], Size: ['MiB', 'GiB'], Int: [], Bool: [], String: [] }[type];
  return count === 0 ? [] : units.map((unit) => `${count}${unit}`);
}

/** The files whose names a file sees, itself first. */
function reachable(module: Module, found = new Set<Module>()): Set<Module> {
  if (found.has(module)) return found;
  found.add(module);
  for (const one of module.includes) reachable(one, found);
  return found;
}

function reportAgain({ node, source, context }: Cell, first: Cell): void {
  const { text, span } = node.key;
  const same = first.source === source;
  const other = same ? {} : { source: first.source };
  const related = [{ span: first.node.key.span, text: 'first declared here', ...other }];
  context.report(names.declaredTwice, span, { name: text }, related);
}

/** There is no file to change. */
const withoutFixes = (one: Diagnostic): Diagnostic => ({ ...one, fixes: [] });
