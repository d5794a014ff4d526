import { isUrl } from '../../src/emit/forms.ts';
import { code, imageReference, lines, lineWord, type ShellText } from '../../src/emit/shell-text.ts';
import type { Container, Distribution, ImageRecipe } from '../../src/model/container.ts';
import { nothingLeft } from '../../src/model/nothing-left.ts';
import { runtimeOf } from '../runtimes/index.ts';
import { applicationSteps } from './application.ts';
import { BASE_FILE } from './definition.ts';
import { commandsOfTheJob, type PackageManager, packageManagers, wrapped } from './distributions.ts';
import { dmtcpSteps, places } from './dmtcp.ts';
import { sbom } from './sbom.ts';
import { run, type Stage, type Step } from './step.ts';

/** The parts of a recipe that are in the stages; the others describe the image (`Config`). */
export type Staged = Omit<ImageRecipe, 'env' | 'user' | 'labels' | 'platform'>;

/**
 * The stages of an image, those that change least first. Throws Inexpressible for a value that a recipe cannot
 * contain; the checker reports such values first.
 */
export function stagesOf(recipe: Staged, container: Container): Stage[] {
  const {
    distribution,
    packages,
    buildPackages,
    sources,
    build,
    results,
    cache = [],
    dmtcp,
    ...others
  } = recipe;
  const { from: base, ...rest } = others;
  nothingLeft(rest);
  const manager = packageManagers[distribution];
  const { spellBase, plainStages } = runtimeOf(container.runtime).builds;
  const from =
    base.kind === 'file' ? lineWord(BASE_FILE) : spellBase ? lineWord(spellBase(base)) : imageReference(base);
  const builds = sources.length + buildPackages.length + results.length > 0 || build !== null;
  return [
    {
      name: 'tools',
      why: 'Compilers, and programs that fetch sources. The final image contains nothing of this stage.',
      from,
      steps: [
        run('DMTCP needs glibc, and package names depend on the distribution.', suits(distribution, manager)),
        run('', manager.install(wrapped(toolsFor(sources, dmtcp, manager)))),
      ],
    },
    {
      name: 'dmtcp',
      why: `DMTCP ${dmtcp.release}.`,
      from: 'tools',
      steps: dmtcpSteps(dmtcp, container),
    },
    ...(builds
      ? [
          {
            name: 'build',
            why: 'The application.',
            from: 'tools',
            steps: applicationSteps(
              { packages, buildPackages, sources, build, results, cache: plainStages ? [] : cache },
              manager,
            ),
          },
        ]
      : []),
    {
      why: 'The final image.',
      from,
      steps: image({ packages, results, distribution, sources, dmtcp }, container, manager, builds),
    },
  ];
}

function suits(distribution: Distribution, { program }: PackageManager): ShellText[] {
  const refuse = (what: string) => code`then echo ${lineWord(`crflow: ${what}`)} >&2; exit 1; fi`;
  return [
    code`case $(ldd --version 2>&1) in *musl*) echo ${lineWord('crflow: this image uses musl, but DMTCP needs glibc: use another base image')} >&2; exit 1 ;; esac`,
    code`if ! getconf GNU_LIBC_VERSION; ${refuse('this image has no glibc, which DMTCP needs: use another base image')}`,
    code`if ! command -v ${lineWord(program)}; ${refuse(`the flow says that this image is ${distribution}, but it has no ${program}`)}`,
  ];
}

function toolsFor(
  sources: Staged['sources'],
  { archive }: Staged['dmtcp'],
  manager: PackageManager,
): string[] {
  const git = archive === null || sources.some(({ kind }) => kind === 'git');
  const archives = sources.filter(({ kind }) => kind === 'archive').map(({ from }) => from);
  const needed = [
    ...manager.compiler,
    ...(git ? manager.git : []),
    ...(archives.some(isUrl) ? manager.download : []),
    ...(archive !== null || archives.length > 0 ? manager.unpack : []),
  ];
  return [...new Set(needed)].sort();
}

function image(
  recipe: Pick<Staged, 'packages' | 'results' | 'distribution' | 'sources' | 'dmtcp'>,
  container: Container,
  manager: PackageManager,
  builds: boolean,
): Step[] {
  const { packages, results } = recipe;
  const install = manager.installMore ?? manager.install;
  const { prefix, proof: script, contents, sbom: list } = places(container);
  return [
    run('Libraries that DMTCP is linked with, and commands that the job uses in the container.', [
      ...manager.install(wrapped(manager.run)),
      code`for command in ${lines(commandsOfTheJob.map(lineWord), ' ')}; do if ! command -v "$command"; then echo "crflow: the image has no $command, which the job needs" >&2; exit 1; fi; done`,
    ]),
    { kind: 'take', why: '', stage: 'dmtcp', from: `/dmtcp${prefix}`, to: prefix },
    ...(packages.length > 0 ? [run("The application's.", install(wrapped(packages)))] : []),
    ...(builds
      ? results.map((result): Step => ({ kind: 'take', why: '', stage: 'build', from: result, to: result }))
      : []),
    run('The list of contents, in CycloneDX format.', sbom(recipe, manager, list)),
    {
      kind: 'prove',
      why: 'The proof: a program is checkpointed, killed and restored in the final image. CRFLOW_PROOF=no skips it.',
      script,
    },
    ...(container.image.kind === 'file' ? [run(CONTENTS.why, CONTENTS.commands(contents))] : []),
  ];
}

/**
 * Identifies an image that is built again by its programs and libraries, because image files are never the same byte
 * for byte. Ignores what the system and Apptainer record, such as the day of a build, and what Python compiled.
 */
const CONTENTS = {
  why: 'A checksum of the contents, by which an image that is built again from the same packages is recognised.',
  commands: (file: string) => [
    code`cd /`,
    code`mkdir -p /.crflow`,
    code`find . -xdev ${lineWord('(')} -path ./proc -o -path ./sys -o -path ./dev -o -path ./run -o -path ./tmp -o -path ./etc -o -path ./var -o -path ./root -o -path ./.crflow -o -path ./.singularity.d ${lineWord(')')} -prune -o -type f ! -name '*.pyc' -exec sha256sum {} + >/.crflow/contents`,
    code`LC_ALL=C sort -o /.crflow/contents /.crflow/contents`,
    code`sum=$(sha256sum </.crflow/contents)`,
    code`printf '%.32s\\n' "$sum" >${lineWord(file)}`,
    code`rm -rf /.crflow`,
  ],
};
