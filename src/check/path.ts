import { names } from '../diagnostics/names.ts';
import { values } from '../diagnostics/values.ts';
import type { StringSegment, StringValue } from '../model/ast.ts';
import type { HostPath, PathPart } from '../model/flow.ts';
import { type Context, spanInside, spanOfPart, textOf } from './context.ts';
import { changesEachTime } from './shell-variables.ts';

/**
 * A path on the host. `$NAME` and `${NAME}` without a backslash are variables; every other character is literal.
 * Anything else that a shell would expand is refused rather than silently taken literally.
 */
export function hostPath(value: StringValue, key: string, context: Context): HostPath | undefined {
  const text = textOf(value);
  if (text === '') {
    context.report(values.empty, value.span, {
      key,
      what: 'a path must name a file or folder',
      required: false,
    });
    return undefined;
  }
  const control = /[\0-\x1f\x7f-\x9f]/.exec(text);
  if (control) {
    const at = spanInside(value, control.index, control.index + 1);
    context.report(values.controlInText, at, { key, character: control[0] });
    return undefined;
  }
  const first = value.segments[0];
  if (first !== undefined && !first.escaped && first.text.startsWith('~')) {
    context.report(values.tilde, spanOfPart(first, 0, 1), { text });
    return undefined;
  }
  const parts: PathPart[] = [];
  const right = value.segments.map((segment) => readSegment(segment, parts, context)).every(Boolean);
  return right ? parts : undefined;
}

/** Variables, and what is refused; everything between them is text. A backslash makes a `$` literal. */
const SPECIAL = /\\\$|\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\}|\([^)]*\)?|\{[^}]*\}?|.?)|`[^`]*`/gu;

function readSegment(segment: StringSegment, parts: PathPart[], context: Context): boolean {
  const { text } = segment;
  if (segment.escaped) {
    addText(parts, text);
    return true;
  }
  let from = 0;
  let right = true;
  for (const match of text.matchAll(SPECIAL)) {
    const [whole, plain, braced] = match;
    addText(parts, text.slice(from, match.index));
    from = match.index + whole.length;
    const name = plain ?? braced;
    const isJobs = name !== undefined && context.isTaken(name);
    if (name !== undefined && (isJobs || changesEachTime(name))) {
      right = false;
      context.report(names.pathVariable, spanOfPart(segment, match.index, from), { name, isJobs });
    } else if (name !== undefined) parts.push({ kind: 'variable', name });
    else if (whole === '\\$') addText(parts, '$');
    else {
      right = false;
      const at = spanOfPart(segment, match.index, from);
      context.report(values.pathExpansion, at, { text: whole, what: whyUnsupported(whole) });
    }
  }
  addText(parts, text.slice(from));
  return right;
}

function addText(parts: PathPart[], text: string): void {
  const last = parts.at(-1);
  if (text === '') return;
  if (last?.kind === 'text') parts[parts.length - 1] = { kind: 'text', text: last.text + text };
  else parts.push({ kind: 'text', text });
}

function whyUnsupported(text: string): string {
  if (text.startsWith('$(') || text.startsWith('`')) return 'paths cannot run commands';
  if (text.startsWith('${')) return 'only the plain form ${NAME} is possible';
  if (/^\$[0-9@*#?!-]/.test(text)) return 'it is a parameter of the shell, not an environment variable';
  return 'a dollar sign must be followed by the name of a variable';
}
