/**
 * Stops the programs among some processes (a number and a command line each) while something is done, so that they cannot come to
 * their end before it, however long it takes on a busy machine.
 */
export async function whileStopped(
  processes: readonly string[],
  programs: RegExp,
  act: () => Promise<void>,
): Promise<void> {
  const found = processes.filter((line) => programs.test(line.replace(/^\d+ /, '')));
  const tell = (signal: NodeJS.Signals) => {
    for (const line of found) {
      try {
        process.kill(Number.parseInt(line, 10), signal);
      } catch {
        // it ended meanwhile
      }
    }
  };
  tell('SIGSTOP');
  try {
    await act();
  } finally {
    tell('SIGCONT');
  }
}
