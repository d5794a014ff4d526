import type { Flow } from '../compile.ts';
import { diagnose } from '../diagnostics/define.ts';
import { run } from '../host/run.ts';
import { findShellCheck } from '../host/shellcheck.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Source } from '../model/span.ts';
import { findings } from './findings.ts';

export interface Verdict {
  readonly diagnostics: readonly Diagnostic[];
  /** What looked at the output, for the person: "bash -n and ShellCheck 0.9.0". */
  readonly by: string;
}

/** Has bash and ShellCheck read the output. Nothing is run. */
export async function verify(
  flows: readonly { flow: Flow; source: Source }[],
  options: { shellcheck: string | undefined; strict: boolean },
): Promise<Verdict> {
  const found: Diagnostic[] = [];
  const by: string[] = [];
  const bash = await Promise.all(flows.map(({ flow, source }) => bashReads(flow, source)));
  found.push(...bash.flat());
  if (!found.some(({ code }) => code === findings.noBash.code)) by.push('bash -n');

  const tool = await findShellCheck(options.shellcheck, process.env);
  if ('why' in tool) {
    const missing = diagnose(findings.noShellCheck, tool);
    // Silence would look like a clean bill of health; where nobody reads warnings it has to be an error.
    found.push(options.strict ? { ...missing, severity: 'error' } : missing);
  } else {
    by.push(`ShellCheck ${tool.version}`);
    for (const { flow } of flows) found.push(...(await shellCheckReads(tool.path, flow)));
  }
  return { diagnostics: found, by: by.join(' and ') };
}

/** The user's part first, alone, so that a mistake in it is shown where it was made. */
async function bashReads({ plan, script }: Flow, source: Source): Promise<Diagnostic[]> {
  const own = await run('bash', ['-n'], { input: plan.run.text });
  if (own.status === 127) return [diagnose(findings.noBash, undefined)];
  if (own.status !== 0) {
    const { line, message } = bashMessage(own.stderr);
    const at = lineSpan(source, Math.min(plan.run.firstLine + line - 1, plan.run.lastLine));
    return [diagnose(findings.runSyntax, { message }, { file: source.name, at })];
  }
  const whole = await run('bash', ['-n'], { input: script.text });
  if (whole.status === 0) return [];
  return [diagnose(findings.ownSyntax, { output: script.name, message: whole.stderr.trim() })];
}

/** `bash: line 3: syntax error near unexpected token `fi'` and what follows it. */
function bashMessage(stderr: string): { line: number; message: string } {
  const [, line, message] = /line (\d+): (.*)/.exec(stderr) ?? [];
  return { line: Number(line ?? 1), message: message ?? stderr.trim() };
}

function lineSpan(source: Source, line: number): { start: number; end: number } {
  const lines = source.text.split('\n');
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const text = lines[line - 1] ?? '';
  return { start: start + (text.length - text.trimStart().length), end: start + text.trimEnd().length };
}

async function shellCheckReads(path: string, { script }: Flow): Promise<Diagnostic[]> {
  const { status, stdout, stderr } = await run(path, ['--norc', '--format=json1', '-'], {
    input: script.text,
  });
  if (status > 1)
    return [diagnose(findings.shellCheckFailed, { path, message: stderr.trim() || `status ${status}` })];
  const { comments } = JSON.parse(stdout) as { comments: { line: number; code: number; message: string }[] };
  return comments.map((one) => diagnose(findings.shellCheck, { output: script.name, ...one }));
}
