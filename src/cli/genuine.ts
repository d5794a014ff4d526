import { diagnose } from '../diagnostics/define.ts';
import { readSource } from '../host/files.ts';
import type { Targets } from '../model/targets.ts';
import { findings } from './findings.ts';
import { createReporter } from './report.ts';

/** `crc verify FILE…`: is the runtime in these job scripts what crc wrote? Resolves to the exit status. */
export async function verifyScripts(
  files: readonly string[],
  options: { readonly format: 'pretty' | 'json'; readonly targets: Targets },
): Promise<number> {
  const { genuine, runtimeVersion } = options.targets;
  const reporter = createReporter({ format: options.format, strict: false });
  const verified: string[] = [];
  for (const script of new Set(files)) {
    const at = { file: script };
    const read = await readSource(script);
    if ('why' in read) {
      reporter.report([diagnose(findings.unreadable, { name: script, why: read.why }, at)]);
      continue;
    }
    const about = genuine(read.text);
    switch (about.kind) {
      case 'genuine':
        reporter.say(`${script}: the runtime is genuine, version ${about.version}`);
        verified.push(script);
        break;
      case 'changed':
        reporter.report([diagnose(findings.changedRuntime, { script, parts: about.parts }, at)]);
        break;
      case 'other':
        reporter.report([
          diagnose(findings.otherRuntime, { script, version: about.version, own: runtimeVersion }, at),
        ]);
        break;
      case 'none':
        reporter.report([diagnose(findings.noRuntime, { script }, at)]);
    }
  }
  return reporter.end([], { verified });
}
