import { diagnose } from '../diagnostics/define.ts';
import type { Cache } from '../host/cache.ts';
import { shellCheck } from '../host/lint.ts';
import { run } from '../host/run.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { findings } from './findings.ts';

/**
 * Has other programs check the files that make an image: dockerfile-utils the Dockerfile, bash and ShellCheck the script. All of
 * it is crc's own text. Without a ShellCheck (`tool`), only the rest is checked.
 */
export async function verifyImage(
  artifacts: readonly Artifact[],
  tool: { readonly path: string; readonly version: string } | undefined,
  cache: Cache,
): Promise<Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const { name, text } of artifacts) {
    if (name.endsWith('.Dockerfile')) found.push(...(await lint(name, text)));
    if (!name.endsWith('.sh')) continue;
    const { status, stderr } = await run('bash', ['-n'], { input: text });
    if (status !== 0 && status !== 127)
      found.push(diagnose(findings.ownSyntax, { output: name, message: stderr.trim() }));
    else if (tool) found.push(...(await check(name, text, tool, cache)));
  }
  return found;
}

async function lint(output: string, text: string): Promise<Diagnostic[]> {
  const { lintDockerfile } = await import('../host/dockerfile.ts');
  return lintDockerfile(text).map(({ severity, line, message }) =>
    diagnose(severity === 'error' ? findings.ownDockerfile : findings.dockerfile, { output, line, message }),
  );
}

async function check(
  output: string,
  text: string,
  tool: { path: string; version: string },
  cache: Cache,
): Promise<Diagnostic[]> {
  const said = await shellCheck(tool, text, cache);
  if ('why' in said) return [diagnose(findings.shellCheckFailed, { path: tool.path, message: said.why })];
  return said.map((one) => diagnose(findings.shellCheck, { output, ...one, more: 0 }));
}
