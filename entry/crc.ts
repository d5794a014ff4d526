import { compileAndWrite } from '../src/cli/compile.ts';
import { internalError } from '../src/cli/internal-error.ts';
import { readPlainly } from '../src/cli/plainly.ts';
import { sha256 } from '../src/host/files.ts';
import { allTargets } from '../targets/index.ts';

// The command line, with all targets.
const targets = allTargets(sha256);
const asked = readPlainly(process.argv.slice(2));
const ended =
  asked === undefined
    ? Promise.resolve(import('../src/cli/main.ts')).then(({ commandLine }) => commandLine(targets))
    : compileAndWrite(asked.files, { ...asked.options, targets }).then((status) => {
        process.exitCode = status;
      });
ended.catch(internalError);
