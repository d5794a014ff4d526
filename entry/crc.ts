import { commandLine } from '../src/cli/main.ts';

// The command line, with all targets. They are loaded when a command asks for them: `crc --help` needs none.
commandLine(async () => (await import('../targets/index.ts')).targets);
