import type { ISerializedGast } from 'chevrotain';

type Node = ISerializedGast & {
  readonly name?: string;
  readonly definition?: readonly Node[];
  readonly label?: string;
};

/** Rules that take what cannot stand at its place, so that a parse goes on: no part of the language. */
const ERRORS = ['stray', 'strayTop'];

/** What is not spelled by its label. The test holds that each terminal of the parser is here, or has a fixed spelling. */
export const TERMINALS: Readonly<Record<string, string>> = {
  QuotedString: `'"' ( [^"\\#xA#xD] | '\\' ["\\nt\${] )* '"'`,
  BlockString: `'"""' ( any text without '"""' ) '"""'`,
  NumberLike: `[0-9] [A-Za-z0-9:-]*          /* 8, 10min, 4GiB, 02:30:00, 1-12:00:00 */`,
  Word: `[A-Za-z_] [A-Za-z0-9_-]*`,
  Key: `[A-Za-z_] [A-Za-z0-9_-]*`,
  DeclaredName: `[A-Za-z_] [A-Za-z0-9_]*`,
  TypeName: `'Int' | 'Duration' | 'Size' | 'String' | 'Bool'`,
  AddOperator: `'+' | '-'`,
  MultiplyOperator: `'*' | '/'`,
  ClauseVerb: `'mount' | 'copy' | 'git' | 'archive'`,
  ClauseWord: `'to' | 'readonly' | 'commit' | 'sha256'`,
};

/** The parser's rules in the notation of the XML recommendation (W3C EBNF), the start rule first. */
export function ebnf(rules: readonly ISerializedGast[]): string {
  const used = new Set<string>();
  const known = (rules as readonly Node[]).filter(({ name = '' }) => !ERRORS.includes(name));
  const lines = known.map(
    ({ name = '', definition = [] }) => `${name.padEnd(12)}::= ${sequence(definition, used)}`,
  );
  const terminals = Object.entries(TERMINALS).filter(([name]) => used.has(name));
  return [
    '/* The grammar of crflow, version 1. Made from the parser by `npm run specs:update`: do not edit.',
    '   White space and comments, // to the end of the line and /* to the next end mark, stand between any two. */',
    '',
    ...lines,
    '',
    ...terminals.map(([name, text]) => `${name.padEnd(17)}::= ${text}`),
    '',
  ].join('\n');
}

function sequence(nodes: readonly Node[], used: Set<string>): string {
  return nodes
    .map((node) => show(node, used))
    .filter((text) => text !== '')
    .join(' ');
}

function show(node: Node, used: Set<string>): string {
  const { type, name = '', label = '', definition = [] } = node;
  const inner = () => sequence(definition, used);
  switch (type) {
    case 'NonTerminal':
      return ERRORS.includes(name) ? '' : name;
    case 'Terminal': {
      const spelled = /^`(.+)`$/.exec(label)?.[1];
      if (spelled !== undefined && !(name in TERMINALS)) return spelled === "'" ? `"'"` : `'${spelled}'`;
      used.add(name);
      return name;
    }
    case 'Alternation': {
      const alternatives = definition.map((one) => show(one, used)).filter((text) => text !== '');
      return alternatives.length === 1 ? (alternatives[0] ?? '') : `( ${alternatives.join(' | ')} )`;
    }
    case 'Option':
      return `( ${inner()} )?`;
    case 'Repetition':
      return `${grouped(inner())}*`;
    case 'RepetitionMandatory':
      return `${grouped(inner())}+`;
    default:
      return inner();
  }
}

const grouped = (text: string) => (/^\w+$|^\( [^()]* \)$/.test(text) ? text : `( ${text} )`);
