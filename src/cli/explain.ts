import { suggestName } from '../diagnostics/suggest.ts';
import pages from '../explain/pages.json' with { type: 'json' };
import { print } from '../host/print.ts';
import { createReporter } from './report.ts';

/** What is known about a code: what it is about, and an example (specs/explained.json, specs/cases). docs/diagnostics.md has the same. */
interface Page {
  readonly code: string;
  readonly severity: string;
  readonly about: string;
  /** The finding as crc prints it. */
  readonly shown: string;
  /** What is wrong, and what is right instead: contents of a workflow, a file, or commands. */
  readonly wrong: string;
  readonly right: string;
}

const all: readonly Page[] = pages;

/** `crc explain [CODE]`: says what a code means, with an example; without one, lists all. Resolves to the exit status. */
export function explain(code: string | undefined): number {
  const reporter = createReporter({ format: 'pretty', strict: false });
  if (code === undefined) {
    for (const one of all) reporter.say(`${one.code}  ${one.about}`);
    return 0;
  }
  const asked = code.toUpperCase().replace(/^(?:CRF)?(\d{3})$/, 'CRF$1');
  const page = all.find((one) => one.code === asked);
  if (page === undefined) {
    const nearest = suggestName(
      asked,
      all.map((one) => one.code),
    );
    print(
      'stderr',
      `error: there is no code ${asked.replaceAll(/[^\x20-\x7e]/g, '?')}${nearest ? `; did you mean ${nearest}?` : ';'} crc explain lists all\n`,
    );
    return 2;
  }
  reporter.say(`${page.code}: ${page.about} (${page.severity})`);
  reporter.say(`\nFor example:\n\n${indented(page.shown)}`);
  reporter.say(`\nInstead of\n\n${indented(page.wrong)}\n\nwrite\n\n${indented(page.right)}`);
  return 0;
}

const indented = (text: string) => text.replaceAll(/^(?=.)/gm, '  ');
