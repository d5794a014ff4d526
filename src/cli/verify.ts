import { availableParallelism } from 'node:os';
import type { Flow } from '../compile.ts';
import { diagnose, sortDiagnostics } from '../diagnostics/define.ts';
import { type Cache, noCache, userCache } from '../host/cache.ts';
import { shellCheck } from '../host/lint.ts';
import { run } from '../host/run.ts';
import { findShellCheck } from '../host/shellcheck.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { findings } from './findings.ts';
import { runComments, runSyntax } from './run-block.ts';

export interface Verdict {
  readonly diagnostics: readonly Diagnostic[];
  /** What looked at the output, for the person: "bash -n and ShellCheck 0.9.0". */
  readonly by: string;
}

export interface VerifyOptions {
  readonly shellcheck: string | undefined;
  /** A missing ShellCheck is an error. */
  readonly strict: boolean;
  /** What ShellCheck calls style or information is told, too. */
  readonly all: boolean;
  /** Does ShellCheck's answer of an earlier call do? */
  readonly cache: boolean;
}

/** Has bash and ShellCheck read the output. Nothing is run. */
export async function verify(flows: readonly Flow[], options: VerifyOptions): Promise<Verdict> {
  const cache = options.cache ? userCache('shellcheck-results', process.env) : noCache;
  const tool = await findShellCheck(options.shellcheck, process.env);
  const read = await inTurn(flows, async (flow) => {
    const syntax = await bashReads(flow);
    const hasErrors = syntax !== 'none' && syntax.length > 0;
    const image = await imageReads(flow, 'why' in tool ? undefined : tool, cache);
    if ('why' in tool || hasErrors) return { syntax, comments: image, own: [] };
    const { comments, own } = await shellCheckReads(flow, tool, cache, options, syntax !== 'none');
    return { syntax, comments: [...comments, ...image], own };
  });
  const found = read.flatMap(({ syntax, comments }) => [...(syntax === 'none' ? [] : syntax), ...comments]);
  found.push(...ownComments(read.flatMap(({ own }) => own)));
  const noBash = read.some(({ syntax }) => syntax === 'none');
  if (noBash) found.push(diagnose(findings.noBash, undefined));
  if ('why' in tool) {
    const missing = diagnose(findings.noShellCheck, tool);
    // Silence would look like a clean bill of health; where nobody reads warnings it has to be an error.
    found.push(options.strict ? { ...missing, severity: 'error' } : missing);
  }
  const by = [...(noBash ? [] : ['bash -n']), ...('why' in tool ? [] : [`ShellCheck ${tool.version}`])];
  return { diagnostics: found, by: by.join(' and ') };
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

/** Most flows have no recipe for an image, and need not load what reads one. */
async function imageReads(
  { imageFiles }: Flow,
  tool: { path: string; version: string } | undefined,
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

/** Twice: `run` as what it is, and the script, in which `run` is the text of a here-document. */
async function shellCheckReads(
  flow: Flow,
  tool: { path: string; version: string },
  cache: Cache,
  { all }: VerifyOptions,
  parsed: boolean,
): Promise<{ comments: readonly Diagnostic[]; own: readonly OwnComment[] }> {
  const [user, own] = await Promise.all([
    runComments(flow, tool, { cache, all, parsed }),
    shellCheck(tool, flow.script.text, cache),
  ]);
  const failed = 'why' in user ? user : 'why' in own ? own : undefined;
  if (failed || 'why' in user || 'why' in own) {
    const params = { path: tool.path, message: failed?.why ?? '' };
    return { comments: [diagnose(findings.shellCheckFailed, params)], own: [] };
  }
  const output = flow.script.name;
  return { comments: sortDiagnostics(user), own: own.map((one) => ({ output, ...one })) };
}

/** Once each: fifty scripts carry the same bash, and a newer ShellCheck dislikes it in all of them. */
function ownComments(all: readonly OwnComment[]): Diagnostic[] {
  const first = all.filter((one, i) => all.findIndex(({ code }) => code === one.code) === i);
  return first.map((one) => {
    const more = all.filter(({ code }) => code === one.code).length - 1;
    return diagnose(findings.shellCheck, { ...one, more });
  });
}

/** `work` on each, as many at once as there are cores; the results in the order of the items. */
async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}
