import { spawn } from 'node:child_process';

/** What a command printed, or why it did not: as a phrase that completes "NAME: …". */
export type Answer = { readonly text: string } | { readonly why: string };

/**
 * Runs a command, in the current folder unless another is named, and returns what it prints. After `limit` seconds, the command and all that it started are killed. Never
 * rejects. A status other than 0 is not an answer; the first line of standard error says why.
 */
export function ask(program: string, args: readonly string[], limit: number, cwd?: string): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
      ...(cwd === undefined ? {} : { cwd }),
    });
    let stdout = '';
    let stderr = '';
    const end = (answer: Answer) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has just ended.
      }
      end({ why: `no answer within ${limit} s` });
    }, limit * 1000);
    child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', (error: NodeJS.ErrnoException) =>
      end({ why: error.code === 'ENOENT' ? 'there is no such command' : error.message }),
    );
    child.on('close', (status, signal) => {
      const complaint = `${stderr}\n${stdout}`
        .split('\n')
        .find((line) => line.trim() !== '')
        ?.trim();
      if (status === 0) end({ text: stdout });
      else end({ why: complaint ?? (signal ? `killed by ${signal}` : `status ${status}`) });
    });
  });
}
