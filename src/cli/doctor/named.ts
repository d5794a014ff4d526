import { shellCommands } from '../../shell/read.ts';

/** The programs that a shell text names literally, each once, in the words of its call. */
export const namedPrograms = (text: string): readonly string[] => [
  ...new Set(shellCommands(text).map(({ path }) => path)),
];

/** Bash's own commands, and those that have no effect on the search for programs. */
const BUILTINS = new Set(
  '. : [ alias bg break builtin case cd command continue declare dirs disown echo enable esac eval exec exit export false fc fg fi for function getopts hash help history if in jobs kill let local logout mapfile popd printf pushd pwd read readarray readonly return select set shift shopt source suspend test then times trap true type typeset ulimit umask unalias unset until wait while [[ ]] ((  }'.split(
    ' ',
  ),
);

/**
 * The programs that a shell text finds on the PATH; none if it may change the PATH or defines functions: then only
 * a run can tell.
 */
export function programsOnPath(text: string): readonly string[] {
  if (
    /\bPATH\+?=|(?:^|[\s;&|(])(?:source|\.|eval|module|ml|conda|mamba|spack|alias)\s|\(\)|\bfunction\s/m.test(
      text,
    )
  )
    return [];
  return namedPrograms(text).filter((name) => /^[A-Za-z][\w.+-]*$/.test(name) && !BUILTINS.has(name));
}
