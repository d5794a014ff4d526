import { isWorkflowName } from '../language/names.ts';
import { BLOCKS, formOf, INNER } from '../language/vocabulary/index.ts';
import type { Span } from '../model/span.ts';

/** A line `key: value`, `key:` or `- item`. */
interface Line {
  readonly indent: number;
  readonly key: string;
  /** Undefined if nothing follows the colon on its line. */
  readonly value: string | undefined;
}

const ENTRY = /^( *)([A-Za-z_][\w-]*):(?:[ \t]+(\S.*?))?[ \t]*$/;

/**
 * Is the text YAML? It begins with `key:` on a line, or with `---`, and no line of it is an entry of a flow. Then, where it begins, and
 * the same as a flow, if it has only keys and plain values.
 */
export function yamlIn(text: string): { readonly at: Span; readonly flow: string | undefined } | undefined {
  const first =
    /^\uFEFF?(?:[ \t]*(?:#[^\n]*)?\r?\n)*(---|[A-Za-z_][\w-]*:)(?=[ \t]*\r?$|[ \t]+[^\s{=])/m.exec(text);
  if (first === null || first.index > 0) return undefined;
  const lines = text.split('\n').filter((line) => !/^\s*(?:#|$|---)/.test(line));
  // An entry of a flow, or its braces: then it is a flow with mistakes.
  if (lines.some((line) => /^\s*(?:[\w-]+\s*=|\}|[\w-]+[^"']*\{\s*$|crflow\s+\d)/.test(line)))
    return undefined;
  const entries = lines.filter((line) => ENTRY.test(line.trimEnd()) || /^\s*- /.test(line));
  if (entries.length * 2 < lines.length) return undefined;
  const start = first[0].length - (first[1]?.length ?? 0);
  return { at: { start, end: first[0].length }, flow: asFlow(lines) };
}

function asFlow(written: readonly string[]): string | undefined {
  const lines: Line[] = [];
  for (const one of written) {
    const match = ENTRY.exec(one.trimEnd());
    // A list, a block of text, or an anchor has no simple counterpart.
    if (match === null || /^[|>&*!{]/.test(match[3] ?? '')) return undefined;
    lines.push({
      indent: match[1]?.length ?? 0,
      key: match[2] ?? '',
      value: match[3]?.replace(/\s+#.*$/, ''),
    });
  }
  const out: string[] = [];
  const open: number[] = [];
  let name: string | undefined;
  const inside = () => '  '.repeat(open.length + 1);
  const close = (indent: number) => {
    while (open.length > 0 && indent <= (open.at(-1) ?? 0)) {
      open.pop();
      out.push(`${inside()}}`);
    }
  };
  for (const { indent, key, value } of lines) {
    close(indent);
    if (open.length === 0 && key === 'crflow') continue;
    if (open.length === 0 && (key === 'workflow' || key === 'name') && value !== undefined)
      name = plain(value);
    else if (value !== undefined && open.length > 0) out.push(`${inside()}${key} = ${asValue(key, value)}`);
    else if (value === undefined && isBlock(key)) {
      out.push(`${inside()}${key} {`);
      open.push(indent);
    } else return undefined;
  }
  close(-1);
  if (out.length === 0) return undefined;
  const called = name !== undefined && isWorkflowName(name) ? name : 'water_box';
  return `crflow 1\n\nworkflow ${called} {\n${out.join('\n')}\n}\n`;
}

const isBlock = (key: string) =>
  BLOCKS.some((name) => name === key) || INNER.some(({ name }) => name === key);

const plain = (value: string) => value.replace(/^(["'])(.*)\1$/, '$2');

function asValue(key: string, value: string): string {
  const form = formOf(key);
  const items = /^\[(.*)\]$/.exec(value)?.[1];
  if (items !== undefined)
    return `[${items
      .split(',')
      .map((one) => quoted(plain(one.trim())))
      .join(', ')}]`;
  if (form === 'bare') return plain(value);
  return form === 'list' ? `[${quoted(plain(value))}]` : quoted(plain(value));
}

const quoted = (text: string) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
