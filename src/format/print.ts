import { widthOf } from '../diagnostics/width.ts';
import { greatest } from '../model/greatest.ts';
import * as T from '../syntax/tokens.ts';
import { indentBlock } from './block-text.ts';
import { isLineComment, type Lexeme } from './lexemes.ts';
import { type Group, isGroup, type Member, type Part } from './tree.ts';

/** The longest line that a block or list is put on, in columns. */
const WIDEST = 100;
/** Comments after code that reaches further than this are not aligned with those of its neighbours, in columns. */
const WIDEST_ALIGNED = 60;

/** A member as text; on one line, it can be aligned with its neighbours. */
interface Row {
  readonly apart: boolean;
  readonly text: string;
  /** What comes before the `=` or `{` that is aligned, and with which others. */
  readonly left?: string;
  readonly kind?: string;
  /** Comments after it. */
  readonly after: string;
  readonly isComment: boolean;
}

/** The text of a whole file. */
export function printFile(file: Group): string {
  const rows = spaced(file.members).map((member) => row(member, 0, ''));
  const text = aligned(rows, 0);
  return text === '' ? '' : `${text}\n`;
}

/** With an empty line after the header, and around each workflow and the comments that belong to it. */
function spaced(members: readonly Member[]): Member[] {
  const begins = (member: Member | undefined, type: unknown) => {
    const first = member?.parts[0];
    return first !== undefined && !isGroup(first) && first.type === type;
  };
  const apart = new Set<number>();
  members.forEach((member, i) => {
    if (begins(members[i - 1], T.CrflowKeyword) || begins(members[i - 1], T.WorkflowKeyword)) apart.add(i);
    if (!begins(member, T.WorkflowKeyword)) return;
    let first = i;
    while (first > 0 && !members[first]?.apart && members[first - 1]?.parts.length === 0) first -= 1;
    apart.add(first);
  });
  return members.map((member, i) => (apart.has(i) ? { ...member, apart: true } : member));
}

/** @param comma what follows it, before its comments */
function row(member: Member, indent: number, comma: string): Row {
  const { apart, before, parts, after } = member;
  if (parts.length === 0) {
    const text = before.map((one) => shifted(one, indent)).join(' ');
    return { apart, text, after: '', isComment: true };
  }
  const text = `${entry(member, indent)}${comma}`;
  const comments = after.map(({ text: comment }) => comment).join(' ');
  return { apart, text, after: comments, isComment: false, ...alignment(parts, text) };
}

/** A comment that has its lines to itself; its further lines move with the first. */
function shifted({ text, column }: Lexeme, indent: number): string {
  const by = indent - column;
  return text
    .split('\n')
    .map((line, i) => {
      if (i === 0) return line;
      const own = /^ */.exec(line)?.[0].length ?? 0;
      return `${' '.repeat(Math.max(0, own + by))}${line.slice(own)}`.trimEnd();
    })
    .join('\n');
}

/** What comes before the sign that is aligned, if the entry is on one line. */
function alignment(parts: readonly Part[], text: string): { left?: string; kind?: string } {
  const [first, second] = parts;
  if (first === undefined || isGroup(first) || text.includes('\n')) return {};
  if (second !== undefined && isGroup(second) && second.open === '{')
    return { left: text.slice(0, text.indexOf('{')).trimEnd(), kind: 'block' };
  // A text can contain the sign, but not before it.
  const at = text.indexOf(' = ');
  const isSet = parts.some((part) => !isGroup(part) && part.type === T.Equals);
  return isSet && at !== -1 ? { left: text.slice(0, at), kind: first.type?.name ?? '' } : {};
}

function entry({ before, parts }: Member, indent: number): string {
  const flat = join([...before, ...parts], indent, (group) => flatGroup(group));
  if (flat !== undefined && !flat.includes('\n') && indent + widthOf(flat) <= WIDEST) return flat;
  const open = (group: Group) =>
    hasContent(group) ? brokenGroup(group, indent) : `${group.open}${closing(group)}`;
  return join([...before, ...parts], indent, open) ?? '';
}

/** The parts with the blanks between them; undefined if `print` cannot print a group. */
function join(
  parts: readonly Part[],
  indent: number,
  print: (group: Group) => string | undefined,
): string | undefined {
  let text = '';
  let last: Part | undefined;
  for (const part of parts) {
    const own = isGroup(part)
      ? print(part)
      : part.type === T.BlockString
        ? indentBlock(part.text, indent)
        : part.text;
    if (own === undefined) return undefined;
    text += `${last === undefined ? '' : between(last, part, indent)}${own}`;
    last = part;
  }
  return text;
}

function between(last: Part, next: Part, indent: number): string {
  // Rarely seen: a comment in the middle of an entry.
  if (!isGroup(last) && isLineComment(last)) return `\n${' '.repeat(indent + 4)}`;
  const tight =
    (!isGroup(last) && last.type === T.LeftParenthesis) || (!isGroup(next) && CLOSE.includes(next.type));
  return tight ? '' : ' ';
}

const CLOSE: readonly unknown[] = [T.RightParenthesis, T.TypeColon];

const closing = ({ open }: Group) => (open === '{' ? '}' : open === '[' ? ']' : '');
const hasContent = ({ head, members }: Group) => head.length + members.length > 0;

/** On one line; undefined if it was written on several, or if it has to be. */
function flatGroup(group: Group): string | undefined {
  if (!hasContent(group)) return `${group.open}${closing(group)}`;
  if (group.broken) return undefined;
  const pieces: string[] = [];
  for (const { before, parts, after } of group.members) {
    const own = join([...before, ...parts], 0, flatGroup);
    if (own === undefined || own.includes('\n')) return undefined;
    const comments = after.map(({ text }) => ` ${text}`).join('');
    pieces.push(`${own}${comments}`);
  }
  const head = group.head.map(({ text }) => text);
  if (group.open === '{') return `{ ${[...head, pieces.join('  ')].join(' ')} }`;
  return `[${[...head, pieces.join(', ')].join(' ')}]`;
}

function brokenGroup(group: Group, indent: number): string {
  const comma = group.open === '[' ? ',' : '';
  const rows = group.members.map((member) => row(member, indent + 2, comma));
  const head = group.head.map(({ text }) => `  ${text}`).join('');
  const body = aligned(rows, indent + 2);
  return `${group.open}${head}\n${body}${body === '' ? '' : '\n'}${' '.repeat(indent)}${closing(group)}`;
}

/** The lines of a group: signs and comments are aligned in neighbouring lines. */
function aligned(rows: readonly Row[], indent: number): string {
  const signed = runs(rows, (a, b) => a.kind !== undefined && a.kind === b.kind).flatMap((run) => {
    const width = greatest(
      run.map(({ left }) => widthOf(left ?? '')),
      0,
    );
    return run.map((one) => {
      if (one.left === undefined || one.isComment) return one;
      const pad = ' '.repeat(width - widthOf(one.left));
      return { ...one, text: `${one.left}${pad}${one.text.slice(one.left.length)}` };
    });
  });
  const isLine = ({ text }: Row) => !text.includes('\n');
  const lines = runs(signed, (a, b) => isLine(a) && isLine(b)).flatMap((run) => {
    const widths = run
      .filter(({ after, text }) => after !== '' && indent + widthOf(text) <= WIDEST_ALIGNED)
      .map(({ text }) => widthOf(text));
    const width = greatest(widths, 0);
    return run.map(({ apart, text, after }) => {
      const pad = isLine({ text } as Row) ? Math.max(0, width - widthOf(text)) : 0;
      const comments = after === '' ? '' : `${' '.repeat(pad + 2)}${after}`;
      return `${apart ? '\n' : ''}${' '.repeat(indent)}${text}${comments}`;
    });
  });
  return lines.join('\n').replace(/^\n+/, '');
}

/** Rows in a row that belong together; a comment between two of them does not separate them, an empty line does. */
function runs(rows: readonly Row[], together: (a: Row, b: Row) => boolean): Row[][] {
  const all: Row[][] = [];
  let before: Row | undefined;
  for (const one of rows) {
    const run = all.at(-1);
    const joins = one.isComment || before === undefined || together(before, one);
    if (run === undefined || one.apart || !joins) {
      all.push([one]);
      before = one.isComment ? undefined : one;
    } else {
      run.push(one);
      if (!one.isComment) before = one;
    }
  }
  return all;
}
