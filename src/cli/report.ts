import { summary } from '../diagnostics/define.ts';
import { jsonText, toJson } from '../diagnostics/json.ts';
import { type Lines, linesOf } from '../diagnostics/position.ts';
import { render } from '../diagnostics/render.ts';
import { visibleLines } from '../diagnostics/words.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Plan } from '../model/plan.ts';
import type { Source } from '../model/span.ts';
import { failureOf } from './findings.ts';

export interface ReportOptions {
  readonly format: 'pretty' | 'json';
  /** Warnings also fail. */
  readonly strict: boolean;
}

/** A command's results beside its findings, for JSON: specs/diagnostics.schema.json. */
export interface Results {
  /** Texts that were requested instead of files. */
  readonly texts?: readonly { readonly name: string; readonly text: string }[];
  readonly plans?: readonly Plan[];
  readonly diffs?: readonly { readonly output: string; readonly diff: string }[];
}

/** Where a command reports. Diagnostics go to standard error, results to standard output. */
export interface Reporter {
  readonly report: (diagnostics: readonly Diagnostic[], source?: Source) => void;
  /** Prints a line about a result for people; JSON has a field for it. */
  readonly say: (line: string) => void;
  /** The same with colours; everything quoted in it must be visible already. */
  readonly paint: (text: string) => void;
  /** Prints a result, for people and pipes; JSON contains it. Byte for byte, except on a terminal. */
  readonly print: (text: string) => void;
  /** Whether anything reported so far means that nothing may be written. */
  readonly failed: () => boolean;
  /**
   * Prints the last lines and gives the exit status: 0 fine, 1 findings, 2 usage, 3 a tool failed. `more` is what else
   * JSON contains for this command.
   */
  readonly end: (outputs?: readonly string[], more?: object) => number;
}

/** How many findings a person sees, and how many a program gets: a file that is not a flow can have one per word. */
const mostShown = 100;
const mostReported = 1000;

export function createReporter({ format, strict }: ReportOptions): Reporter {
  const all: { one: Diagnostic; source: Source }[] = [];
  // Created with the first finding, because Node takes a while to make the stream.
  let color: boolean | undefined;
  const isColored = () => {
    color ??= process.stderr.isTTY === true && !process.env['NO_COLOR'];
    return color;
  };
  const lines = new Map<Source, Lines>();
  const linesIn = (source: Source) => {
    const known = lines.get(source) ?? linesOf(source.text);
    lines.set(source, known);
    return known;
  };
  let worst = 0;
  const status = () => worst;
  return {
    report: (diagnostics, source = { name: '', text: '' }) => {
      for (const one of diagnostics) {
        all.push({ one, source });
        worst = Math.max(worst, failureOf(one, strict));
        if (format === 'pretty' && all.length <= mostShown)
          process.stderr.write(`${render(one, source, { color: isColored(), lines: linesIn(source) })}\n\n`);
      }
    },
    say: (line) => {
      if (format === 'pretty') process.stdout.write(`${visibleLines(line)}\n`);
    },
    paint: (text) => {
      if (format === 'pretty') process.stdout.write(`${text}\n`);
    },
    print: (text) => {
      if (format !== 'pretty') return;
      process.stdout.write(process.stdout.isTTY === true ? visibleLines(text) : text);
    },
    failed: () => status() > 0,
    end: (outputs = [], more = {}) => {
      if (format === 'json') {
        const diagnostics = all
          .slice(0, mostReported)
          .map(({ one, source }) => toJson(one, source, linesIn(source)));
        process.stdout.write(`${jsonText({ format: 1, diagnostics, outputs, ...more })}\n`);
      } else if (all.length > 0) {
        const rest = all.length > mostShown ? `; the first ${mostShown} are shown` : '';
        process.stderr.write(`${summary(all.map(({ one }) => one))}${rest}\n`);
      }
      return status();
    },
  };
}
