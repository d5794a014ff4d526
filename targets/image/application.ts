import { code, lineWord, type ShellText } from '../../src/emit/shell-text.ts';
import type { ImageRecipe, ImageSource } from '../../src/model/container.ts';
import { nothingLeft } from '../../src/model/nothing-left.ts';
import { type PackageManager, wrapped } from './distributions.ts';
import { printed } from './printed.ts';
import { checkout, inContext, unpacked } from './sources.ts';
import { run, type Step, scratch } from './step.ts';

/** The steps from the application's sources to the results of its build. */
export function applicationSteps(
  recipe: Pick<ImageRecipe, 'packages' | 'buildPackages' | 'sources' | 'build' | 'results' | 'cache'>,
  manager: PackageManager,
): Step[] {
  const packages = [...new Set([...recipe.packages, ...recipe.buildPackages])];
  const install = manager.installMore ?? manager.install;
  return [
    ...(packages.length > 0 ? [run('', install(wrapped(packages)))] : []),
    ...recipe.sources.flatMap((source, n): Step[] => {
      if (source.kind === 'copy')
        return [{ kind: 'copy', why: '', from: inContext(source.from), to: source.to }];
      if (source.kind === 'archive') return unpacked(source, `source-${n + 1}`);
      return [run('', checkout(source.from, source.commit, lineWord(source.to), 'or all of it'))];
    }),
    ...(recipe.build === null
      ? []
      : [
          {
            kind: 'run' as const,
            why: "The flow's own build.",
            commands: buildCommands(recipe.build, recipe.sources),
            cache: recipe.cache ?? [],
          },
        ]),
    ...(recipe.results.length > 0
      ? [
          run(
            '',
            recipe.results.map((result) => {
              const missing = `crflow: the build did not make ${result}, which is one of its results`;
              return code`if [ ! -e ${lineWord(result)} ]; then echo ${lineWord(missing)} >&2; exit 1; fi`;
            }),
          ),
        ]
      : []),
  ];
}

/** Writes the user's bash to a file, byte for byte, and runs it in the folder of its sources. */
function buildCommands(
  { text, firstLine: _, lastLine: __, ...rest }: NonNullable<ImageRecipe['build']>,
  sources: readonly ImageSource[],
): ShellText[] {
  nothingLeft(rest);
  const script = lineWord(`${scratch}/build.sh`);
  return [
    code`mkdir -p ${lineWord(scratch)}`,
    printed(text, script),
    ...workFolder(sources[0]),
    code`bash -eo pipefail ${script}`,
  ];
}

/** The folder of the first source; if that is a file, the folder that contains it. */
function workFolder(first: ImageSource | undefined): ShellText[] {
  if (first === undefined) return [];
  const parent = first.to.replace(/\/[^/]*$/, '') || '/';
  if (first.kind !== 'copy' || first.to.endsWith('/')) return [code`cd ${lineWord(first.to)}`];
  return [
    code`if [ -d ${lineWord(first.to)} ]; then cd ${lineWord(first.to)}; else cd ${lineWord(parent)}; fi`,
  ];
}
