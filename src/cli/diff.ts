import { createTwoFilesPatch } from 'diff';
import { visibleLines } from '../diagnostics/words.ts';

/** Texts that differ in more lines than this are other texts. */
const mostEdits = 5000;

/** From one text to another as a unified diff; a sentence where they have too little in common. */
export function unifiedDiff(path: string, before: string, after: string): string {
  const options = { context: 3, maxEditLength: mostEdits };
  const patch = createTwoFilesPatch(path, path, before, after, 'on disk', 'compiled', options);
  // A line for version control and a bar go before what `patch` and people read.
  return patch === undefined
    ? `${path}: almost every line differs\n`
    : patch.replace(/^(?:Index: .*\n)?=+\n/, '');
}

/** As printed: what would move the cursor made visible, and no more lines than are read. */
export function shownDiff(diff: string): string {
  const limit = 200;
  const lines = visibleLines(diff).trimEnd().split('\n');
  const rest = lines.length - limit;
  const shown = rest > 1 ? [...lines.slice(0, limit), `… and ${rest} more lines`] : lines;
  return `${shown.join('\n')}\n`;
}
