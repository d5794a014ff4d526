import type { Command, CompoundList, ParsedScript, Statement, Word } from 'unbash';
import { isQuick } from './quick.ts';
import { nameOf } from './read.ts';
import { type Place, staticValue, variableAndRest } from './words.ts';

/** A `cd` that leaves the work folder and is followed by a command that does not finish at once. */
export interface Departure extends Place {
  /** The command as written. */
  readonly text: string;
  readonly why: 'up' | 'path' | 'copy' | 'home' | 'temporary';
  /** The folder, if it can be a `workdir`. */
  readonly path: string | undefined;
  /** It leaves the work folder wherever the job is submitted, and whatever the variables contain. */
  readonly isSure: boolean;
  /** Nothing leads back before the end. */
  readonly isForGood: boolean;
}

interface Leaving extends Omit<Departure, 'isForGood'> {
  /** Something ran there. */
  used: boolean;
}

/** Where a shell is: some folders below the work folder, outside it, or unknown. */
type Folder = { readonly below: readonly string[] } | Leaving | 'unknown';

interface Shell {
  now: Folder;
  before: Folder;
  stack: Folder[];
}

const HOME: Folder = { below: [] };
/** Variables with well-known folders, if `run` does not set them. */
const PLACES = /^(?:HOME|SCRATCH|PSCRATCH|WORK|WORKDIR|CFS|TMPDIR|SLURM_TMPDIR|SLURM_SUBMIT_DIR)$/;
const SUBMISSION = '$SLURM_SUBMIT_DIR';

/**
 * The commands in a text that leave the work folder. `workdir`: its path, absolute or beginning with a variable;
 * undefined: the folder of submission. `assigned`: the variables that the text sets, with their paths if
 * known.
 */
export function departures(
  script: ParsedScript,
  workdir: string | undefined,
  assigned: ReadonlyMap<string, string | undefined>,
): readonly Departure[] {
  const walk = new Walk(workdir, assigned);
  const shell: Shell = { now: HOME, before: HOME, stack: [] };
  walk.list(script, shell);
  const last = shell.now;
  return walk.found
    .filter(({ used }) => used)
    .map((leaving) => {
      const { used: _, ...one } = leaving;
      return { ...one, isForGood: leaving === last };
    });
}

class Walk {
  readonly found: Leaving[] = [];
  readonly #workdir: string;
  /** Functions in whose bodies the folder is changed. */
  readonly #movers = new Set<string>();

  readonly #assigned: ReadonlyMap<string, string | undefined>;

  constructor(workdir: string | undefined, assigned: ReadonlyMap<string, string | undefined>) {
    this.#assigned = assigned;
    this.#workdir =
      workdir === undefined ? SUBMISSION : /^[/$]/.test(workdir) ? workdir : `${SUBMISSION}/${workdir}`;
  }

  list({ commands }: ParsedScript | CompoundList, shell: Shell): void {
    for (const one of commands) this.#node(one.command, one.background ? copyOf(shell) : shell);
  }

  #node(node: Statement['command'], shell: Shell): void {
    switch (node.type) {
      case 'AndOr': {
        const before = shell.now;
        for (const one of node.commands) this.#node(one, shell);
        const isChoice = node.operators.includes('||') || isTest(node.commands[0]);
        // After `cd a || exit`, the folder is a; after `[[ -d a ]] && cd a`, perhaps.
        if (isChoice && shell.now !== before && !isMove(node.commands[0])) shell.now = 'unknown';
        return;
      }
      case 'Pipeline':
        if (node.commands.length === 1 && node.commands[0] !== undefined) this.#node(node.commands[0], shell);
        else for (const one of node.commands) this.#node(one, copyOf(shell));
        return;
      case 'Redirected':
        this.#node(node.command, shell);
        return;
      case 'Command':
        this.#command(node, shell);
        return;
      case 'BraceGroup':
        this.list(node.body, shell);
        return;
      case 'Subshell':
        this.list(node.body, copyOf(shell));
        return;
      case 'If':
        this.list(node.clause, shell);
        this.#either(
          [
            node.then,
            ...node.elif.flatMap((one) => [one.clause, one.then]),
            ...(node.else ? [node.else] : []),
          ],
          node.else === undefined,
          shell,
        );
        return;
      case 'Case':
        this.#either(
          node.items.map(({ body }) => body),
          true,
          shell,
        );
        return;
      case 'While':
        this.#either([node.clause, node.body], true, shell);
        return;
      case 'For':
      case 'ArithmeticFor':
      case 'Select':
        this.#either([node.body], true, shell);
        return;
      case 'Function': {
        const inside: Shell = { now: 'unknown', before: 'unknown', stack: [] };
        const moves = movesIn(node.body);
        if (moves) this.#movers.add(node.name.text);
        if (node.body.type !== 'CompoundList') this.#node(node.body, inside);
        return;
      }
      default:
    }
  }

  /** Lists of which at most one runs. */
  #either(lists: readonly CompoundList[], orNone: boolean, shell: Shell): void {
    const ends: Folder[] = orNone ? [shell.now] : [];
    for (const list of lists) {
      const inside = copyOf(shell);
      this.list(list, inside);
      if (!leaves(list)) ends.push(inside.now);
    }
    const [first = shell.now, ...others] = ends;
    if (!others.every((one) => isSame(one, first))) shell.now = 'unknown';
    else shell.now = first;
  }

  #command(node: Command, shell: Shell): void {
    const name = node.name === undefined ? undefined : (nameOf(node.name)?.name ?? '');
    if (name === undefined) return;
    if (isMoving(name)) this.#move(name, node, shell);
    else if (this.#movers.has(name) || name === '.' || name === 'source' || name === 'eval')
      shell.now = 'unknown';
    else if (typeof shell.now === 'object' && 'used' in shell.now && !isQuick(name) && name !== 'exec')
      shell.now.used = true;
  }

  #move(name: string, node: Command, shell: Shell): void {
    if (name === 'popd') {
      shell.now = shell.stack.pop() ?? 'unknown';
      return;
    }
    const words = node.args.filter((one) => one.type === 'Word');
    const [word] = words.filter((one) => !/^(?:-[PLe@]+|--)$/.test(one.value));
    const { now } = shell;
    if (name === 'pushd') shell.stack.push(now);
    if (word?.value === '-') shell.now = shell.before;
    else shell.now = name === 'pushd' && word === undefined ? 'unknown' : this.#target(word, node, now);
    shell.before = now;
  }

  #target(word: Word | undefined, node: Command, now: Folder): Folder {
    const leaving = (why: Departure['why'], path: string | undefined, isSure: boolean): Folder => {
      const text = [node.name?.text, word?.text].filter((one) => one !== undefined).join(' ');
      const one = { start: node.pos, end: word?.end ?? node.end, text, why, path, isSure, used: false };
      this.found.push(one);
      return one;
    };
    if (word === undefined) return leaving('home', '$HOME', false);
    if (/^"?\$\((?:mktemp|command mktemp)\s/.test(word.text)) return leaving('temporary', undefined, false);
    if (
      /^"?(?:\$\(|`)\s*dirname\b[^;|&]*(?:\$0|\$\{?BASH_SOURCE)/.test(word.text) ||
      /^"?\$\{(?:0|BASH_SOURCE(?:\[0\])?)%\/\*\}"?$/.test(word.text)
    )
      return leaving('copy', undefined, true);
    const value = staticValue(word);
    if (value !== undefined) {
      if (/[*?[{]/.test(word.text)) return 'unknown';
      if (/^~(?:\/|$)/.test(word.text)) return leaving('home', `$HOME${value.slice(1)}`, false);
      if (value.startsWith('~')) return 'unknown';
      return value.startsWith('/') ? this.#absolute(value, leaving) : down(now, value, leaving);
    }
    const parts = variableAndRest(word);
    if (parts === undefined) return 'unknown';
    const { variable, rest } = parts;
    if (rest !== '' && !rest.startsWith('/')) return 'unknown';
    if (variable === 'PWD') return down(now, `.${rest}`, leaving);
    if (variable === 'OLDPWD') return 'unknown';
    if (!this.#assigned.has(variable))
      return this.#absolute(`$${variable}${rest}`, leaving, PLACES.test(variable));
    const path = this.#assigned.get(variable);
    if (path === undefined || path === '') return 'unknown';
    if (/^[/]/.test(path)) return this.#absolute(`${path}${rest}`, leaving);
    if (!path.startsWith('$')) return path.startsWith('~') ? 'unknown' : down(now, `${path}${rest}`, leaving);
    const [, other = ''] = /^\$(\w+)/.exec(path) ?? [];
    return this.#assigned.has(other)
      ? 'unknown'
      : this.#absolute(`${path}${rest}`, leaving, PLACES.test(other));
  }

  #absolute(
    path: string,
    leaving: (why: Departure['why'], path: string, isSure: boolean) => Folder,
    isPlace = true,
  ): Folder {
    const [to, from] = [tidy(path), tidy(this.#workdir)];
    if (to === undefined || from === undefined) return 'unknown';
    if (to.every((one, i) => i >= from.length || one === from[i]) && to.length >= from.length)
      return { below: to.slice(from.length) };
    // Two paths are compared from where both begin: the root, or one variable.
    const isSure = to[0] === from[0];
    if (!isSure && !isPlace) return 'unknown';
    return leaving('path', path, isSure);
  }
}

function down(
  now: Folder,
  path: string,
  leaving: (why: Departure['why'], path: string | undefined, isSure: boolean) => Folder,
): Folder {
  if (now === 'unknown') return 'unknown';
  if (!('below' in now)) return path.split('/').includes('..') ? 'unknown' : now;
  const below = [...now.below];
  for (const one of path.split('/')) {
    if (one === '' || one === '.') continue;
    if (one !== '..') below.push(one);
    else if (below.pop() === undefined) return leaving('up', undefined, true);
  }
  return { below };
}

/** The parts of a path, the first being `` for the root, or a variable; undefined if `..` leads above it. */
function tidy(path: string): string[] | undefined {
  const [first = '', ...others] = path.split('/');
  const parts: string[] = [first];
  for (const one of others) {
    if (one === '' || one === '.') continue;
    if (one !== '..') parts.push(one);
    else if (parts.length > 1) parts.pop();
    else if (first !== '') return undefined;
  }
  return parts;
}

const copyOf = ({ now, before, stack }: Shell): Shell => ({ now, before, stack: [...stack] });

const isSame = (a: Folder, b: Folder) =>
  a === b ||
  (typeof a === 'object' &&
    typeof b === 'object' &&
    'below' in a &&
    'below' in b &&
    a.below.join('/') === b.below.join('/'));

const isMoving = (name: string) => name === 'cd' || name === 'pushd' || name === 'popd';

function commandName(node: Statement['command'] | undefined): string {
  return node?.type === 'Command' && node.name !== undefined ? (nameOf(node.name)?.name ?? '') : '';
}

const isMove = (node: Statement['command'] | undefined) => isMoving(commandName(node));

const isTest = (node: Statement['command'] | undefined) =>
  node?.type === 'TestCommand' ||
  node?.type === 'ArithmeticCommand' ||
  /^(?:\[|test|grep|command|type)$/.test(commandName(node));

/** Does it end the shell or the loop's turn, so that nothing follows? */
const leaves = ({ commands }: CompoundList) =>
  /^(?:exit|return|exec|break|continue)$/.test(commandName(commands.at(-1)?.command));

/** Is the folder changed in a function's body, if its text shows that? */
function movesIn(node: Statement['command'] | CompoundList): boolean {
  if (node.type === 'CompoundList') return node.commands.some(({ command }) => movesIn(command));
  if (node.type === 'Command') return isMove(node);
  if (node.type === 'AndOr') return node.commands.some(movesIn);
  if (node.type === 'BraceGroup' || node.type === 'While') return movesIn(node.body);
  if (node.type === 'For' || node.type === 'ArithmeticFor' || node.type === 'Select')
    return movesIn(node.body);
  if (node.type === 'Redirected') return movesIn(node.command);
  if (node.type === 'If')
    return [
      node.clause,
      node.then,
      ...node.elif.map(({ then }) => then),
      ...(node.else ? [node.else] : []),
    ].some(movesIn);
  if (node.type === 'Case') return node.items.some(({ body }) => movesIn(body));
  return false;
}
