import { isAbsolute, join, relative } from 'node:path';
import { diagnose } from '../diagnostics/define.ts';
import { createFile, plainWords } from '../host/files.ts';
import { PLACEHOLDER_REGISTRY } from '../language/names.ts';
import type { Runtime, RuntimeName } from '../model/container.ts';
import type { Targets } from '../model/targets.ts';
import { programNamed } from '../programs/builtin.ts';
import { findings } from './findings.ts';
import { flowFor, recordFor } from './init-for.ts';
import { createReporter, type ReportOptions } from './report.ts';

/** The options of `crc init`. */
export interface InitOptions extends Pick<ReportOptions, 'format'> {
  readonly targets: Targets;
  /** The folder to write to; created if it does not exist. */
  readonly dir: string;
  /** The container runtime; absent: on the host. */
  readonly runtime?: RuntimeName;
  /** A known program, or the path of a record. */
  readonly for?: string | true;
}

/** `crc init [NAME] [--for PROGRAM]`: writes a first flow, and never overwrites a file. Resolves to the exit status. */
export async function init(
  given: string | undefined,
  { targets, dir, format, runtime, for: program }: InitOptions,
): Promise<number> {
  const reporter = createReporter({ format, strict: false });
  const record = program === undefined ? undefined : recordFor(program, reporter);
  if (record === 'none') return reporter.end();
  const name = given ?? record?.name ?? 'job';
  const file = join(dir, `${name}.crflow`);
  if (!/^[A-Za-z][\w-]{0,63}$/.test(name)) {
    reporter.report([diagnose(findings.noName, { name })]);
    return reporter.end();
  }
  try {
    const own = typeof program !== 'string' || programNamed(program) !== undefined;
    const text = record
      ? flowFor(name, record, own ? undefined : relativeTo(dir, program))
      : firstFlow(name, runtime && targets.runtimeOf(runtime));
    if (!(await createFile(dir, `${name}.crflow`, text))) {
      reporter.report([diagnose(findings.exists, { file })]);
      return reporter.end();
    }
  } catch (error) {
    reporter.report([diagnose(findings.unwritable, { folder: dir, why: plainWords(error) })]);
    return reporter.end();
  }
  reporter.say(`wrote ${file}: edit it to say what to run, then: crc compile ${file}`);
  reporter.say(
    'commit the script as well; to fold it in reviews, add this to .gitattributes: *.sbatch linguist-generated',
  );
  return reporter.end([file]);
}

/** A path from the current folder, as a file in `dir` names it. */
const relativeTo = (dir: string, path: string) => {
  const from = relative(dir, path);
  return from.startsWith('.') || isAbsolute(from) ? from : `./${from}`;
};

/** A flow that compiles unchanged, and also with any of its commented lines activated; formatted as `crc fmt` does. */
export function firstFlow(name: string, runtime?: Runtime): string {
  return `crflow 1

// Say in a line what ${name} computes.
//
// ${runtime === undefined ? 'It runs on the host. For a container: crc init --runtime NAME.' : `It runs in a container of ${runtime.label}. The image must contain DMTCP: an \`image\` block adds it.`}
// \`crc check ${name}.crflow\` says what is wrong with this file; \`crc compile ${name}.crflow\` writes ${name}.sbatch.
workflow ${name} {
  application {
    // Your own bash script. It starts in the folder that you submit from, and ends at the first command that fails.${runtime === undefined ? '' : `\n    // ${placeOf(name)} is a folder in the image: where \`image\`, below, builds the program, or where your image has it.`}
    run = """
      ${runtime === undefined ? '.' : placeOf(name)}/${name} --threads {{threads}} input.dat
    """
    threads = 1     // CPU cores, on one node
    memory  = 2GiB  // peak memory use: the job asks Slurm for it and some more
    // workdir = "${runtime === undefined ? `$SCRATCH/${name}` : '/data'}"  // to run in another folder${runtime === undefined ? '' : ', in the container'}
    // output = "${name}.txt"  // where its output goes; the default is ${name}-RUN.out
    // alive = 30min  // without output for this long, it is taken to hang, and restored
  }

  environment {
    // load = ["${runtime === undefined ? 'dmtcp/4.1.1' : runtime.name}"]  // modules${runtime === undefined ? '; DMTCP must come from one, or be on your PATH' : ' of the host'}
    // set { OMP_PLACES = "cores" }  // variables for your program
  }

${runtime === undefined ? '' : container(name, runtime)}  checkpoint {
    interval = 10min  // the most work that a failure can cost; or auto
    lead     = 2min   // time for the last checkpoint before the time limit
    // state = "$SCRATCH/crflow"  // where checkpoints are kept, on shared storage
    // protect = ["results/*.dat"]  // files that the program overwrites, to be restored with it
  }

  schedule {
    time  = 2h  // per job
    total = 1d  // of all jobs together
    // account = "m0000"
    // partition = "regular"
    // qos = "preempt"
  }
}
`;
}

/** Where the recipe builds the program and `run` starts it. */
const placeOf = (name: string) => `/opt/${name}`;

/** The block for a container, and a recipe for its image that is commented out. */
function container(name: string, { name: runtime, files, local }: Runtime): string {
  // Names of images have lower-case letters, and single separators between them.
  const called = name
    .toLowerCase()
    .replaceAll(/[_-]{2,}/g, '-')
    .replace(/[_-]$/, '');
  const image = `${local ? 'localhost' : `${PLACEHOLDER_REGISTRY}/lab`}/${called}:1`;
  return `  container {
    runtime = ${runtime}
    image   = "${image}"${files ? `  // or a file: "$HOME/images/${name}${files.ending}"` : ''}
    // dmtcp = "/usr/local"  // where DMTCP is in the image
    // mount "$SCRATCH/${name}" to "/data"
  }

  // How to build the image: crc writes a Dockerfile that adds DMTCP, and a script that builds it. Remove the slashes to use it.
  // image {
  //   from           = "debian:12"
  //   build_packages = ["g++", "make"]
  //   copy "src" to "${placeOf(name)}"
  //   build          = "make"
  // }

`;
}
