import { aligned } from '../../src/emit/aligned.ts';
import {
  code,
  comment,
  Inexpressible,
  imageReference,
  pathWord,
  type ShellText,
  word,
  words,
} from '../../src/emit/shell-text.ts';
import { template } from '../../src/emit/template.ts';
import type { Container, ImageRecipe } from '../../src/model/container.ts';
import type { HostPath } from '../../src/model/flow.ts';
import { variablesOf } from '../../src/model/path.ts';
import { runtimeOf } from '../runtimes/index.ts';
import type { Builds } from '../runtimes/runtime.ts';
import { places } from './dmtcp.ts';
import common from './scripts/common.sh';
import copy from './scripts/copy.sh';
import file from './scripts/file.sh';
import main from './scripts/main.sh';
import mark from './scripts/mark.sh';
import oci from './scripts/oci.sh';
import registry from './scripts/registry.sh';
import image from './templates/image.sh.hbs';

const render = template(image);

/** What the script needs besides the container. */
export interface ScriptOf {
  readonly workflow: string;
  /** Base name of the `.crflow` file. */
  readonly source: string;
  /** Name of this script, and of the file beside it from which it builds. */
  readonly script: string;
  readonly recipe: string;
  /** The path from the script's folder to the flow's. */
  readonly context: string;
  /** What goes into the image, relative to the flow's folder, and what never does. */
  readonly inputs: readonly string[];
  readonly own: readonly string[];
  /** The name or file of the image. */
  readonly image: Pick<ImageRecipe, 'from' | 'user' | 'platform'>;
}

/** The script that builds an image and brings it to where the flow's runtime finds it. */
export function imageScript(container: Container, about: ScriptOf): string {
  const { runtime } = container;
  return render({
    file: comment(about.script),
    name: comment(about.workflow),
    source: comment(about.source),
    runtime: comment(runtime),
    settings: settings(container, about),
    body: ownText(partsFor(container).join('\n').trimEnd()),
  });
}

/** The common bash and, in its middle, the runtime's for its kind of image. */
function partsFor({ runtime, image: { kind } }: Container): string[] {
  const { named, filed } = runtimeOf(runtime).builds;
  if (kind === 'file') {
    if (filed === null) throw new Inexpressible(kind, `${runtime} has its images by name, not as files`);
    return [common, mark, file, copy, filed.bash, main];
  }
  const before = { oci: [oci], registry: [oci, registry], own: [copy] }[named.through];
  return [common, mark, ...before, named.bash, main];
}

/** crflow's own bash is code already; nothing else becomes shell text in this way. */
const ownText = (text: string) => code([text] as unknown as TemplateStringsArray);

function settings(container: Container, about: ScriptOf): ShellText[] {
  const { runtime, image } = container;
  const { builds } = runtimeOf(runtime);
  const name = image.kind === 'name' ? imageReference({ ...image, digest: null }) : null;
  const own = about.inputs.includes('.') ? about.own : [];
  return [
    // The caller's variables.
    ...(image.kind === 'file' ? imageFile(image.path) : []),
    ...(about.image.from.kind === 'file' ? baseFile(about.image.from.path) : []),
    ...aligned([
      [code`readonly runtime=${word(runtime)}`, 'what it is for'],
      ...(name === null ? [] : ([[code`readonly image=${name}`, 'its name']] as const)),
      ...(builds.settings?.(image, about.workflow) ?? []),
      ...(image.kind === 'file'
        ? ([
            [
              code`readonly contents_note=${word(places(container).contents)}`,
              'what says in it what is in it',
            ],
          ] as const)
        : []),
      platformOf(builds, image.kind, about.image.platform),
      ...(about.image.user === undefined &&
      about.image.from.kind === 'name' &&
      isBuiltByOci(builds, image.kind)
        ? ([[code`readonly base=${imageReference(about.image.from)}`, 'the image that it extends']] as const)
        : []),
      ...(image.kind === 'file' && builds.filed?.definition
        ? ([
            [
              code`readonly dmtcp_recipe=${word(about.recipe.replace(/\.def$/, '.dmtcp.def'))}`,
              'that of the file with DMTCP that it takes',
            ],
          ] as const)
        : []),
      [code`readonly recipe=${word(about.recipe)}`, 'what it is built of, beside this file'],
      [code`readonly context=${word(about.context)}`, 'from here to the folder that its sources are in'],
      [code`readonly inputs=(${words(about.inputs)})`, 'what goes in, of that folder'],
      [code`readonly own=(${words(own)})`, 'what does not, of that'],
    ]),
    code`here=$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd) || exit 1`,
  ];
}

const isBuiltByOci = ({ named }: Builds, kind: Container['image']['kind']) =>
  kind === 'name' && named.through !== 'own';

/** The platform, as options of the builder. */
function platformOf(builds: Builds, kind: Container['image']['kind'], platform: string | undefined) {
  const option = isBuiltByOci(builds, kind) ? '--platform' : '--arch';
  const value = isBuiltByOci(builds, kind) ? platform : platform?.replace(/^linux\//, '');
  return [
    code`readonly platform=(${words(value === undefined ? [] : [`${option}=${value}`])})`,
    'what it is built for, where not for this machine',
  ] as const;
}

/** A relative path starts at the flow's folder, like those of sources. */
function baseFile(path: HostPath): ShellText[] {
  return [...areSet(path, 'the base image'), code`base=${pathWord(path)}`];
}

/** The path's variables are the caller's; a relative path starts in the caller's current folder, as in a job. */
function imageFile(path: HostPath): ShellText[] {
  return [
    ...areSet(path, 'the image'),
    code`image=${pathWord(path)}`,
    code`if [[ $image != /* ]]; then image=$PWD/$image; fi`,
  ];
}

function areSet(path: HostPath, whose: string): ShellText[] {
  const variables = variablesOf(path);
  return [
    ...variables.map(
      (name) =>
        code`if [[ -z \${${word(name)}-} ]]; then
  printf 'crflow: $%s is used in the path of %s, but is not set, or empty\\n' ${word(name)} ${word(whose)} >&2
  exit 2
fi`,
    ),
    ...(variables.length > 0 ? [code`# shellcheck disable=SC2154 # these variables`] : []),
  ];
}
