import { statSync, writeFileSync } from 'node:fs';
import { diagnose } from '../diagnostics/define.ts';
import { type JsonDiagnostic, jsonText, toJson } from '../diagnostics/json.ts';
import { visibleLines } from '../diagnostics/words.ts';
import { plainWords } from '../host/files.ts';
import { print } from '../host/print.ts';
import { NOT_REGULAR } from '../host/regular.ts';
import type { WrittenProfile } from '../site/learn.ts';
import { readProfile } from '../site/read.ts';
import { remarksOn } from '../site/remarks.ts';
import type { Check } from './doctor/check.ts';
import { type CheckOptions, checkFlows } from './doctor/checks.ts';
import { type Gap, learn } from './doctor/learn.ts';
import { findings } from './findings.ts';
import { createReporter } from './report.ts';

export interface DoctorOptions extends CheckOptions {
  readonly write?: string;
  readonly format: 'pretty' | 'json';
}

/**
 * `crc doctor`: learns from this login node what a profile contains, and checks the node for what flows need. Resolves to the exit
 * status: 1 if there is no Slurm, or a flow lacks something.
 */
export async function doctor(files: readonly string[], options: DoctorOptions): Promise<number> {
  const { format, limit, targets } = options;
  const reporter = createReporter({ format: 'pretty', strict: false });
  const { profile, gaps, slurm } = await learn(limit, targets);
  const remarks = slurm ? remarksOn(profile) : [];
  const diagnostics: JsonDiagnostic[] = [];
  const checks = await checkFlows(files, options, (one, source) => {
    diagnostics.push(toJson(one, source ?? { name: '', text: '' }));
    reporter.report([one], source);
  });
  const text = `${JSON.stringify(profile, null, 2)}\n`;
  let wrote: string | undefined;
  if (options.write !== undefined && slurm) {
    // crc must be able to read what it writes: see the test.
    const { diagnostics } = readProfile({ name: options.write, text });
    if (diagnostics.length > 0)
      throw new Error(`the profile does not fit its schema: ${diagnostics[0]?.title}`);
    try {
      const there = statSync(options.write, { throwIfNoEntry: false });
      // A FIFO would wait for a reader; a terminal is intended.
      if (there && !there.isFile() && !there.isCharacterDevice()) throw new Error(NOT_REGULAR);
      writeFileSync(options.write, text);
      wrote = options.write;
    } catch (error) {
      reporter.report([diagnose(findings.unwritable, { folder: options.write, why: plainWords(error) })]);
    }
  }
  if (format === 'json') {
    print(
      'stdout',
      `${jsonText({ format: 1, slurm, profile, unknown: gaps, remarks, checks, diagnostics })}\n`,
    );
  } else print('stdout', visibleLines(page({ profile, gaps, slurm, remarks, checks, wrote })));
  const lacks = !slurm || checks.some(({ verdict }) => verdict === 'wrong');
  return Math.max(reporter.end(), lacks ? 1 : 0);
}

/** The text for people: what was learned, what was not, what to look out for, and the checks. */
function page(of: {
  profile: WrittenProfile;
  gaps: readonly Gap[];
  slurm: boolean;
  remarks: readonly string[];
  checks: readonly Check[];
  wrote: string | undefined;
}): string {
  const names = (key: string) =>
    ((of.profile[key] ?? []) as { name: string }[]).map(({ name }) => name).join(', ');
  const learned = [
    ['partitions', names('partitions')],
    ['QOS', names('qos')],
    ['runtimes', names('runtimes')],
    ['file systems', names('fileSystems')],
  ].filter(([, text]) => text !== '');
  const marks = { fine: 'ok ', wrong: 'NO ', unknown: ' ? ' };
  return [
    of.slurm
      ? `Slurm ${(of.profile['slurm'] as { version?: string } | undefined)?.version ?? ''} answers here: ${of.profile['name']}`
      : 'Slurm does not answer here. Run this on a login node of the cluster.',
    ...(of.slurm ? learned.map(([what, text]) => `  ${what}: ${text}`) : []),
    ...(of.slurm && of.gaps.length > 0 ? ['It could not learn:'] : []),
    ...of.gaps.map(({ what, why }) => `  ${what}: ${why}`),
    ...(of.remarks.length > 0 ? ['Look out:'] : []),
    ...of.remarks.map((one) => `  ${one}`),
    ...(of.checks.length > 0 ? ['What the flows need:'] : []),
    ...of.checks.map(({ what, verdict, says }) => `  ${marks[verdict]} ${what}: ${says}`),
    ...(of.wrote === undefined ? [] : [`${of.wrote}: written; read it, and add what it could not learn`]),
    '',
  ].join('\n');
}
