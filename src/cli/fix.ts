import { compile } from '../compile.ts';
import { type Applied, applyFixes } from '../diagnostics/apply.ts';
import { diagnose } from '../diagnostics/define.ts';
import { quote } from '../diagnostics/words.ts';
import { plainWords, readIncluded, readSource, realPath } from '../host/files.ts';
import { rewriteFile } from '../host/rewrite.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { findings } from './findings.ts';
import type { Choices } from './job.ts';
import type { Reporter } from './report.ts';

/** What `crc check --fix` did. */
export interface Fixed {
  readonly applied: readonly Applied[];
  /** The new text of standard input, which has no file. */
  readonly input?: string;
}

/**
 * Applies the certain fixes to the named files and writes them. An included file is changed only if it is named as well: other
 * flows may include it. Resolves to what was done; reports what could not be written.
 */
export async function fixFiles(
  files: readonly string[],
  choices: Choices,
  reporter: Pick<Reporter, 'report' | 'say'>,
): Promise<Fixed> {
  const before = new Map<string, string>();
  for (const file of new Set(files)) {
    const read = await readSource(file);
    // What cannot be read is reported by the check that follows.
    if ('text' in read) before.set(file, read.text);
  }
  const elsewhere = new Map<string, Set<number>>();
  const { texts, applied } = applyFixes(before, (now) => {
    elsewhere.clear();
    return [...now].flatMap(([name, text]) => findingsIn(name, text, now, choices, elsewhere));
  });
  const written: Applied[] = [];
  for (const [name, text] of texts) {
    const own = applied.filter(({ file }) => file === name);
    if (own.length === 0) continue;
    try {
      if (name !== '-') rewriteFile(name, before.get(name) ?? '', text);
      written.push(...own);
    } catch (error) {
      reporter.report([diagnose(findings.notFixed, { name, why: plainWords(error) })]);
    }
  }
  // Standard output has the text of standard input.
  for (const { file, line, code, title } of written.filter((one) => one.file !== '-'))
    reporter.say(`fixed ${file}:${line}: ${title} (${code})`);
  for (const [name, { size: count }] of elsewhere)
    reporter.say(
      `not fixed: ${count === 1 ? 'a mistake' : `${count} mistakes`} in ${quote(name)}, which is included; name it too: crc check --fix … ${name}`,
    );
  return { applied: written, ...(texts.has('-') ? { input: texts.get('-') ?? '' } : {}) };
}

/** Findings of one named file and of those that it includes; these are called by the names that the user gave them. */
function findingsIn(
  name: string,
  text: string,
  now: ReadonlyMap<string, string>,
  { targets, set: settings, site }: Choices,
  elsewhere: Map<string, Set<number>>,
): readonly Diagnostic[] {
  const names = new Map([...now.keys()].filter((one) => one !== '-').map((one) => [realPath(one), one]));
  const { diagnostics } = compile({ name, text }, targets, {
    settings,
    site,
    include: (path, from) => {
      const read = readIncluded(path, from);
      const own = 'id' in read ? names.get(read.id) : undefined;
      return own === undefined || !('source' in read)
        ? read
        : { ...read, source: { name: read.source.name, text: now.get(own) ?? read.source.text } };
    },
  });
  return diagnostics.map((one) => {
    if (one.file === undefined || one.file === name) return one;
    const own = names.get(realPath(one.file));
    if (own === undefined && one.fixes.some(({ certain }) => certain))
      elsewhere.set(one.file, (elsewhere.get(one.file) ?? new Set()).add(one.at?.span.start ?? 0));
    return own === undefined ? one : { ...one, file: own };
  });
}
