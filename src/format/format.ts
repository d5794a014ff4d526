import type { FlowFile } from '../model/ast.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Source } from '../model/span.ts';
import { parse, parseTokensOf } from '../syntax/parse.ts';
import { lexemesOf } from './lexemes.ts';
import { printFile } from './print.ts';
import { treeOf } from './tree.ts';

/**
 * The flow in crflow's one style (docs/commands.md), with the same tree and all comments; undefined if it cannot be parsed, which
 * the diagnostics explain. Line ends become LF, because Slurm refuses scripts with others. Throws if the result would have
 * another tree, which is a bug.
 */
export function format({ name, text }: Source): { text: string | undefined; diagnostics: Diagnostic[] } {
  const plain = { name, text: text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n') };
  const { file, diagnostics, tokens } = parseTokensOf(plain);
  // Their places are those of the text as it is.
  if (diagnostics.some(({ severity }) => severity === 'error'))
    return { text: undefined, diagnostics: parse({ name, text }).diagnostics };
  const formatted = printFile(treeOf(lexemesOf(plain.text, tokens)));
  const again = parse({ name, text: formatted });
  if (treeText(again.file) !== treeText(file))
    throw new Error(`formatting would change the meaning of ${name}; the file is as it was`);
  return { text: formatted, diagnostics: [] };
}

/** A tree without the places of its parts, and without the blanks in calculations. */
function treeText(tree: FlowFile): string {
  return JSON.stringify(tree, (key, value: unknown) => {
    if (key === 'span' || key === 'end') return undefined;
    const isCalculation = typeof value === 'object' && value !== null && 'first' in value;
    return isCalculation ? { ...value, text: '' } : value;
  });
}
