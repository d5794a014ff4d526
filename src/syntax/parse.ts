import type { IToken } from 'chevrotain';
import { collect } from '../diagnostics/define.ts';
import { syntax } from '../diagnostics/syntax.ts';
import type { FlowFile } from '../model/ast.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Source } from '../model/span.ts';
import { balance } from './brackets.ts';
import { buildFile } from './build.ts';
import { foldCalculations, unfoldCalculations } from './calculate.ts';
import { classify } from './classify.ts';
import { foldClauses, unfoldClauses } from './clauses.ts';
import { conflictsIn } from './conflict.ts';
import { type Context, endOf, endOfText, spanOf, startOf } from './context.ts';
import { markDeclarations } from './declare.ts';
import { foldForeign } from './foreign.ts';
import { lex } from './lexer.ts';
import { mendValues } from './mend.ts';
import { reportErrors } from './mistakes.ts';
import { parseTokens } from './parse-tokens.ts';
import { repairTokens } from './repair.ts';
import { UnterminatedComment } from './tokens.ts';
import { yamlIn } from './yaml.ts';

/**
 * Maximum length of a source in characters (UTF-16 units); a flow has some dozen lines. Reading time is proportional to the length
 * (test/unit/linear.test.ts). A source of this length that consists only of mistakes takes some seconds, because each is reported.
 */
export const LONGEST_SOURCE = 400_000;

/**
 * Text to tree. Never throws: for any text, returns a tree of what could be read, and a finding for each
 * mistake, in the order of the text, each once.
 */
export function parse(source: Source): { file: FlowFile; diagnostics: Diagnostic[] } {
  const { file, diagnostics } = parseTokensOf(source);
  return { file, diagnostics };
}

/** The same, and the tokens that the tree was made of; only comments and white space are between them. */
export function parseTokensOf(source: Source): {
  file: FlowFile;
  diagnostics: Diagnostic[];
  tokens: readonly IToken[];
} {
  const { report, sorted } = collect(source);
  const nothing: FlowFile = {
    version: undefined,
    workflows: [],
    includes: [],
    sites: [],
    declarations: [],
    clauses: [],
    broken: true,
    end: 0,
  };
  const length = source.text.length;
  if (length > LONGEST_SOURCE) {
    report(syntax.tooLong, { start: 0, end: 0 }, { length, limit: LONGEST_SOURCE });
    return { file: nothing, diagnostics: sorted(), tokens: [] };
  }
  const conflicts = conflictsIn(source.text);
  for (const { start, middle, end } of conflicts)
    report(syntax.conflict, start, undefined, [
      { span: middle, text: 'the other version begins here' },
      { span: end, text: 'and ends here' },
    ]);
  // Both versions together are no flow: the rest would be about neither.
  if (conflicts.length > 0) return { file: nothing, diagnostics: sorted(), tokens: [] };
  const yaml = yamlIn(source.text);
  if (yaml !== undefined) {
    report(syntax.yaml, yaml.at, { start: yaml.flow });
    return { file: nothing, diagnostics: sorted(), tokens: [] };
  }
  const { text, lines, tokens, unclosedAt } = lex(source.text, report);
  const cut = tokens.at(-1)?.tokenType === UnterminatedComment;
  const context: Context = {
    ...{ text, lines, report, unclosedAt, cut },
    ...{ reported: new Set(), before: new Map(), heads: new Map(), end: endOfTokens(tokens) },
  };
  if (cut) context.reported.add(endOfText(context));
  const through = (start: readonly IToken[], ...passes: Pass[]) =>
    passes.reduce((now, pass) => pass(now, context), start);
  const repaired = through(
    tokens,
    foldForeign,
    markDeclarations,
    foldCalculations,
    repairTokens,
    foldClauses,
  );
  checkHeader(repaired[0], context);
  const parsed = through(repaired, mendValues, classify, balance, unfoldCalculations, unfoldClauses);
  parsed.forEach((token, i) => {
    const before = parsed[i - 1];
    if (before !== undefined) context.before.set(token, before);
  });
  const { tree, errors } = parseTokens(parsed);
  reportErrors(errors, context);
  const file = buildFile(tree, context);
  if (file.version !== undefined && file.version.text !== '1') {
    // In another version, the rest may mean anything, so nothing more can be said about it.
    const other = collect(source);
    other.report(syntax.otherVersion, file.version.span, { version: file.version.text });
    return { file: { ...nothing, version: file.version }, diagnostics: other.sorted(), tokens: [] };
  }
  const said = sorted().length > 0;
  const holds = [file.workflows, file.includes, file.sites, file.declarations, file.clauses];
  if (!said && holds.every((one) => one.length === 0)) {
    const { end } = context;
    report(syntax.noWorkflow, { start: end, end }, { empty: tokens.length === 0 });
  }
  const diagnostics = sorted();
  const broken = diagnostics.some(({ severity }) => severity === 'error');
  return { file: { ...file, broken }, diagnostics, tokens: parsed };
}

/** The offset after the last token: comments and blanks after it change nothing in the findings. */
function endOfTokens(tokens: readonly IToken[]): number {
  const last = tokens.at(-1);
  return last === undefined ? 0 : endOf(last);
}

type Pass = (tokens: readonly IToken[], context: Context) => readonly IToken[];

/** Anything other than `crflow 1` at the start is one mistake. */
function checkHeader(first: IToken | undefined, { report, reported }: Context): void {
  if (first === undefined || first.image === 'crflow' || reported.has(startOf(first))) return;
  report(syntax.noVersion, spanOf(first), undefined);
  reported.add(startOf(first));
}
