import { compile, type Flow } from '../compile.ts';
import { diagnose } from '../diagnostics/define.ts';
import { readIncluded, readSource } from '../host/files.ts';
import type { Settings } from '../model/program.ts';
import type { SiteProfile } from '../model/site.ts';
import type { Targets } from '../model/targets.ts';
import { findings } from './findings.ts';
import type { Reporter } from './report.ts';
import { wrongVersion } from './version.ts';

interface Asked {
  readonly targets: Targets;
  readonly set: Settings;
  readonly site?: string;
}

/**
 * Reads and compiles a flow for a command that looks at its plans, and reports what is wrong with it. There are no flows if it cannot be
 * read, or has errors. `site` is the profile that the flow or the user has named.
 */
export async function flowsOf(
  file: string,
  reporter: Reporter,
  { targets, set, site: asked }: Asked,
): Promise<{ readonly flows: readonly Flow[]; readonly site: SiteProfile | undefined }> {
  const none = { flows: [], site: undefined };
  const read = await readSource(file);
  if ('why' in read) {
    reporter.report([diagnose(findings.unreadable, { name: file, why: read.why }, { file })]);
    return none;
  }
  const refused = await wrongVersion(file);
  if (refused !== undefined) {
    reporter.report([refused]);
    return none;
  }
  const { flows, diagnostics, sources, site } = compile({ name: file, text: read.text }, targets, {
    settings: set,
    include: readIncluded,
    site: asked,
  });
  for (const one of diagnostics)
    reporter.report(
      [one],
      sources.find(({ name }) => name === one.file),
    );
  return { flows, site: site.named === undefined ? undefined : site.profile };
}
