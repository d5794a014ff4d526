import { linesOf } from '../../src/diagnostics/position.ts';
import { type RenderOptions, render } from '../../src/diagnostics/render.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import type { Source } from '../../src/model/span.ts';

/** All findings about one source, a blank line between them, ended by a newline; `''` for none. */
export function renderAll(
  all: readonly Diagnostic[],
  source: Source,
  options: Omit<RenderOptions, 'lines'> = {},
): string {
  const lines = linesOf(source.text);
  return all.map((one) => `${render(one, source, { ...options, lines })}\n`).join('\n');
}
