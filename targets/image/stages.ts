import {
  code,
  imageReference,
  lines,
  lineWord,
  packageName,
  type ShellText,
  UnspeakableInShell,
} from '../../src/emit/shell-text.ts';
import {
  type Container,
  DMTCP_RELEASES,
  type ImageRecipe,
  type ImageSource,
} from '../../src/model/container.ts';
import { commandsOfTheJob, type PackageManager, packageManagers } from './distributions.ts';
import { dmtcpRepository } from './dmtcp.ts';
import proof from './proof.sh';

/** A part of the way to an image; a Dockerfile and an Apptainer definition spell the same ones. */
export type Step =
  /** Commands of a POSIX shell, each done only if the one before succeeded; `why` stands above them. */
  | { readonly kind: 'run'; readonly why: string; readonly commands: readonly ShellText[] }
  /** From the folder of the flow. */
  | Copy<'copy'>
  /** From another stage. */
  | (Copy<'take'> & { readonly stage: string })
  /** Runs the script of this path, if the build is to prove that DMTCP works. */
  | { readonly kind: 'prove'; readonly why: string; readonly script: string };

interface Copy<Kind> {
  readonly kind: Kind;
  readonly why: string;
  readonly from: string;
  readonly to: string;
}

export interface Stage {
  /** Absent: the last one, which is the image. */
  readonly name?: string;
  readonly why: string;
  /** An image, or the stage that this one goes on from. */
  readonly from: ShellText | string;
  readonly steps: readonly Step[];
}

const run = (why: string, commands: readonly ShellText[]): Step => ({ kind: 'run', why, commands });

/** Where a build stage keeps what nobody asked for: gone with the stage. Not in /tmp, which is the host's where Charliecloud builds. */
const scratch = '/crflow-build';

/**
 * The stages of an image, what changes least first. Throws UnspeakableInShell for a value that a recipe cannot
 * carry: the checker finds those first.
 */
export function stagesOf(recipe: ImageRecipe, container: Container): Stage[] {
  const manager = packageManagers[recipe.distribution];
  const from = imageReference(recipe.from);
  const { sources, build, buildPackages, results } = recipe;
  const builds = sources.length + buildPackages.length + results.length > 0 || build !== null;
  return [
    {
      name: 'tools',
      why: 'Compilers and what fetches sources. Nothing of this stage is in the image.',
      from,
      steps: [
        run(
          'Only with glibc does DMTCP work; and packages have other names in other distributions.',
          suits(recipe, manager),
        ),
        run('', manager.install(wrapped(toolsFor(recipe, manager)))),
      ],
    },
    { name: 'dmtcp', why: `DMTCP ${recipe.dmtcp.release}.`, from: 'tools', steps: dmtcp(recipe, container) },
    ...(builds
      ? [{ name: 'build', why: 'The application.', from: 'tools', steps: application(recipe, manager) }]
      : []),
    { why: 'The image itself.', from, steps: image(recipe, container, manager, builds) },
  ];
}

/**
 * The same for builders that know only images to start from: a stage that goes on from another does its steps again.
 * With the same words, so that a builder with a cache does them once.
 */
export function flattened(stages: readonly Stage[]): Stage[] {
  const goneOnFrom = new Set(stages.map(({ from }) => from));
  return stages.flatMap((stage) => {
    const before = stages.find(({ name }) => name !== undefined && name === stage.from);
    if (stage.name !== undefined && goneOnFrom.has(stage.name)) return [];
    return before === undefined
      ? [stage]
      : [{ ...stage, from: before.from, steps: [...before.steps, ...stage.steps] }];
  });
}

function suits({ distribution }: ImageRecipe, { program }: PackageManager): ShellText[] {
  const refuse = (what: string) => code`then echo ${lineWord(`crflow: ${what}`)} >&2; exit 1; fi`;
  return [
    code`if ldd --version 2>&1 | grep -q musl; ${refuse('this image is made with musl, and DMTCP works with glibc only: take another base image')}`,
    code`if ! getconf GNU_LIBC_VERSION; ${refuse('this image has no glibc, which DMTCP needs: take another base image')}`,
    code`if ! command -v ${lineWord(program)}; ${refuse(`the flow calls this image ${distribution}, but it has no ${program}`)}`,
  ];
}

function toolsFor({ sources, dmtcp: { archive } }: ImageRecipe, manager: PackageManager): string[] {
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

/** Where DMTCP is in the image, and what proves that it works there. */
function places({ dmtcp }: Container): { prefix: string; proof: string } {
  const prefix = dmtcp.replace(/\/+$/, '');
  return { prefix: prefix || '/', proof: `${prefix}/share/crflow/proof.sh` };
}

function dmtcp({ dmtcp: { release, archive } }: ImageRecipe, container: Container): Step[] {
  const source = lineWord(`${scratch}/dmtcp`);
  const { prefix, proof: script } = places(container);
  const commit = DMTCP_RELEASES[release];
  if (archive === null && commit === undefined)
    throw new UnspeakableInShell(`DMTCP ${release} is not a release that crflow can fetch`);
  const fetched = archive
    ? unpacked(
        { kind: 'archive', from: archive.path, sha256: archive.sha256, to: `${scratch}/dmtcp` },
        'dmtcp',
      )
    : [run('By commit: git verifies by it what it gets.', checkout(dmtcpRepository, commit ?? '', source))];
  const wrong = lineWord(`crflow: the flow asks for DMTCP ${release}, and this is the source of`);
  return [
    ...fetched,
    run('Built into a folder of its own, to be taken from there; without what only a debugger reads.', [
      code`cd ${source}`,
      // An archive may have a folder around it.
      code`if [ ! -e configure ]; then cd ./*/; fi`,
      code`if [ "$(cat VERSION)" != ${lineWord(release)} ]; then echo ${wrong} "$(cat VERSION)" >&2; exit 1; fi`,
      code`./configure --prefix=${lineWord(prefix)}`,
      code`make -j"$(nproc)"`,
      code`make install DESTDIR=/dmtcp`,
      // What is no binary among them is not strip's business.
      code`{ find /dmtcp -type f ${lineWord('(')} -path '*/bin/*' -o -name '*.so' ${lineWord(')')} -exec strip --strip-debug {} + || :; }`,
    ]),
    run('For anybody who wants to know whether DMTCP works in this image, on this machine or another.', [
      code`mkdir -p ${lineWord(`/dmtcp${script.replace(/\/[^/]*$/, '')}`)}`,
      printed(proof, lineWord(`/dmtcp${script}`)),
    ]),
  ];
}

/** A commit into the folder `to`. Some servers give a single commit only by name: then all of them are fetched. */
function checkout(from: string, commit: string, to: ShellText, whole?: 'or all of it'): ShellText[] {
  const one = code`git fetch -q --depth 1 -- ${lineWord(from)} ${lineWord(commit)}`;
  return [
    code`mkdir -p ${to}`,
    code`cd ${to}`,
    code`git init -q .`,
    whole
      ? code`{ ${one} || git fetch -q -- ${lineWord(from)} ${lineWord('+refs/*:refs/remotes/origin/*')}; }`
      : one,
    code`git checkout -q ${lineWord(commit)}`,
    ...(whole ? [code`git submodule update -q --init --recursive`] : []),
  ];
}

const isUrl = (from: string) => /^[a-z][a-z0-9+.-]*:\/\//i.test(from);

function unpacked({ from, sha256, to }: Extract<ImageSource, { kind: 'archive' }>, name: string): Step[] {
  const file = `${scratch}/${name}.tar`;
  const folder = lineWord(to);
  const fetched = isUrl(from);
  return [
    ...(fetched ? [] : [{ kind: 'copy', why: '', from: inContext(from), to: file } as const]),
    run('', [
      ...(fetched
        ? [
            code`mkdir -p ${lineWord(scratch)}`,
            code`curl -fsSL --retry 3 -o ${lineWord(file)} --url ${lineWord(from)}`,
          ]
        : []),
      code`echo ${lineWord(`${sha256}  ${file}`)} | sha256sum -c -`,
      code`mkdir -p ${folder}`,
      code`tar -xf ${lineWord(file)} --no-same-owner -C ${folder}`,
      code`rm ${lineWord(file)}`,
    ]),
  ];
}

function application(recipe: ImageRecipe, manager: PackageManager): Step[] {
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
      : [run(builtBy(recipe.build), buildCommands(recipe.build.text, recipe.sources))]),
    ...(recipe.results.length > 0
      ? [
          run('', [
            code`for result in ${lines(recipe.results.map(lineWord), ' ')}; do if [ ! -e "$result" ]; then echo "crflow: there is no $result, which should be a result of the build" >&2; exit 1; fi; done`,
          ]),
        ]
      : []),
  ];
}

const builtBy = ({ firstLine, lastLine }: { firstLine: number; lastLine: number }) =>
  `The flow's own build, from ${firstLine === lastLine ? `line ${firstLine}` : `lines ${firstLine} to ${lastLine}`}.`;

/** Bytes of a build in a recipe, quoted: a shell is handed it as one argument, of which Linux takes 128 KiB. */
const longestBuild = 100_000;

/** Writes the user's bash to a file, byte for byte, and runs it where its sources are. */
function buildCommands(text: string, sources: readonly ImageSource[]): ShellText[] {
  const script = lineWord(`${scratch}/build.sh`);
  const print = printed(text, script);
  if (print.text.length > longestBuild)
    throw new UnspeakableInShell(
      'a build of more than 100 kB cannot stand in a recipe: put it into a file beside the flow',
    );
  return [
    code`mkdir -p ${lineWord(scratch)}`,
    print,
    ...workFolder(sources[0]),
    code`bash -eo pipefail ${script}`,
  ];
}

/** Writes lines to a file, each as a word of its own: builders know no here-documents that older ones read, too. */
function printed(text: string, file: ShellText): ShellText {
  const quoted = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => code`      ${quotedLine(line)} \\`);
  return lines([code`printf '%s\\n' \\`, ...quoted, code`      >${file}`]);
}

/** Quoted also where it need not be: no line starts with what a builder could read. */
function quotedLine(line: string): ShellText {
  const text = lineWord(line);
  return /^[']/.test(text.text) ? text : code`'${text}'`;
}

/** The folder of the first source: a file's, where it is one. */
function workFolder(first: ImageSource | undefined): ShellText[] {
  if (first === undefined) return [];
  const parent = first.to.replace(/\/[^/]*$/, '') || '/';
  if (first.kind !== 'copy' || first.to.endsWith('/')) return [code`cd ${lineWord(first.to)}`];
  return [
    code`if [ -d ${lineWord(first.to)} ]; then cd ${lineWord(first.to)}; else cd ${lineWord(parent)}; fi`,
  ];
}

function image(recipe: ImageRecipe, container: Container, manager: PackageManager, builds: boolean): Step[] {
  const { packages, results } = recipe;
  const install = manager.installMore ?? manager.install;
  const { prefix, proof: script } = places(container);
  return [
    run('What DMTCP is linked with, and what the job calls in here.', [
      ...manager.install(wrapped(manager.run)),
      code`for command in ${lines(commandsOfTheJob.map(lineWord), ' ')}; do if ! command -v "$command"; then echo "crflow: the image has no $command, which the job needs" >&2; exit 1; fi; done`,
    ]),
    { kind: 'take', why: '', stage: 'dmtcp', from: `/dmtcp${prefix}`, to: prefix },
    {
      kind: 'prove',
      why: 'A program is checkpointed, killed and restored, here and now: CRFLOW_PROOF=no goes without.',
      script,
    },
    ...(packages.length > 0 ? [run("The application's.", install(wrapped(packages)))] : []),
    ...(builds
      ? results.map((result): Step => ({ kind: 'take', why: '', stage: 'build', from: result, to: result }))
      : []),
  ];
}

/** What a recipe takes from the folder of the flow. */
export function localInputs({ sources, dmtcp: { archive } }: ImageRecipe): string[] {
  const local = sources.filter(({ kind, from }) => kind === 'copy' || (kind === 'archive' && !isUrl(from)));
  return [
    ...new Set([...local.map(({ from }) => inContext(from)), ...(archive ? [inContext(archive.path)] : [])]),
  ];
}

/** A path in the folder of the flow, without `./`. */
export function inContext(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..'))
    throw new UnspeakableInShell(
      `${JSON.stringify(path)} is not below the folder of the flow, and builders see nothing else`,
    );
  return parts.join('/') || '.';
}

/** Package names, a few on lines of their own. */
function wrapped(packages: readonly string[]): ShellText {
  const names = packages.map(packageOrPath);
  if (names.length < 4) return lines(names, ' ');
  const rows: ShellText[] = [];
  for (const name of names) {
    const row = rows.at(-1);
    if (row && row.text.length + name.text.length < 80) rows[rows.length - 1] = code`${row} ${name}`;
    else rows.push(name);
  }
  return code`\\\n      ${lines(rows, ' \\\n      ')}`;
}

/** Our own tables name a file where two packages have it. */
const packageOrPath = (name: string) => (name.startsWith('/usr/') ? lineWord(name) : packageName(name));
