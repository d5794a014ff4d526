import project from '../../package.json' with { type: 'json' };
import { catalogue } from '../diagnostics/catalogue.ts';
import { annotation } from '../diagnostics/github.ts';
import { jsonText, toJson } from '../diagnostics/json.ts';
import { junit } from '../diagnostics/junit.ts';
import type { Lines } from '../diagnostics/position.ts';
import { render } from '../diagnostics/render.ts';
import { type Reported, sarif } from '../diagnostics/sarif.ts';
import { sha256 } from '../host/files.ts';
import { failureOf, findings } from './findings.ts';
import type { Format } from './format-names.ts';

/** What a command found and did. */
export interface Outcome {
  readonly found: readonly Reported[];
  readonly linesIn: (source: Reported['source']) => Lines;
  /** The files that were read, in order. */
  readonly checked: readonly string[];
  readonly strict: boolean;
  readonly outputs: readonly string[];
  /** What else JSON contains. */
  readonly more: object;
}

/** How many findings a program gets. */
const mostReported = 1000;

/** All findings in a format for programs, as one text. */
export function inFormat(format: Exclude<Format, 'pretty'>, outcome: Outcome): string {
  const found = outcome.found.slice(0, mostReported);
  const { linesIn, outputs, more } = outcome;
  switch (format) {
    case 'json': {
      const diagnostics = found.map(({ one, source }) => toJson(one, source, linesIn(source)));
      return `${jsonText({ format: 1, diagnostics, outputs, ...more })}\n`;
    }
    case 'sarif':
      return `${jsonText(sarif(found, project.version, about, sha256))}\n`;
    case 'github':
      return found.map(({ one, source }) => `${annotation(one, linesIn(source))}\n`).join('');
    case 'junit':
      return junit(tested({ ...outcome, found }));
  }
}

function about(code: string): string {
  const all = [...catalogue, ...Object.values(findings)];
  return all.find((kind) => kind.code === code)?.about ?? code;
}

/** The files that were read, then others that have a finding; those without a file are about all flows. */
function tested({ found, checked, linesIn, strict }: Outcome) {
  const nameOf = ({ one }: Reported) => one.file ?? 'all flows';
  const files = [...new Set([...checked, ...found.map(nameOf)])];
  return files.map((file) => {
    const own = found.filter((one) => nameOf(one) === file);
    const shown = ({ one, source }: Reported) => render(one, source, { lines: linesIn(source) });
    const isFailure = ({ one }: Reported) => failureOf(one, strict) > 0;
    return {
      file,
      failures: own
        .filter(isFailure)
        .map((each) => ({ code: each.one.code, title: each.one.title, text: shown(each) })),
      warnings: own.filter((each) => !isFailure(each)).map(shown),
    };
  });
}
