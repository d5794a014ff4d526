import { join } from 'node:path';
import { diagnose } from '../diagnostics/define.ts';
import { createFile, plainWords } from '../host/files.ts';
import type { Runtime, RuntimeName } from '../model/container.ts';
import type { Targets } from '../model/targets.ts';
import { findings } from './findings.ts';
import { createReporter, type ReportOptions } from './report.ts';

/** What `crc init` takes. */
export interface InitOptions extends Pick<ReportOptions, 'format'> {
  readonly targets: Targets;
  /** Where the flow is written; made if it is not there. */
  readonly dir: string;
  /** What the application runs in; absent: on the host. */
  readonly runtime?: RuntimeName;
}

/** `crc init [NAME]`: writes a flow to begin with, never over a file that is there. Resolves to the exit status. */
export async function init(name: string, { targets, dir, format, runtime }: InitOptions): Promise<number> {
  const reporter = createReporter({ format, strict: false });
  const file = join(dir, `${name}.crflow`);
  if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) {
    reporter.report([diagnose(findings.noName, { name })]);
    return reporter.end();
  }
  try {
    if (!(await createFile(dir, `${name}.crflow`, firstFlow(name, runtime && targets.runtimeOf(runtime))))) {
      reporter.report([diagnose(findings.exists, { file })]);
      return reporter.end();
    }
  } catch (error) {
    reporter.report([diagnose(findings.unwritable, { folder: dir, why: plainWords(error) })]);
    return reporter.end();
  }
  reporter.say(`${file}: say in it what to run, then: crc compile ${file}`);
  reporter.say(
    'commit the script as well; to fold it in reviews, add to .gitattributes: *.sbatch linguist-generated',
  );
  return reporter.end([file]);
}

/** A flow that compiles as it stands, and so does each line in it whose `// ` is taken away. */
export function firstFlow(name: string, runtime?: Runtime): string {
  return `crflow 1

// What ${name} computes, in a line.
//
// ${runtime === undefined ? 'It runs on the host; in a container with a block `container { … }`: crc init --runtime NAME.' : `It runs in a container of ${runtime.label}. DMTCP must be in its image: an \`image\` block puts it in.`}
// \`crc check ${name}.crflow\` says what is wrong with this file, \`crc compile ${name}.crflow\` makes ${name}.sbatch of it.
workflow ${name} {
  application {
    // Your own bash. It starts in the folder that you submit from; the first command that fails ends it.${runtime === undefined ? '' : `\n    // ${placeOf(name)} is in the image: the program is where \`image\`, below, builds it, or where yours has it.`}
    run = """
      ${runtime === undefined ? '.' : placeOf(name)}/${name} --threads {{threads}} input.dat
    """
    threads = 1                         // cores, of one node
    memory  = 2GiB                      // the most that it has in memory: what a checkpoint takes on disk
    // workdir = "${runtime === undefined ? `$SCRATCH/${name}"    ` : '/data"            '} // where it runs instead${runtime === undefined ? '' : ': a place in the container'}
    // output  = "${name}.txt"          // what it prints; else ${name}-RUN.out
    // alive   = 30min                  // without output for so long it hangs, and is restored
  }

  environment {
    // load = ["${runtime === undefined ? 'dmtcp/4.1.1"]          ' : `${runtime.name}"]`.padEnd(24)} // modules${runtime === undefined ? '; DMTCP must be found by one, or on your PATH' : ' of the host'}
    // set { OMP_PLACES = "cores" }       // variables of your program
  }

${runtime === undefined ? '' : container(name, runtime)}  checkpoint {
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

/** Where the recipe has the program built, and `run` starts it. */
const placeOf = (name: string) => `/opt/${name}`;

/** The block for a container, and a recipe for its image that is commented out. */
function container(name: string, { name: runtime, files, local }: Runtime): string {
  // Names of images have small letters, and single marks between them.
  const called = name
    .toLowerCase()
    .replaceAll(/[_-]{2,}/g, '-')
    .replace(/[_-]$/, '');
  const image = `${local ? 'localhost' : 'registry.example.org/lab'}/${called}:1`;
  return `  container {
    runtime = ${runtime}
    image   = "${image}"${files ? ` // or a file: "$HOME/images/${name}${files.ending}"` : ''}
    // dmtcp = "/usr/local"             // where DMTCP is in it
    // mount "$SCRATCH/${name}" to "/data"
  }

  // How the image is made: crc writes a Dockerfile with DMTCP in it, and a script that builds it. Take the slashes away.
  // image {
  //   from           = "debian:12"
  //   build_packages = ["g++", "make"]
  //   copy "src" to "${placeOf(name)}"
  //   build          = "make"
  // }

`;
}
