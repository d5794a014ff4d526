import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A ShellCheck in `folder` that says `comments` of a flow's part of a job script and `ofRun` of a `run` block alone (both none
 * unless given), nothing of the runtime, and counts how often it was asked to read something of a flow.
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
text=$(cat)
case $text in "# === crflow's runtime"*) echo '{"comments":[]}'; exit ;; esac
echo read >>'${log}'
if printf '%s' "$text" | grep -q '^#SBATCH'; then ${say(comments)}; exit ${comments.length > 0 ? 1 : 0}; fi
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
