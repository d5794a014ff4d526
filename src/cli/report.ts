import { summary } from '../diagnostics/define.ts';
import { type Lines, linesOf, placeOf } from '../diagnostics/position.ts';
import { render } from '../diagnostics/render.ts';
import { someOf, visible, visibleLines } from '../diagnostics/words.ts';
import { columnsOf, hasColors, isTerminal, print } from '../host/print.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Plan } from '../model/plan.ts';
import type { Source } from '../model/span.ts';
import { failureOf } from './findings.ts';
import type { Format } from './format-names.ts';
import { inFormat } from './formats.ts';

export interface ReportOptions {
  readonly format: Format;
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
  /**
   * Reports findings, each once. `like`: what findings have in common that are one mistake; by default the code and the title.
   * Returns how many of them a person sees as frames.
   */
  readonly report: (diagnostics: readonly Diagnostic[], source?: Source, like?: string) => number;
  /** Says that a file was read. */
  readonly checked?: (file: string) => void;
  /** Says that something is wrong with a file, perhaps in what it includes. */
  readonly broken?: (file: string) => void;
  /** Prints a line about a result for people; JSON has a field for it. */
  readonly say: (line: string) => void;
  /** The same with colours; everything quoted in it must be visible already. */
  readonly paint: (text: string) => void;
  /** Prints a result, for people and pipes; JSON contains it. Byte for byte, except on a terminal. */
  readonly print: (text: string) => void;
  /** Whether anything reported so far is a failure. */
  readonly failed: () => boolean;
  /** Whether anything reported so far means that what is made from these files must not be written: a failure in one of them, or one that no file has. */
  readonly stops: (files: readonly string[]) => boolean;
  /**
   * Prints the last lines and gives the exit status: 0 fine, 1 findings, 2 usage, 3 a tool failed. `more` is what else
   * JSON contains for this command.
   */
  readonly end: (outputs?: readonly string[], more?: object) => number;
}

/** How many findings a person sees: a file that is not a flow can have one per word. */
const mostShown = 100;
/** How many frames a mistake gets that is in many places; the other places are counted. */
const mostAlike = 3;

/** A mistake that is in many places. */
interface Alike {
  readonly first: Diagnostic;
  shown: number;
  /** The places without a frame. */
  readonly more: string[];
}

export function createReporter({ format, strict }: ReportOptions): Reporter {
  const all: { one: Diagnostic; source: Source }[] = [];
  const seen = new Set<string>();
  const alike = new Map<string, Alike>();
  // Created with the first finding, because Node takes a while to make the stream.
  let page: { color: boolean; columns?: number } | undefined;
  const pageOf = () => {
    const isNarrow = isTerminal('stderr') || process.env['COLUMNS'] !== undefined;
    page ??= { color: hasColors('stderr'), ...(isNarrow ? { columns: columnsOf('stderr') } : {}) };
    return page;
  };
  const lines = new Map<Source, Lines>();
  const linesIn = (source: Source) => {
    const known = lines.get(source) ?? linesOf(source.text);
    lines.set(source, known);
    return known;
  };
  const checked = new Set<string>();
  let worst = 0;
  /** The files with failures; undefined: failures without a file. */
  const failedIn = new Set<string | undefined>();
  let shown = 0;
  let hidden = 0;
  const show = (one: Diagnostic, source: Source, like: string): number => {
    const group = alike.get(like) ?? { first: one, shown: 0, more: [] };
    alike.set(like, group);
    if (group.shown >= mostAlike) {
      // Only the first places are printed, and finding one takes as long as its line.
      const isPrinted = group.more.length < 10;
      const place = isPrinted && one.at ? placeOf(source, one.at.span.start, linesIn(source)) : undefined;
      group.more.push(place ?? one.file ?? one.title);
      return 0;
    }
    if (shown >= mostShown) {
      hidden += 1;
      return 0;
    }
    group.shown += 1;
    shown += 1;
    print('stderr', `${render(one, source, { ...pageOf(), lines: linesIn(source) })}\n\n`);
    return 1;
  };
  return {
    report: (diagnostics, source = { name: '', text: '' }, like) => {
      let frames = 0;
      for (const one of diagnostics) {
        // A file that several flows include is read once for each of them; the labels that say which are in their sources.
        const related = one.related.filter(({ source }) => source === undefined);
        const key = JSON.stringify({ ...one, related });
        if (seen.has(key)) continue;
        seen.add(key);
        all.push({ one, source });
        const failure = failureOf(one, strict);
        worst = Math.max(worst, failure);
        if (failure > 0) failedIn.add(one.file);
        if (format === 'pretty') frames += show(one, source, `${one.code} ${like ?? one.title}`);
      }
      return frames;
    },
    checked: (file) => {
      checked.add(file);
    },
    broken: (file) => {
      failedIn.add(file);
    },
    say: (line) => {
      if (format === 'pretty') print('stdout', `${visibleLines(line)}\n`);
    },
    paint: (text) => {
      if (format === 'pretty') print('stdout', `${text}\n`);
    },
    print: (text) => {
      if (format === 'pretty') print('stdout', isTerminal('stdout') ? visibleLines(text) : text);
    },
    failed: () => worst > 0,
    stops: (files) => failedIn.has(undefined) || files.some((file) => failedIn.has(file)),
    end: (outputs = [], more = {}) => {
      if (format !== 'pretty') {
        const outcome = { found: all, linesIn, checked: [...checked], strict, outputs, more };
        print('stdout', inFormat(format, outcome));
        // A log has no other line about them.
        if (format === 'github' && all.length > 0) print('stderr', `${summary(all.map(({ one }) => one))}\n`);
      } else if (all.length > 0) {
        for (const group of alike.values())
          if (group.more.length > 0) print('stderr', `${andMore(group)}\n\n`);
        const rest = hidden > 0 ? `; the first ${mostShown} are shown` : '';
        print('stderr', `${summary(all.map(({ one }) => one))}${rest}\n`);
        const [first] = all;
        // For people: a log needs no advice.
        if (first && isTerminal('stderr')) print('stderr', `crc explain ${first.one.code} says more\n`);
      }
      return worst;
    },
  };
}

/** `warning[CRF931]: 97 more like this: b.crflow:5:3, c.crflow:5:3 and 95 more`. */
const andMore = ({ first: { severity, code }, more }: Alike) =>
  `${severity}[${code}]: ${more.length} more like these: ${visible(someOf(more, 5))}`;
