import { run as kinds } from '../../diagnostics/run.ts';
import { quote } from '../../diagnostics/words.ts';
import type { Label } from '../../model/diagnostic.ts';
import type { Fault } from '../../shell/fault.ts';
import type { Context } from '../context.ts';
import type { Blocks } from '../facts.ts';
import type { RunText } from '../run-text.ts';

/** Reports what bash cannot read, and a here-document that swallows the rest. */
export function runSyntaxRules(_: Blocks, { report }: Context, run: RunText | undefined): void {
  if (run === undefined) return;
  const { shell, fault, spanOf } = run;
  if (fault !== undefined) {
    const related: Label[] =
      fault.kind === 'unexpected' && fault.open !== undefined
        ? [{ span: spanOf(fault.open), text: 'still open' }]
        : [];
    report(kinds.unreadable, spanOf(fault), wordsFor(fault), related);
  }
  const [document] = shell.unclosed;
  if (document !== undefined) report(kinds.endlessDocument, spanOf(document), { mark: document.mark });
}

function wordsFor(fault: Fault): { title: string; label: string; help: readonly string[] } {
  switch (fault.kind) {
    case 'unclosed': {
      const { what, closer } = fault;
      const isQuote = what === closer;
      return {
        title: `${isQuote ? 'the quote' : 'the'} ${quote(what)} in \`run\` is not closed`,
        label: `${quote(closer)} is missing`,
        help: isQuote
          ? ['close it, or an earlier one: quotes pair up from the top']
          : [`write ${quote(closer)} where it ends`],
      };
    }
    case 'unexpected': {
      const { what, open } = fault;
      const shown = what === '\n' ? 'the end of the line' : quote(what);
      return {
        title: `bash cannot parse \`run\`: unexpected ${shown}`,
        label: 'unexpected',
        help:
          open === undefined
            ? []
            : [
                `${quote(open.what)} is still open: write ${quote(open.closer)} before this, or instead of it`,
              ],
      };
    }
    case 'incomplete': {
      const { missing, behind } = fault;
      const what =
        missing === 'redirect target' ? 'a file' : missing === 'command' ? 'a command' : quote(missing);
      return {
        title: `${what} is missing in \`run\`${behind === undefined ? '' : ` after ${quote(behind)}`}`,
        label:
          behind !== undefined || missing === 'redirect target'
            ? 'nothing follows'
            : `${what} is missing here`,
        help: [],
      };
    }
    case 'other':
      return { title: `bash cannot parse \`run\`: ${fault.message}`, label: 'here', help: [] };
  }
}
