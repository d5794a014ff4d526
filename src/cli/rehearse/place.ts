import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { plainWords } from '../../host/files.ts';
import type { Image } from '../../model/container.ts';
import { asWritten, type HostPath } from '../../model/path.ts';
import type { Plan } from '../../model/plan.ts';
import counts from '../../rehearse/application/counts.sh';
import enter from '../../rehearse/application/enter.sh';
import saves from '../../rehearse/application/saves.sh';
import type { Witness } from '../../rehearse/evidence.ts';
import { shownBy } from '../../rehearse/mounts.ts';
import { savesAs, variablesOf } from '../../rehearse/program.ts';
import type { Pace } from '../../rehearse/settings.ts';
import type { ChosenContainer } from './container.ts';
import type { ChosenDmtcp } from './dmtcp.ts';

/** Seconds that a unit of work takes. */
export const UNIT = 0.1;

/** Names that shells, Slurm and DMTCP have stumbled over: the folder of a rehearsal, and a variable of its submission. */
const ODD_FOLDER = `it's "a" $HOME * é  rehearsal`;
/** The same without the characters that separate the parts of a mount, which a job refuses in the name of a folder that it mounts. */
const ODD_MOUNTED = `it's a $HOME * é  rehearsal`;
const ODD_VALUE = `two  blanks, 'single' and "double" quotes, $HOME, \\, *, é and\na second line`;

export interface PlaceOptions {
  readonly plan: Plan;
  readonly script: string;
  readonly pace: Pace;
  /** Absent with other engines. */
  readonly dmtcp: ChosenDmtcp | undefined;
  /** Absent: the program runs on this machine. */
  readonly container: ChosenContainer | undefined;
  /** The folder of the flow, whose copy the program's own `run` works in; absent: the stand-in program. */
  readonly real: string | undefined;
  /** With what the stand-in program ends. */
  readonly status: number;
}

/** The folders and files of a rehearsal. Nothing of it is anywhere else, and `remove` removes all. */
export interface Place {
  readonly folder: string;
  /** The folder of submission. */
  readonly home: string;
  readonly script: string;
  /** The environment of submission. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the runs of the flow are kept: STATE/NAME. */
  readonly runs: string;
  readonly asked: Witness;
  /** What the program found at each start so far. */
  readonly found: () => readonly Witness[];
  /** A file by which the rehearsal tells its program, or a command of the job, something. */
  readonly mark: (name: 'finish' | 'disk-full' | 'no-checkpoint', on?: boolean) => void;
  readonly remove: () => void;
}

/**
 * Copies what is in a folder, except for pipes, sockets and devices, for an image, which can be large, and for rehearsals: the temporary
 * folder may be this one.
 */
function copyFolder(from: string, to: string, image: string | undefined): void {
  const filter = (path: string) => {
    const kind = lstatSync(path);
    return resolve(path) !== image && (kind.isFile() || kind.isDirectory() || kind.isSymbolicLink());
  };
  for (const name of readdirSync(from).filter((one) => !one.startsWith('crflow-rehearsal-')))
    cpSync(join(from, name), join(to, name), { recursive: true, preserveTimestamps: true, filter });
}

function makeFolder(parent: string): string {
  try {
    return realpathSync(mkdtempSync(join(parent, 'crflow-rehearsal-')));
  } catch (error) {
    throw new Error(
      `cannot make a folder in ${parent} (TMPDIR names another place): ${whyNotFolder(error, parent)}`,
    );
  }
}

const whyNotFolder = (error: unknown, parent: string) =>
  existsSync(parent) ? plainWords(error) : 'it does not exist';

export function makePlace({ plan, script, pace, dmtcp, container, real, status }: PlaceOptions): Place {
  // Charliecloud always shows this folder, and needs a place in the image for any other.
  const parent = container?.runtime === 'charliecloud' ? '/tmp' : tmpdir();
  const folder = makeFolder(parent);
  const home = join(folder, container === undefined ? ODD_FOLDER : ODD_MOUNTED);
  const marks = join(folder, 'marks');
  const bin = join(folder, 'bin');
  for (const one of [marks, bin, join(folder, 'tmp')]) mkdirSync(one);
  mkdirSync(home);
  if (real !== undefined) copyFolder(real, home, container?.image);
  const variables = Object.fromEntries(
    variablesOf(plan).map((name) => [name, join(folder, 'variables', name)]),
  );
  for (const one of Object.values(variables)) mkdirSync(one, { recursive: true });
  const pathOf = (path: HostPath) =>
    resolve(
      home,
      path.map((part) => (part.kind === 'text' ? part.text : (variables[part.name] ?? ''))).join(''),
    );
  const mounts = plan.container?.mounts ?? [];
  for (const { from } of mounts) if (!existsSync(pathOf(from))) mkdirSync(pathOf(from), { recursive: true });
  /** The path of a file or a folder on this machine, if a mount shows it in the container. */
  const onHost = (path: HostPath) => {
    const shown = shownBy(path, mounts);
    return shown === undefined ? pathOf(path) : join(pathOf(shown.mount.from), shown.rest);
  };
  const workdir = plan.workdir === null ? home : onHost(plan.workdir);
  mkdirSync(workdir, { recursive: true });
  if (plan.output !== null) mkdirSync(dirname(onHost(plan.output)), { recursive: true });
  const state = plan.checkpoint.state === null ? join(home, 'crflow-state') : pathOf(plan.checkpoint.state);
  const put = (file: string, text: string) => {
    writeFileSync(file, text);
    chmodSync(file, 0o755);
  };
  const path = join(home, `${plan.workflow}.sbatch`);
  writeFileSync(path, script);
  if (real === undefined) putProgram(folder, bin, plan, status, put);
  put(join(bin, 'df'), fullDisk(bin, marks));
  put(join(bin, 'sync'), brokenDisk(bin, marks));
  if (plan.container !== undefined && container !== undefined) {
    showImage(plan.container.image, container.image, { pathOf, state });
    put(join(folder, 'enter.sh'), enter);
    const words = [join(folder, 'enter.sh'), folder, container.command].map(quoted);
    put(join(bin, basename(container.command)), `#!/bin/bash\nexec bash ${words.join(' ')} "$@"\n`);
  }
  if (plan.load.length > 0 && real === undefined) {
    mkdirSync(join(folder, 'modules/init'), { recursive: true });
    put(join(folder, 'modules/init/bash'), 'module() { :; } # a rehearsal loads none\n');
  }
  const env = {
    ...ownEnvironment(real === undefined),
    PATH: [bin, ...(dmtcp === undefined ? [] : [dmtcp.bin]), process.env['PATH'] ?? ''].join(':'),
    TMPDIR: join(folder, 'tmp'),
    CRFLOW_REHEARSAL_VALUE: ODD_VALUE,
    ...(real === undefined ? { MODULESHOME: join(folder, 'modules') } : {}),
    ...(dmtcp?.real === false
      ? {
          DMTCP_STANDIN_NODE: process.execPath, // also if that is crc as one executable (tools/release.mjs)
          DMTCP_STANDIN_SECONDS: `@${join(marks, 'seconds')}`,
          DMTCP_STANDIN_RESTART_SECONDS: '0.5',
        }
      : {}),
    ...(container?.runtime === 'podman-hpc' ? { SQUASH_DIR: migratedImages() } : {}),
    ...variables,
    ...pace.variables,
  };
  const found = join(marks, 'found');
  return {
    folder,
    home,
    script: path,
    env,
    runs: join(state, plan.workflow),
    asked: {
      folder: isShown(plan, mounts) ? asWritten(plan.workdir ?? []) : realpathSync(workdir),
      value: ODD_VALUE,
    },
    found: () => {
      if (!existsSync(found)) return [];
      const words = readFileSync(found, 'utf8').split('\0').slice(0, -1);
      return Array.from({ length: words.length / 2 }, (_, i) => ({
        folder: words[2 * i] ?? '',
        value: words[2 * i + 1] ?? '',
      }));
    },
    mark: (name, on = true) => {
      if (on) writeFileSync(join(marks, name), '');
      else rmSync(join(marks, name), { force: true });
    },
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Where Podman-HPC looks for the images that were migrated: by default below $SCRATCH, which in a rehearsal may be another folder. */
export const migratedImages = ({ SQUASH_DIR, SCRATCH = '/tmp' } = process.env): string =>
  SQUASH_DIR ?? `${SCRATCH}/storage`;

const isShown = ({ workdir }: Plan, mounts: Parameters<typeof shownBy>[1]) =>
  workdir !== null && shownBy(workdir, mounts) !== undefined;

/** Puts a link where the script looks for an image that is a file or a folder. */
function showImage(
  image: Image,
  file: string,
  { pathOf, state }: { pathOf: (path: HostPath) => string; state: string },
): void {
  if (!file.startsWith('/')) return;
  const link = image.kind === 'file' ? pathOf(image.path) : join(state, 'images', basename(file));
  for (const ending of ['', '.recipe'])
    if (existsSync(file + ending) && !existsSync(link + ending)) {
      mkdirSync(dirname(link), { recursive: true, mode: 0o700 });
      symlinkSync(file + ending, link + ending);
    }
}

/** A shell word. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

/** The program of the rehearsal, and the command of the job that starts it: the script itself stays as it is. */
function putProgram(
  folder: string,
  bin: string,
  plan: Plan,
  status: number,
  put: (file: string, text: string) => void,
): void {
  const program = join(folder, 'rehearsal-program.sh');
  const { own } = plan.checkpoint;
  put(program, own === undefined ? counts : saves);
  const args = [program, join(folder, 'marks'), String(UNIT), String(status), ...(own ? savesAs(own) : [])];
  put(
    join(bin, 'setsid'),
    `#!/bin/bash
# Starts the program of the rehearsal where the job starts the flow's \`run\`.
${withoutFolder(bin)}
if [[ \${1-} == bash && \${!#} == */run.sh ]]; then set -- bash ${args.map(quoted).join(' ')}; fi
if command -v setsid >/dev/null; then exec setsid "$@"; fi
exec "$@"
`,
  );
}

/** From here on, the commands of the machine are found, or those of the image, and not the ones of the rehearsal. */
const withoutFolder = (bin: string) => `bin=${quoted(bin)} PATH=:$PATH: PATH=\${PATH//:"$bin":/:}
PATH=\${PATH#:} PATH=\${PATH%:}`;

/** A `df` that sees no free space while the disk of the rehearsal is full. */
const fullDisk = (bin: string, marks: string) => `#!/bin/bash
${withoutFolder(bin)}
if [[ -e ${quoted(join(marks, 'disk-full'))} ]]; then
  printf 'Filesystem 1024-blocks Used Available Capacity Mounted on\\nrehearsal 1 1 0 100%% /\\n'
else
  exec df "$@"
fi
`;

/** A `sync` that cannot bring anything to the disk: so says a full quota on NFS. */
const brokenDisk = (bin: string, marks: string) => `#!/bin/bash
${withoutFolder(bin)}
if [[ -e ${quoted(join(marks, 'no-checkpoint'))} ]]; then
  echo "sync: error syncing: Disk quota exceeded" >&2
  exit 1
fi
exec sync "$@"
`;

/** This process's environment, without what belongs to another job, to other settings, or, for the stand-in program, to the site's modules. */
function ownEnvironment(isStandIn: boolean): Record<string, string> {
  const foreign = isStandIn
    ? /^(SLURM|CRFLOW_|DMTCP_|BASH_FUNC_(module|ml)|LMOD_|MODULE)/
    : /^(SLURM|CRFLOW_|DMTCP_)/;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || foreign.test(name) ? [] : [[name, value] as const],
    ),
  );
}
