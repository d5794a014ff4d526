import { stat } from 'node:fs/promises';
import { diagnose } from '../diagnostics/define.ts';
import { plural } from '../diagnostics/words.ts';
import { format } from '../format/format.ts';
import { filesIn, plainWords, readSource } from '../host/files.ts';
import { rewriteFile } from '../host/rewrite.ts';
import type { Source } from '../model/span.ts';
import { shownDiff, unifiedDiff } from './diff.ts';
import { findings } from './findings.ts';
import { nameOf } from './job.ts';
import { createReporter, type Reporter, type ReportOptions } from './report.ts';

/** The options of `crc fmt`. */
export interface FormatOptions extends Pick<ReportOptions, 'format'> {
  /** Write nothing; a file that is not formatted is a finding. */
  readonly check?: boolean;
  /** What standard input is called in findings. */
  readonly stdinFilename?: string;
  /** Write nothing, and print what would change. */
  readonly diff?: boolean;
}

/** `crc fmt PATH…`: formats files, all flows in folders, or standard input. Resolves to the exit status. */
export async function formatFiles(paths: readonly string[], options: FormatOptions): Promise<number> {
  const reporter = createReporter({ format: options.format, strict: false });
  const diffs: { output: string; diff: string }[] = [];
  const written: string[] = [];
  let seen = 0;
  for (const name of await flowsAt(paths, reporter)) {
    const read = await readSource(name);
    if ('why' in read) {
      reporter.report([diagnose(findings.unreadable, { name, why: read.why })]);
      continue;
    }
    const source = { name: name === '-' ? (options.stdinFilename ?? name) : name, text: read.text };
    const { text, diagnostics } = format(source);
    reporter.report(diagnostics, source);
    if (text === undefined) continue;
    seen += 1;
    const isDry = options.check === true || options.diff === true;
    if (name === '-' && !isDry) reporter.print(text);
    if (text === source.text || (name === '-' && !isDry)) continue;
    if (isDry) {
      reporter.report([notFormatted(source, text)], source);
      const diff = unifiedDiff(nameOf(source), source.text, text, ['as it is', 'formatted']);
      diffs.push({ output: source.name, diff });
      if (options.diff === true) reporter.print(shownDiff(diff));
    } else if (rewritten(source, text, reporter)) written.push(name);
  }
  for (const name of written) reporter.say(`formatted ${name}`);
  if (!reporter.failed() && written.length === 0 && !paths.includes('-'))
    reporter.say(`fine: ${plural(seen, 'flow')} in crflow's style`);
  return reporter.end(written, diffs.length > 0 ? { diffs } : {});
}

/** The files that the paths name, each once; of a folder, all flows in it and below. */
async function flowsAt(paths: readonly string[], reporter: Reporter): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const isFolder = path !== '-' && (await stat(path).catch(() => undefined))?.isDirectory() === true;
    const found = isFolder ? await filesIn(path, '.crflow', true) : [path];
    if (found === undefined || found.length === 0) {
      const why = found === undefined ? 'there are too many files in it' : 'it has no .crflow files';
      reporter.report([diagnose(findings.unreadable, { name: path, why })]);
    } else files.push(...found);
  }
  return [...new Set(files)];
}

/** At the first line that would change. */
function notFormatted({ name, text }: Source, formatted: string) {
  const lineEnds = text.includes('\r\n');
  const [before, after] = [text.split('\n'), formatted.split('\n')];
  const first = before.findIndex((line, i) => line !== after[i]);
  const line = before[first] ?? '';
  const from = before.slice(0, first).join('\n').length + (first > 0 ? 1 : 0);
  const [start, end] = [from + line.length - line.trimStart().length, from + line.trimEnd().length];
  const params = { name: nameOf({ name, text }), lineEnds, written: (after[first] ?? '').trim() };
  return diagnose(findings.notFormatted, params, { file: name, at: { start: Math.min(start, end), end } });
}

function rewritten({ name, text }: Source, formatted: string, reporter: Reporter): boolean {
  try {
    rewriteFile(name, text, formatted);
    return true;
  } catch (error) {
    reporter.report([diagnose(findings.notReplaced, { name, why: plainWords(error) })]);
    return false;
  }
}
