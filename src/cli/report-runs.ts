import { writeFileSync } from 'node:fs';
import { diagnose } from '../diagnostics/define.ts';
import { painter } from '../diagnostics/paint.ts';
import { plainWords } from '../host/files.ts';
import { columnsOf, hasColors, print } from '../host/print.ts';
import { type RunFiles, readRun, runsAt } from '../host/runs.ts';
import { whyNotWritable } from '../host/writable.ts';
import type { RunFacts, Story } from '../model/story.ts';
import { comparePage, compareSvg } from '../report/compare.ts';
import { storiesCsv } from '../report/csv.ts';
import { manyPage, manyText } from '../report/many.ts';
import { storyPage } from '../report/page.ts';
import { readStatus, statusesIn } from '../report/status.ts';
import { readStory } from '../report/story.ts';
import { storyText } from '../report/text.ts';
import { findings } from './findings.ts';
import { createReporter } from './report.ts';

export interface ReportOptions {
  /** Where to write the page; `svg` likewise, the picture that compares runs. */
  readonly html?: string;
  readonly svg?: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly compare?: boolean;
}

const WHY = {
  empty: 'it is empty: no attempt of this run has begun',
  foreign: 'it is neither the journal of a run, nor what `status --json` prints',
  headless: 'it is the end of a journal: no attempt begins in it',
} as const;

/** `crc report RUN…`: the lives of runs. Resolves to the exit status. */
export async function reportRuns(named: readonly string[], options: ReportOptions): Promise<number> {
  const reporter = createReporter({ format: options.json ? 'json' : 'pretty', strict: false });
  const fail = (name: string, why: string) => {
    reporter.report([diagnose(findings.unreadable, { name, why }, { file: name })]);
  };
  const stories: Story[] = [];
  for (const path of named.flatMap(runsAt)) {
    const read = await readRun(path);
    const all = 'why' in read ? [read] : storiesOf(read);
    for (const [at, found] of all.entries()) {
      if (!('why' in found)) stories.push(found);
      else
        fail(
          path,
          all.length === 1 ? found.why : `of the runs in it, number ${at + 1} is unreadable: ${found.why}`,
        );
    }
  }
  const [first] = stories;
  if (first === undefined) return reporter.end([], { stories: [] });
  const isOne = stories.length === 1;
  const written: string[] = [];
  const write = (file: string | undefined, make: () => string) => {
    if (file === undefined) return;
    try {
      writeFileSync(file, make());
      written.push(file);
    } catch (error) {
      const why = whyNotWritable(file) ?? plainWords(error);
      reporter.report([{ ...diagnose(findings.unwritable, { folder: file, why }, { file }), notes: [] }]);
    }
  };
  write(options.html, () =>
    options.compare ? comparePage(stories) : isOne ? storyPage(first) : manyPage(stories),
  );
  write(options.svg, () => compareSvg(stories));
  if (options.csv) print('stdout', storiesCsv(stories));
  else if (written.length > 0) reporter.say(`wrote ${written.join(' and ')}`);
  else if (!reporter.failed() || !options.json) {
    const [columns, paint] = [columnsOf('stdout'), painter(hasColors('stdout'))];
    const each = (story: Story) => storyText(story, columns, paint).trimEnd();
    if (options.compare || isOne) reporter.paint(stories.map(each).join('\n\n\n'));
    else reporter.paint(manyText(stories, columns, paint).trimEnd());
  }
  return reporter.end(written, { stories });
}

function storiesOf(files: RunFiles): (Story | { readonly why: string })[] {
  if (files.kind === 'file') return statusesIn(files.text).map(storyIn);
  const { journal, ...facts } = files;
  return [told(journal, facts)];
}

function storyIn(text: string): Story | { readonly why: string } {
  const status = readStatus(text);
  if (status === undefined) return told(text, {});
  if ('format' in status)
    return { why: `it has format ${status.format}, which this crc does not know: a newer crc does` };
  return told(status.journal, status.facts);
}

function told(journal: string, facts: RunFacts): Story | { readonly why: string } {
  const read = readStory(journal, facts);
  return read.ok ? read.story : { why: WHY[read.why] };
}
