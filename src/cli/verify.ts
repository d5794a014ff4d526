import { availableParallelism } from 'node:os';
import type { Flow } from '../compile.ts';
import { diagnose, sortDiagnostics } from '../diagnostics/define.ts';
import { type Cache, noCache, userCache } from '../host/cache.ts';
import { type Comment, type Failed, shellCheck } from '../host/lint.ts';
import { run } from '../host/run.ts';
import { findShellCheck } from '../host/shellcheck.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { findings } from './findings.ts';
import type { Job } from './job.ts';
import type { Reporter } from './report.ts';
import { runComments, runSyntax } from './run-block.ts';

export interface Verdict {
  readonly diagnostics: readonly Diagnostic[];
  /** What checked the output, for people: "bash -n and ShellCheck 0.9.0". */
  readonly by: string;
}

export interface VerifyOptions {
  readonly shellcheck: string | undefined;
  /** A missing ShellCheck is an error. */
  readonly strict: boolean;
  /** Includes what ShellCheck calls style or information. */
  readonly all: boolean;
  /** May ShellCheck's answer of an earlier call be used? */
  readonly cache: boolean;
  /** Where the part of a script begins that it shares with others: ShellCheck reads that once. Absent: each script is read as a whole. */
  readonly sharedFrom: ((script: string) => number | undefined) | undefined;
}

type Tool = { readonly path: string; readonly version: string };

/** Has bash and ShellCheck check the output. Nothing is run. */
export async function verify(flows: readonly Flow[], options: VerifyOptions): Promise<Verdict> {
  const cache = options.cache ? userCache('shellcheck-results', process.env) : noCache;
  const tool = await findShellCheck(options.shellcheck, process.env);
  const readScript = 'why' in tool ? undefined : scriptReader(tool, cache, options.sharedFrom);
  const read = await inTurn(flows, async (flow) => {
    const syntax = await bashReads(flow);
    const hasErrors = syntax !== 'none' && syntax.length > 0;
    const image = await imageReads(flow, 'why' in tool ? undefined : tool, cache);
    if ('why' in tool || readScript === undefined || hasErrors) return { syntax, comments: image, own: [] };
    const { comments, own } = await shellCheckReads(
      flow,
      tool,
      cache,
      readScript,
      options,
      syntax !== 'none',
    );
    return { syntax, comments: [...comments, ...image], own };
  });
  const found = read.flatMap(({ syntax, comments }) => [...(syntax === 'none' ? [] : syntax), ...comments]);
  found.push(...ownComments(read.flatMap(({ own }) => own)));
  const noBash = read.some(({ syntax }) => syntax === 'none');
  if (noBash) found.push(diagnose(findings.noBash, undefined));
  if ('why' in tool) {
    const missing = diagnose(findings.noShellCheck, tool);
    // Silence would look like a clean bill of health; where nobody reads warnings, it has to be an error.
    found.push(options.strict ? { ...missing, severity: 'error' } : missing);
  }
  const by = [...(noBash ? [] : ['bash -n']), ...('why' in tool ? [] : [`ShellCheck ${tool.version}`])];
  return { diagnostics: found, by: by.join(' and ') };
}

/** Has bash read the `run` of each flow, and reports what it cannot read. Silent without a bash: crc itself has read them. */
export async function bashReadsRuns(jobs: readonly Job[], reporter: Reporter): Promise<void> {
  const read = await inTurn(jobs, async ({ flow }) => ({ flow, syntax: await runSyntax(flow) }));
  for (const { flow, syntax } of read) if (syntax !== 'none') reporter.report(syntax, flow.source);
}

/** The user's part first, alone, so that a mistake in it is shown where it was made. */
async function bashReads(flow: Flow): Promise<readonly Diagnostic[] | 'none'> {
  const own = await runSyntax(flow);
  if (own === 'none' || own.length > 0) return own;
  const { name, text } = flow.script;
  const whole = await run('bash', ['-n'], { input: text });
  if (whole.status === 0) return [];
  return [diagnose(findings.ownSyntax, { output: name, message: whole.stderr.trim() })];
}

/** Most flows have no recipe for an image and need not load its checkers. */
async function imageReads(
  { imageFiles }: Flow,
  tool: Tool | undefined,
  cache: Cache,
): Promise<readonly Diagnostic[]> {
  if (imageFiles.length === 0) return [];
  const { verifyImage } = await import('./verify-image.ts');
  return verifyImage(imageFiles, tool, cache);
}

interface OwnComment {
  readonly output: string;
  readonly line: number;
  readonly code: number;
  readonly message: string;
}

/** Two checks: `run` as a script, and the job script, in which `run` is the text of a here-document. */
async function shellCheckReads(
  flow: Flow,
  tool: Tool,
  cache: Cache,
  readScript: ScriptReader,
  { all }: VerifyOptions,
  parsed: boolean,
): Promise<{ comments: readonly Diagnostic[]; own: readonly OwnComment[] }> {
  const [user, own] = await Promise.all([
    runComments(flow, tool, { cache, all, parsed }),
    readScript(flow.script.text),
  ]);
  const failed = 'why' in user ? user : 'why' in own ? own : undefined;
  if (failed || 'why' in user || 'why' in own) {
    const params = { path: tool.path, message: failed?.why ?? '' };
    return { comments: [diagnose(findings.shellCheckFailed, params)], own: [] };
  }
  const output = flow.script.name;
  return { comments: sortDiagnostics(user), own: own.map((one) => ({ output, ...one })) };
}

type ScriptReader = (text: string) => Promise<readonly Comment[] | Failed>;

/** Names that one part uses and the other defines look unused or unknown if only one is read. */
const otherPart = {
  flow: ['--exclude=SC2034'],
  runtime: ['--exclude=SC2153,SC2154,SC2317,SC2329'],
};

/**
 * ShellCheck reads the two parts of a script separately, and the runtime only once: all flows share it, and it takes a hundred times
 * as long. Together, the findings are those of the whole (a test makes sure). A script without a runtime is read as a whole.
 */
function scriptReader(tool: Tool, cache: Cache, sharedFrom: VerifyOptions['sharedFrom']): ScriptReader {
  const runtimes = new Map<string, Promise<readonly Comment[] | Failed>>();
  return async (text) => {
    const start = sharedFrom?.(text);
    if (start === undefined) return shellCheck(tool, text, cache);
    const runtime = text.slice(start);
    const reading = runtimes.get(runtime) ?? shellCheck(tool, runtime, cache, otherPart.runtime);
    runtimes.set(runtime, reading);
    const [flow, rest] = await Promise.all([
      shellCheck(tool, text.slice(0, start), cache, otherPart.flow),
      reading,
    ]);
    if ('why' in flow || 'why' in rest) return 'why' in flow ? flow : rest;
    const above = text.slice(0, start).split('\n').length - 1;
    return [
      ...flow,
      ...rest.map((one) => ({ ...one, line: one.line + above, endLine: one.endLine + above })),
    ];
  };
}

/** Once each: fifty scripts contain the same bash, and a newer ShellCheck complains about it in all of them. */
function ownComments(all: readonly OwnComment[]): Diagnostic[] {
  const first = all.filter((one, i) => all.findIndex(({ code }) => code === one.code) === i);
  return first.map((one) => {
    const more = all.filter(({ code }) => code === one.code).length - 1;
    return diagnose(findings.shellCheck, { ...one, more });
  });
}

/** Runs `work` on each item, as many at once as there are cores; the results are in the order of the items. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
