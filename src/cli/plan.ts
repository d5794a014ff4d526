import { painter } from '../diagnostics/paint.ts';
import { forecast } from '../forecast/forecast.ts';
import { page } from '../forecast/page.ts';
import { hasColors } from '../host/print.ts';
import type { Settings } from '../model/program.ts';
import type { Targets } from '../model/targets.ts';
import { flowsOf } from './flows-of.ts';
import { createReporter } from './report.ts';

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
export async function planFlow(file: string, options: PlanOptions): Promise<number> {
  const reporter = createReporter({ format: options.format, strict: false });
  const { flows, site } = await flowsOf(file, reporter, options);
  const forecasts = flows.map(({ plan }) => forecast(plan, { work: options.work }, site));
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
