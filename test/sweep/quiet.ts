import { type Command, forEachChild, parse, type Redirection, type SyntaxNode } from 'unbash';

/** Builtins that change nothing outside of the shell that runs them, and programs that only look, and tell what they see. */
const inside =
  /^(:|\[|cd|echo|printf|pwd|awk|cat|cksum|cmp|command|cut|date|df|du|find|getconf|grep|head|od|readlink|sed|sort|stat|tail|tr|uname|wc|break|builtin|compgen|continue|declare|disown|false|getopts|local|mapfile|read|readonly|return|set|shift|shopt|test|trap|true|typeset|type|umask|unset|wait)$/;

/**
 * Does a command change nothing that anybody but its own shell can see? To be killed before it is then to be killed before the next
 * one that is not quiet, which has a point of its own.
 * @param command as bash has it in BASH_COMMAND
 * @param functions the names of the script's functions that do nothing but such things
 */
export function isQuiet(command: string, functions: ReadonlySet<string>): boolean {
  if (/^(case|for|select|\[\[|\(\()/.test(command)) return true;
  const [statement, more] = parse(command).commands;
  if (statement === undefined || more !== undefined || statement.command.type !== 'Command') return false;
  return isQuietCommand(statement.command, functions);
}

function isQuietCommand({ name, args, redirects }: Command, functions: ReadonlySet<string>): boolean {
  if (redirects.some(writes)) return false;
  if (name === undefined) return true;
  if (name.value === 'find' && args.some(({ text }) => text === '-delete')) return false;
  return inside.test(name.value) || functions.has(name.value);
}

const writes = (one: Redirection) =>
  one.type === 'Redirect' && !/^<&?$/.test(one.operator) && one.target?.value !== '/dev/null';

/** Does a command, as BASH_COMMAND has it, open a file to write, whatever it runs? */
export function writesFile(command: string): boolean {
  const [statement, more] = parse(command).commands;
  if (statement === undefined || more !== undefined || statement.command.type !== 'Command') return true;
  return statement.command.redirects.some(writes);
}

/** The names of those functions of a script that change nothing outside of their shell, whatever they call. */
export function quietFunctions(script: string): ReadonlySet<string> {
  const bodies = new Map<string, SyntaxNode[]>();
  const collect = (node: SyntaxNode) => {
    if (node.type === 'Function') bodies.set(node.name.value, insideOf(node));
    else forEachChild(node, collect);
  };
  collect(parse(script));
  const quiet = new Set(bodies.keys());
  const isLoud = (node: SyntaxNode) =>
    (node.type === 'Command' && !isQuietCommand(node, quiet)) ||
    (node.type === 'Redirected' && node.redirects.some(writes));
  for (let before = -1; before !== quiet.size; ) {
    before = quiet.size;
    for (const name of quiet) if (bodies.get(name)?.some(isLoud)) quiet.delete(name);
  }
  return quiet;
}

/** The names of those functions in which a group of commands, not a single one, opens a file to write: nothing is called when that happens. */
export function redirectingFunctions(script: string): ReadonlySet<string> {
  const names = new Set<string>();
  const collect = (node: SyntaxNode) => {
    if (node.type !== 'Function') forEachChild(node, collect);
    else if (insideOf(node).some((one) => one.type === 'Redirected' && one.redirects.some(writes)))
      names.add(node.name.value);
  };
  collect(parse(script));
  return names;
}

function insideOf(node: SyntaxNode): SyntaxNode[] {
  const all: SyntaxNode[] = [];
  const collect = (one: SyntaxNode) => {
    all.push(one);
    forEachChild(one, collect);
  };
  forEachChild(node, collect);
  return all;
}
