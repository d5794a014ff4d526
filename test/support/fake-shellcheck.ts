import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A ShellCheck in `folder` that says `comments` of a whole job script and `ofRun` of a `run` block alone (both none
 * unless given), and counts how often it was asked to read something.
 */
export function fakeShellCheck(
  folder: string,
  more: { comments?: object[]; ofRun?: object[]; version?: string } = {},
): { path: string; calls: () => number } {
  const { comments = [], ofRun = [], version = '9.9.9' } = more;
  const path = join(folder, 'shellcheck-of-the-test');
  const log = `${path}.log`;
  const say = (all: object[]) =>
    `printf '%s' '${JSON.stringify({ comments: all }).replaceAll("'", "'\\''")}'`;
  writeFileSync(
    path,
    `#!/bin/sh
if [ "$1" = --version ]; then echo "version: ${version}"; exit; fi
echo read >>'${log}'
if grep -q '^#SBATCH'; then ${say(comments)}; exit ${comments.length > 0 ? 1 : 0}; fi
${say(ofRun)}
exit ${ofRun.length > 0 ? 1 : 0}
`,
    { mode: 0o755 },
  );
  return {
    path,
    calls: () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0),
  };
}
