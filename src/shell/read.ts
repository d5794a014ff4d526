import {
  type Assignment,
  type Command,
  type CommandNode,
  type CompoundList,
  forEachChild,
  type HereDoc,
  type ParsedScript,
  type PipelineNode,
  parse,
  type Redirection,
  type Statement,
  type SyntaxNode,
  type Word,
} from 'unbash';
import { faultOf } from './fault.ts';
import { deviceOf, type Stream, type Streams } from './streams.ts';
import { type Place, quotedText, staticValue, variableAndRest } from './words.ts';
import { innerCommand, innerText, isShell } from './wrappers.ts';

/** A word of a command. */
export interface ShellWord extends Place {
  /** Its value; undefined if something in it is expanded. */
  readonly value: string | undefined;
  /** As written. */
  readonly text: string;
  /** Undefined for an assignment. */
  readonly word: Word | undefined;
}

/** A command that a shell text names literally; its place is that of its name, without folders. */
export interface ShellCommand extends Place {
  /** Without folders, and with the backslash of `\srun`; empty if it is expanded. */
  readonly name: string;
  /** With its folders. */
  readonly path: string;
  readonly args: readonly ShellWord[];
  /** The file that it reads as its standard input (`<`), and those that it writes (`>`), if they are named literally. */
  readonly input?: string;
  readonly outputs?: readonly string[];
  /** It is a function defined in the text. */
  readonly isFunction: boolean;
  /** The commands that run it, the outermost first: `timeout`, `env`. */
  readonly wrappers: readonly string[];
  readonly streams: Readonly<Streams>;
  readonly where: Where;
}

/** The context of a command. */
export interface Where {
  /** The function whose body it is in. */
  readonly function: string | undefined;
  /** In the text of a trap, which runs at another time. */
  readonly trap: boolean;
  /** In `$(…)`. */
  readonly substitution: boolean;
}

/** `<(…)` or `>(…)`. */
export interface Substitution extends Place {
  readonly operator: '<' | '>';
  /** What uses it: a command's name, or a redirection's operator. */
  readonly taker: { readonly command: string } | { readonly redirection: string; readonly of: string };
}

/** A use of `/dev/stdin` or similar. */
export interface Device extends Place {
  readonly text: string;
  readonly descriptor: 0 | 1 | 2;
  readonly stream: Stream;
  /** The operator of a redirection; undefined if a program opens it. */
  readonly operator: string | undefined;
  readonly command: string;
  /** The words of the command, if it is one of them. */
  readonly args: readonly ShellWord[];
  readonly where: Where;
}

/** A value assigned to a variable: `NAME=value`, before a command or alone, or with `export`. */
export interface ShellAssignment extends Place {
  readonly name: string;
  /** Undefined if something in it is expanded. */
  readonly value: string | undefined;
  /** A path that begins with a variable, `$HOME/a`. */
  readonly path: string | undefined;
}

/** A list in the background: `… &`. */
export interface Background extends Place {
  readonly where: Where;
}

/** What a shell text does, if that can be seen without running it; each list is in the order of the text. */
export interface ShellText {
  readonly text: string;
  readonly script: ParsedScript;
  readonly commands: readonly ShellCommand[];
  readonly substitutions: readonly Substitution[];
  readonly devices: readonly Device[];
  readonly assignments: readonly ShellAssignment[];
  readonly backgrounds: readonly Background[];
  readonly functions: ReadonlySet<string>;
  /** Here-documents without an end. */
  readonly unclosed: readonly (Place & { readonly mark: string })[];
}

/** Nested texts (`bash -c '…'`) and commands that run commands (`env nice …`) are read to this depth. */
const DEEPEST = 6;

/** The position of a walk. */
interface At {
  /** What to add to a position to get its place in the text. */
  readonly base: number;
  /** The place of everything that is found, if positions are those of another text. */
  readonly fixed?: Place;
  /** The streams of the shell that runs this; `exec` changes them. */
  readonly streams: Streams;
  readonly where: Where;
  readonly depth: number;
}

/** Reads a shell text without running it. Never fails: it reads as much as it can of a text that bash would refuse. */
export function readShell(text: string): ShellText {
  const reader = new Reader();
  const script = parseText(text);
  const where = { function: undefined, trap: false, substitution: false };
  reader.statements(script, { base: 0, streams: ['null', 'output', 'output'], where, depth: 0 });
  const { found } = reader;
  // A command's redirections are read before the command, and the inside of a word before the words after it.
  const commands = found.commands
    .map((one) => (found.functions.has(one.path) ? { ...one, isFunction: true } : one))
    .sort((a, b) => a.start - b.start);
  return { text, script, ...found, commands };
}

/** The word `case` after another word, where a command can have an argument; and only after words that are not keywords. */
const CASE_AS_WORD = [
  /(?<=[^\s;&|(`{!][ \t]+)(?<!(?:^|[\s;&|(`])(?:then|do|else|elif|if|while|until|time)[ \t]+)case(?=[\s;&|)`])/g,
  /(?<=[^\s;&|(`{!][ \t]+)case(?=[\s;&|)`])/g,
];

/** unbash 6.0.4 takes the word for the beginning of a `case` wherever it is in `$(…)`, as in `$(grep case a.log)`. */
function parseText(text: string): ParsedScript {
  let script = parse(text);
  let fault = /\scase\b/.test(text) ? faultOf(text, script) : undefined;
  for (const word of CASE_AS_WORD) {
    if (fault === undefined) break;
    const masked = text.replaceAll(word, 'cas_');
    const other = parse(masked);
    const left = faultOf(masked, other);
    if (left !== undefined && left.start <= fault.start) continue;
    script = other;
    fault = left;
  }
  return script;
}

class Reader {
  readonly found = {
    commands: [] as ShellCommand[],
    substitutions: [] as Substitution[],
    devices: [] as Device[],
    assignments: [] as ShellAssignment[],
    backgrounds: [] as Background[],
    functions: new Set<string>(),
    unclosed: [] as (Place & { mark: string })[],
  };

  statements({ commands }: ParsedScript | CompoundList, at: At): void {
    for (const one of commands) this.#statement(one, at);
  }

  #statement({ command, background, pos, end }: Statement, at: At): void {
    if (!background) {
      this.#node(command, at);
      return;
    }
    this.found.backgrounds.push({ ...placeOf({ pos, end }, at), where: at.where });
    const [, out, errors] = at.streams;
    this.#node(command, { ...at, streams: ['null', out, errors] });
  }

  #node(node: PipelineNode | Statement['command'] | CommandNode | CompoundList, at: At): void {
    switch (node.type) {
      case 'AndOr':
        for (const one of node.commands) this.#node(one, at);
        return;
      case 'Pipeline': {
        node.commands.forEach((one, i) => {
          const [input, output, errors] = at.streams;
          const isLast = i === node.commands.length - 1;
          const streams: Streams = [
            i === 0 ? input : 'pipe',
            isLast ? output : 'pipe',
            node.operators[i] === '|&' ? 'pipe' : errors,
          ];
          this.#node(one, { ...at, streams });
        });
        return;
      }
      case 'Command':
        this.#command(node, at);
        return;
      case 'Redirected': {
        const streams: Streams = [...at.streams];
        this.#redirect(node.redirects, streams, at, headOf(node.command));
        this.#node(node.command, { ...at, streams });
        return;
      }
      case 'Function':
      case 'Coproc': {
        const name = node.name?.text ?? '';
        if (node.type === 'Function') this.found.functions.add(name);
        const streams: Streams =
          node.type === 'Function' ? ['unknown', 'unknown', 'output'] : ['pipe', 'pipe', at.streams[2]];
        const where = node.type === 'Function' ? { ...at.where, function: name } : at.where;
        this.#node(node.body, { ...at, streams, where });
        return;
      }
      case 'Subshell':
        this.statements(node.body, { ...at, streams: [...at.streams] });
        return;
      case 'CompoundList':
        this.statements(node, at);
        return;
      default:
        if (node.type === 'For' || node.type === 'Select') {
          const { pos, end, value: name } = node.name;
          this.found.assignments.push({
            ...placeOf({ pos, end }, at),
            name,
            value: undefined,
            path: undefined,
          });
        }
        // `if`, loops, `case`, `{ … }`, `[[ … ]]`, `(( … ))`: lists and words.
        this.#inside(node, at, headOf(node));
    }
  }

  /** Reads the inside of a node that is not a statement: without recursion, because words can nest deeply. */
  #inside(node: SyntaxNode, at: At, taker: string): void {
    const waiting: SyntaxNode[] = [];
    const open = (parent: SyntaxNode) => {
      const children: SyntaxNode[] = [];
      forEachChild(parent, (child) => children.push(child));
      for (const child of children.reverse()) waiting.push(child);
    };
    open(node);
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      switch (one.type) {
        case 'CompoundList':
          this.statements(one, at);
          break;
        case 'CommandExpansion':
        case 'ArithmeticCommandExpansion':
          this.#script(one, one.script, at, (streams) => [streams[0], 'pipe', streams[2]]);
          break;
        case 'ProcessSubstitution':
          this.#substitution(one, { command: taker }, at);
          break;
        default:
          open(one);
      }
    }
  }

  #substitution(
    part: Extract<SyntaxNode, { type: 'ProcessSubstitution' }>,
    taker: Substitution['taker'],
    at: At,
  ): void {
    this.found.substitutions.push({ ...placeOf(part, at), operator: part.operator, taker });
    const isInput = part.operator === '<';
    this.#script(part, part.script, at, ([input, output, errors]) =>
      isInput ? [input, 'pipe', errors] : ['pipe', output, errors],
    );
  }

  /** A script within a word. */
  #script(
    part: { pos: number; end: number },
    script: ParsedScript | undefined,
    at: At,
    streams: (now: Streams) => Streams,
  ): void {
    if (script === undefined) return;
    // In backticks with backslashes, the parser's positions do not count the backslashes.
    const fixed = script.source === undefined ? {} : { fixed: placeOf(part, at) };
    const where = { ...at.where, substitution: true };
    this.statements(script, { ...at, ...fixed, where, streams: streams(at.streams) });
  }

  #command(node: Command, at: At): void {
    const { name, prefix, suffix } = node;
    const head = name === undefined ? '' : (nameOf(name)?.name ?? '');
    const args = suffix.filter((one) => one.type === 'Word' || one.type === 'Assignment');
    // `exec >file` changes the shell itself.
    const streams: Streams = head === 'exec' && args.length === 0 ? at.streams : [...at.streams];
    const redirections = [...prefix, ...suffix].filter(
      (one): one is Redirection => one.type !== 'Word' && one.type !== 'Assignment',
    );
    this.#redirect(redirections, streams, at, head);
    for (const one of prefix) if (one.type === 'Assignment') this.#assignment(one, at, head);
    if (name === undefined) return;
    this.#inside(name, at, head);
    const words = args.map((one) => wordOf(one, at));
    const inner = { ...at, streams };
    this.#called({ node: name, value: staticValue(name) }, words, [], inner, redirections);
    for (const one of args) {
      if (one.type === 'Assignment') this.#assignment(one, at, head);
      else {
        this.#inside(one, inner, head);
        this.#device(one, streams, { command: head, args: words }, at);
      }
    }
  }

  /** For a command and those that it runs. */
  #called(
    { node, value }: { node: Word; value: string | undefined },
    args: readonly ShellWord[],
    wrappers: readonly string[],
    at: At,
    redirections: readonly Redirection[],
  ): void {
    const { name, path, from } = nameOf(node) ?? { name: '', path: '', from: node.pos };
    const { end } = node;
    const { streams, where } = at;
    this.found.commands.push({
      ...placeOf({ pos: from, end }, at),
      name,
      path,
      args,
      isFunction: false,
      wrappers,
      streams: [...streams],
      where,
      ...filesOf(redirections),
    });
    if (value === undefined) return;
    const values = args.map((one) => one.value);
    const next = wrappers.length < DEEPEST ? innerCommand(name, values) : undefined;
    const inner = next === undefined ? undefined : args[next];
    if (next !== undefined && inner?.word !== undefined)
      this.#called(
        { node: inner.word, value: inner.value },
        args.slice(next + 1),
        [...wrappers, name],
        at,
        [],
      );
    const text = innerText(name, values);
    const word = text === undefined ? undefined : args[text]?.word;
    const quoted = word === undefined ? undefined : quotedText(word);
    if (quoted !== undefined) {
      const isTrap = name === 'trap';
      this.#text(
        quoted.text,
        quoted.start,
        isTrap ? { ...at, streams: ['unknown', 'unknown', 'output'], where: { ...where, trap: true } } : at,
      );
    }
    const document = redirections.find((one): one is HereDoc => one.type === 'HereDoc');
    // `bash <<'END'`: its commands.
    if (isShell(name) && document?.operator === '<<' && values.every((one) => one?.startsWith('-')))
      this.#text(document.body.text, document.body.pos, at);
  }

  /** A text that is itself a script. */
  #text(text: string, start: number, at: At): void {
    if (at.depth >= DEEPEST) return;
    this.statements(parseText(text), {
      ...at,
      base: at.base + start,
      streams: [...at.streams],
      depth: at.depth + 1,
    });
  }

  #assignment({ name, value, index, pos, end }: Assignment, at: At, taker: string): void {
    const whole = value.type === 'Word' ? staticValue(value) : undefined;
    const begins = value.type === 'Word' && index === undefined ? variableAndRest(value) : undefined;
    const path = begins === undefined ? undefined : `$${begins.variable}${begins.rest}`;
    this.found.assignments.push({ ...placeOf({ pos, end }, at), name, value: whole, path });
    if (index !== undefined) this.#inside(index, at, taker);
    this.#inside(value, at, taker);
  }

  #redirect(redirections: readonly Redirection[], streams: Streams, at: At, head: string): void {
    for (const one of redirections) {
      const descriptor = one.descriptor?.type === 'FileDescriptor' ? one.descriptor.value : undefined;
      const set = (number: number, stream: Stream) => {
        if (one.descriptor?.type !== 'FileDescriptorVariable' && number <= 2) streams[number] = stream;
      };
      if (one.type === 'HereDoc') {
        if (one.closing === undefined && one.delimiter !== undefined)
          this.found.unclosed.push({ ...placeOf(one, at), mark: one.delimiter.value });
        this.#inside(one.body, at, head);
        set(descriptor ?? 0, 'here');
        continue;
      }
      const { target } = one;
      if (target === undefined) continue;
      const value = staticValue(target);
      if (one.type === 'HereString') {
        this.#inside(target, at, head);
        set(descriptor ?? 0, 'here');
        continue;
      }
      const { operator } = one;
      const isInput = operator.startsWith('<');
      const to = descriptor ?? (isInput ? 0 : 1);
      const part = target.parts?.length === 1 ? target.parts[0] : undefined;
      if (part?.type === 'ProcessSubstitution') {
        this.#substitution(part, { redirection: operator, of: head }, at);
        set(to, 'pipe');
        continue;
      }
      this.#inside(target, at, head);
      const copied = value === undefined ? undefined : /^[0-9]$/.exec(value)?.[0];
      const device = this.#device(target, streams, { operator, command: head, args: [] }, at);
      const isCopy = operator === '<&' || (operator === '>&' && (copied !== undefined || value === '-'));
      const stream: Stream = isCopy
        ? (streams[Number(copied ?? 9)] ?? 'unknown')
        : (device ?? (value === '/dev/null' ? 'null' : 'file'));
      set(to, stream);
      if (operator.startsWith('&') || (operator === '>&' && !isCopy && descriptor === undefined))
        set(2, stream);
    }
  }

  /** Records a word that is one of the three devices, or an option with one as its value; returns its stream. */
  #device(
    word: Word,
    streams: Readonly<Streams>,
    by: { readonly operator?: string; readonly command: string; readonly args: readonly ShellWord[] },
    at: At,
  ): Stream | undefined {
    const value = staticValue(word);
    const { operator } = by;
    const text = operator === undefined ? value?.replace(/^[\w-]+=/, '') : value;
    const descriptor = text === undefined ? undefined : deviceOf(text);
    if (text === undefined || descriptor === undefined) return undefined;
    const stream = streams[descriptor];
    const { where } = at;
    this.found.devices.push({
      ...placeOf(word, at),
      text,
      descriptor,
      stream,
      operator,
      command: by.command,
      args: by.args,
      where,
    });
    return stream;
  }
}

/** The files of redirections, as far as they are named literally. */
function filesOf(all: readonly Redirection[]): Pick<ShellCommand, 'input' | 'outputs'> {
  const named = (isOne: (operator: string) => boolean) =>
    all.flatMap((one) => {
      if (one.type === 'HereDoc' || one.type === 'HereString' || one.target === undefined) return [];
      return isOne(one.operator) ? (staticValue(one.target) ?? []) : [];
    });
  const input = named((operator) => operator === '<').at(-1);
  const outputs = named((operator) => /^(?:&?>>?|>\|)$/.test(operator));
  return { ...(input !== undefined && { input }), ...(outputs.length > 0 && { outputs }) };
}

function placeOf({ pos, end }: { readonly pos: number; readonly end: number }, { base, fixed }: At): Place {
  return fixed ?? { start: base + pos, end: base + end };
}

function wordOf(one: Word | Assignment, at: At): ShellWord {
  const { text } = one;
  if (one.type === 'Word') return { ...placeOf(one, at), value: staticValue(one), text, word: one };
  const value = one.value.type === 'Word' ? staticValue(one.value) : undefined;
  const whole = value === undefined ? undefined : `${one.name}${one.append ? '+' : ''}=${value}`;
  return { ...placeOf(one, at), value: whole, text, word: undefined };
}

/** A command's name without its folders, and where it begins; undefined if it is expanded. */
export function nameOf(word: Word): { name: string; path: string; from: number } | undefined {
  const value = staticValue(word);
  if (value === undefined || value === '') return undefined;
  if (word.text.startsWith('\\')) return { name: word.text, path: value, from: word.pos };
  const name = value.replace(/^.*\//s, '');
  const isPlain = word.parts === undefined && word.text === value;
  return { name, path: value, from: isPlain ? word.end - name.length : word.pos };
}

/** The first word of a compound command. */
function headOf({ type, ...node }: { readonly type: string; readonly kind?: unknown }): string {
  if (type === 'While') return String(node.kind);
  return (
    { If: 'if', For: 'for', ArithmeticFor: 'for', Select: 'select', Case: 'case', BraceGroup: '{' }[type] ??
    ''
  );
}

/** The commands that a shell text names literally, and those that they run (`env`, `timeout`, `bash -c '…'`). */
export function shellCommands(text: string): readonly ShellCommand[] {
  return readShell(text).commands;
}
