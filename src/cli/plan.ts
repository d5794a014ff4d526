import { compile } from '../compile.ts';
import { diagnose } from '../diagnostics/define.ts';
import { painter } from '../diagnostics/paint.ts';
import { forecast } from '../forecast/forecast.ts';
import { page } from '../forecast/page.ts';
import { readIncluded, readSource } from '../host/files.ts';
import { hasColors } from '../host/print.ts';
import type { Settings } from '../model/program.ts';
import type { Targets } from '../model/targets.ts';
import { findings } from './findings.ts';
import { createReporter } from './report.ts';
import { wrongVersion } from './version.ts';

export interface PlanOptions {
  readonly targets: Targets;
  readonly format: 'pretty' | 'json';
  readonly set: Settings;
  /** A site that takes precedence over the flow's. */
  readonly site?: string;
  /** Seconds that the program takes if nothing interrupts it. */
  readonly work?: number;
}

/** `crc plan FLOW`: what will happen to a run of each of its workflows. Resolves to the exit status. */
export async function planFlow(
  file: string,
  { targets, format, set, site: asked, work }: PlanOptions,
): Promise<number> {
  const reporter = createReporter({ format, strict: false });
  const read = await readSource(file);
  if ('why' in read) {
    reporter.report([diagnose(findings.unreadable, { name: file, why: read.why }, { file })]);
    return reporter.end([], { forecasts: [] });
  }
  const refused = await wrongVersion(file);
  if (refused !== undefined) {
    reporter.report([refused]);
    return reporter.end([], { forecasts: [] });
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
  const forecasts = flows.map(({ plan }) =>
    forecast(plan, { work }, site.named === undefined ? undefined : site.profile),
  );
  const paint = painter(hasColors('stdout'));
  if (forecasts.length > 0)
    reporter.paint(
      forecasts
        .map((one) => page(one, paint))
        .join('\n\n')
        .trimEnd(),
    );
  return reporter.end([], { forecasts });
}
