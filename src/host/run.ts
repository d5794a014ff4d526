import { spawn } from 'node:child_process';

export interface Finished {
  /** Exit status; 128 + n for a signal; 127 if the program could not be started. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end, without a shell. Never rejects: a program that cannot be started has status 127. Without `input`, its
 * input is /dev/null: Node's pipes are sockets, with which `bash -c` would read ~/.bashrc first, as for a remote shell.
 */
export function run(
  program: string,
  args: readonly string[],
  options: { input?: string; timeout?: number; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: options.env ?? process.env,
      ...(options.timeout ? { timeout: options.timeout, killSignal: 'SIGKILL' as const } : {}),
    });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text) => (stderr += text));
    child.on('error', (error) => resolve({ status: 127, stdout, stderr: error.message }));
    child.on('close', (status, signal) => resolve({ status: status ?? (signal ? 137 : 1), stdout, stderr }));
    child.stdin?.on('error', () => {}); // a program that ends before it has read its input reports that by its status
    child.stdin?.end(options.input);
  });
}
