import { constants, readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { word, words } from '../../emit/shell-text.ts';
import { librariesOf, readElf } from '../../host/elf.ts';
import { LAUNCHERS, MPIEXEC } from '../../language/words.ts';
import type { Plan } from '../../model/plan.ts';
import { launcherOf } from '../../shell/launchers.ts';
import { readShell, shellCommands } from '../../shell/read.ts';
import type { Check } from './check.ts';
import { askBash, isAllowed } from './machine.ts';
import { lackedBy, repeatedFor } from './mana-lacks.ts';

/** MPICH, OpenMPI, Intel's, Cray's and MVAPICH's, for each language. */
const MPI = /^lib(?:mpi|mpich|mpi_\w+|mpifort|mpicxx|mpichf90|mpichcxx|fmpich|mvapich2?)\.so/;
/** Its own library, which it needs in any release; and the names of its libmpi, which MPICH's never has. */
const OPEN_MPI = /^lib(?:open-pal|mpi)\.so\.(?!12$)\d+$/;
/** What starts the ranks of a program that MANA saves. */
const RANKS = /\bsrun\b[^|;&\n]*?"?\$\{?CRFLOW_RANK\}?"?/g;
/** A script that is larger is data. */
const LARGEST = 256 * 1024;

/**
 * What the programs that `run` names are linked with, read from the files without running them. Reports only what has to be
 * fixed, and that MPI is provided for. `workdir`: where they are started.
 */
export async function checkPrograms(
  of: (what: string) => string,
  plan: Plan,
  workdir: string | undefined,
  limit: number,
): Promise<readonly Check[]> {
  const { programs: all, paths } = await programsOf(plan, workdir, limit);
  const isSingleton = plan.set.some(({ name }) => name === 'OMPI_MCA_ess_singleton_isolated');
  return all.flatMap(({ shown, path, script, launcher }): Check[] => {
    const what = of(script === undefined ? shown : `${launcher ?? shown} (in ${script})`);
    if (launcher !== undefined || LAUNCHERS.test(basename(path))) {
      if (script === undefined) return [];
      const says =
        'it starts processes that DMTCP cannot checkpoint: let the script start the program itself';
      return [{ what, verdict: 'wrong', says }];
    }
    const elf = readElf(path);
    if (elf === undefined || !elf.isProgram) return [];
    if (elf.interpreter === undefined)
      return [
        {
          what,
          verdict: 'unknown',
          says: 'linked statically, but DMTCP can checkpoint only dynamically linked programs',
        },
      ];
    if (/\/ld-musl-/.test(elf.interpreter))
      return [{ what, verdict: 'unknown', says: 'linked with musl, but DMTCP needs glibc' }];
    const files = librariesOf(path, paths);
    const libraries = [...files.keys()];
    const mpi = libraries.find((name) => MPI.test(name));
    if (mpi === undefined) return [];
    const isMana = plan.checkpoint.engine === 'mana';
    if (isMana || plan.resources.ranks !== undefined) {
      if (libraries.some((name) => OPEN_MPI.test(name)))
        return [
          {
            what,
            verdict: 'wrong',
            says: `linked with Open MPI (${mpi}), ${isMana ? 'and MANA knows only MPICH and its ABI' : 'whose ranks crflow does not save with DMTCP: build it with MPICH'}`,
          },
        ];
      if (!isMana)
        return [{ what, verdict: 'fine', says: `linked with MPI (${mpi}), and crflow starts its ranks` }];
      const own = [...files].flatMap(([name, file]) => (MPI.test(name) || file === undefined ? [] : [file]));
      return [forMana(what, mpi, [path, ...own])];
    }
    return [
      isSingleton
        ? { what, verdict: 'fine', says: `linked with MPI (${mpi}), and the flow says \`mpi = singleton\`` }
        : {
            what,
            verdict: 'unknown',
            says: `linked with MPI (${mpi}), whose start-up DMTCP usually cannot restore: write \`mpi = singleton\`, or \`tasks\` for ranks of MPICH`,
          },
    ];
  });
}

/** Whether these files, a program and its libraries, have functions of MPI in them that MANA lacks, or cannot restore. */
function forMana(what: string, mpi: string, files: readonly string[]): Check {
  const names = new Set(files.flatMap((file) => readElf(file)?.names() ?? []));
  const lacked = [...lackedBy(names)].sort();
  const repeated = repeatedFor(names);
  if (lacked.length === 0 && repeated.length === 0)
    return {
      what,
      verdict: 'fine',
      says: `linked with MPI (${mpi}), and with nothing that MANA 1.4.0 lacks`,
    };
  const shown = lacked.slice(0, 6).join(', ');
  const more = lacked.length > 6 ? ` and ${lacked.length - 6} more` : '';
  const says = [
    lacked.length === 0
      ? []
      : `it can call ${shown}${more}, which MANA 1.4.0 does not have: the job would stop (78) at the call`,
    repeated.length === 0
      ? []
      : `it can call ${repeated.join(' and ')}, and MANA 1.4.0 cannot restore it if it then frees that communicator, as LAMMPS does`,
  ].flat();
  return { what, verdict: 'unknown', says: `${says.join('; ')}. Try a short run` };
}

interface Program {
  /** As written in `run`. */
  readonly shown: string;
  readonly path: string;
  /** The script that names it, if `run` does not. */
  readonly script?: string;
  /** The words that start ranks there. */
  readonly launcher?: string | undefined;
}

/** The files of the programs, and the folders of LD_LIBRARY_PATH, after loading the flow's modules. */
async function programsOf(
  plan: Plan,
  workdir: string | undefined,
  limit: number,
): Promise<{ programs: readonly Program[]; paths: readonly string[] }> {
  const named = [
    ...new Set(
      shellCommands(plan.run.text.replaceAll(MPIEXEC, '').replaceAll(RANKS, ''))
        .filter(isProgram)
        .map(({ path }) => path),
    ),
  ];
  const first = await find(plan, named, workdir, limit);
  const scripts = first.programs.flatMap(({ shown, path }) =>
    commandsOf(path).map((one) => ({ ...one, script: shown })),
  );
  const second = await find(plan, [...new Set(scripts.map(({ name }) => name))], workdir, limit);
  const inside = scripts.flatMap(({ name, script, launcher }): Program[] => {
    if (named.includes(name)) return [];
    const found = second.programs.find(({ shown }) => shown === name)?.path;
    const path = found ?? (launcher === undefined ? undefined : name);
    return path === undefined ? [] : [{ shown: name, path, script, launcher }];
  });
  return { programs: [...first.programs, ...inside], paths: first.paths };
}

const isProgram = ({ path, isFunction }: { path: string; isFunction: boolean }) => path !== '' && !isFunction;

async function find(plan: Plan, names: readonly string[], workdir: string | undefined, limit: number) {
  const isPath = (name: string) => name.includes('/');
  const asked = names.filter((name) => !isPath(name));
  const answer = await askBash(
    plan.load,
    `for name in ${words(asked).text}; do printf '%s\\t%s\\n' "$name" "$(type -P -- "$name")"; done
printf '%s\\t%s\\n' ${word('').text} "\${LD_LIBRARY_PATH-}"`,
    limit,
  );
  const lines = ('text' in answer ? answer.text : '').split('\n').map((line) => line.split('\t'));
  const places = new Map(lines.map(([name = '', place = '']) => [name, place]));
  const programs = names.flatMap((name): Program[] => {
    const path = isPath(name) ? (isAbsolute(name) ? name : workdir && join(workdir, name)) : places.get(name);
    return path && isAllowed(path, constants.R_OK) && statSync(path).isFile() ? [{ shown: name, path }] : [];
  });
  return { programs, paths: (places.get('') ?? '').split(':').filter(Boolean) };
}

/** The commands of a shell script, each once; none for any other file. */
function commandsOf(
  path: string,
): readonly { readonly name: string; readonly launcher: string | undefined }[] {
  if (statSync(path).size > LARGEST || !isAllowed(path, constants.R_OK)) return [];
  const text = readFileSync(path, 'latin1');
  if (!/^#!\s*\S*(?:\/|\s)(?:ba|da|k)?sh\b/.test(text)) return [];
  const found = readShell(text)
    .commands.filter(isProgram)
    .map((one) => ({ name: one.path, launcher: launcherOf(one) }));
  return [...new Map(found.map((one) => [`${one.name} ${one.launcher}`, one])).values()];
}
