import { join } from 'node:path';
import { diagnose } from '../diagnostics/define.ts';
import { createFile, plainWords } from '../host/files.ts';
import { findings } from './findings.ts';
import { createReporter, type ReportOptions } from './report.ts';

/** What `crc init` takes. */
export interface InitOptions extends Pick<ReportOptions, 'format'> {
  /** Where the flow is written; made if it is not there. */
  readonly dir: string;
}

/** `crc init [NAME]`: writes a flow to begin with, never over a file that is there. Resolves to the exit status. */
export async function init(name: string, { dir, format }: InitOptions): Promise<number> {
  const reporter = createReporter({ format, strict: false });
  const file = join(dir, `${name}.crflow`);
  if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) {
    reporter.report([diagnose(findings.noName, { name })]);
    return reporter.end();
  }
  try {
    if (!(await createFile(dir, `${name}.crflow`, firstFlow(name)))) {
      reporter.report([diagnose(findings.exists, { file })]);
      return reporter.end();
    }
  } catch (error) {
    reporter.report([diagnose(findings.unwritable, { folder: dir, why: plainWords(error) })]);
    return reporter.end();
  }
  reporter.say(`${file}: say in it what to run, then: crc compile ${file}`);
  return reporter.end([file]);
}

/** A flow that compiles as it stands, and so does each line in it whose `// ` is taken away. */
export function firstFlow(name: string): string {
  return `crflow 1

// What ${name} computes, in a line.
//
// It runs on the host. A container around it comes with a later version of crc.
// \`crc check ${name}.crflow\` says what is wrong with this file, \`crc compile ${name}.crflow\` makes ${name}.sbatch of it.
workflow ${name} {
  application {
    // Your own bash. It starts in the folder that you submit from; the first command that fails ends it.
    run = """
      ./${name} --threads {{threads}} input.dat
    """
    threads = 1                         // cores, of one node
    memory  = 2GiB                      // the most that it has in memory: what a checkpoint takes on disk
    // workdir = "$SCRATCH/${name}"     // where it runs instead
    // output  = "${name}.txt"          // what it prints; else ${name}-RUN.out
    // alive   = 30min                  // without output for so long it hangs, and is restored
  }

  environment {
    // load = ["dmtcp/4.1.1"]           // modules; DMTCP must be found by one, or on your PATH
    // set { OMP_NUM_THREADS = "{{threads}}" }
  }

  checkpoint {
    interval = 10min                    // what a failure may cost; or auto
    lead     = 2min                     // before the time limit: what a last checkpoint may take
    // state   = "$SCRATCH/crflow"      // where checkpoints are kept: on shared storage
    // protect = ["results/*.dat"]      // files that are written in place, to be brought back with the memory
  }

  schedule {
    time  = 2h                          // of one job
    total = 1d                          // of all jobs of a run together
    // account   = "m0000"
    // partition = "regular"
    // qos       = "preempt"
    // mem       = 4GiB                 // what Slurm gives; memory, above, is an estimate
  }
}
`;
}
