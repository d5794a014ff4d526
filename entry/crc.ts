import { commandLine } from '../src/cli/main.ts';

// The command line, with all targets. They are loaded when a command asks for them: `crc --help` needs none.
commandLine(async () => {
  const { sha256 } = await import('../src/host/files.ts');
  const { allTargets } = await import('../targets/index.ts');
  return allTargets(sha256);
});
