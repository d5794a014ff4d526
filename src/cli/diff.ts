import { createTwoFilesPatch } from 'diff';
import { visibleLines } from '../diagnostics/words.ts';

/** Texts that differ in more lines than this are unrelated. */
const mostEdits = 5000;

/** The unified diff from one text to another; a sentence if they have too little in common. */
export function unifiedDiff(
  path: string,
  before: string,
  after: string,
  [was, is] = ['on disk', 'compiled'],
): string {
  const options = { context: 3, maxEditLength: mostEdits };
  const patch = createTwoFilesPatch(path, path, before, after, was, is, options);
  // A line for version control and a bar come before what `patch` and people read.
  return patch === undefined
    ? `${path}: almost every line differs\n`
    : patch.replace(/^(?:Index: .*\n)?=+\n/, '');
}

/** The printed form: control characters made visible, and no more lines than anybody reads. */
export function shownDiff(diff: string): string {
  const limit = 200;
  const lines = visibleLines(diff).trimEnd().split('\n');
  const rest = lines.length - limit;
  const shown = rest > 1 ? [...lines.slice(0, limit), `… and ${rest} more lines`] : lines;
  return `${shown.join('\n')}\n`;
}
