import type { Container, ImageName, ImageRecipe, RuntimeName } from '../../src/model/container.ts';
import type { HostPath } from '../../src/model/flow.ts';
import type { Plan } from '../../src/model/plan.ts';
import { imageArtifacts } from '../../targets/image/emit.ts';

/** An image's name in full from `registry/repository:tag`. */
export function imageName(text: string): ImageName {
  const [, registry = '', repository = '', tag = 'latest'] =
    /^([^/]+)\/(.+?)(?::([\w.-]+))?$/.exec(text) ?? [];
  return { kind: 'name', registry, repository, tag, digest: null };
}

const recipe: ImageRecipe = {
  from: imageName('docker.io/library/debian:12'),
  distribution: 'debian',
  packages: [],
  buildPackages: [],
  sources: [],
  build: null,
  results: [],
  dmtcp: { release: '4.1.1', archive: null },
};

/** The build of a recipe, as the plan has it. */
export const build = (text: string) => ({
  text,
  firstLine: 7,
  lastLine: 6 + text.trimEnd().split('\n').length,
});

export interface Asked {
  readonly recipe?: Partial<ImageRecipe>;
  readonly runtime?: RuntimeName;
  readonly dmtcp?: string;
  /** A name, or the path of a file. */
  readonly image?: string | HostPath;
  readonly workflow?: string;
  readonly source?: string;
  readonly context?: string;
}

/** The files that make the image of a plan of which only this matters, by what comes after the workflow's name. */
export function imageFiles({
  workflow = 'flow',
  source = 'flow.crflow',
  context = '.',
  ...asked
}: Asked = {}) {
  const image = asked.image ?? 'localhost/flow:1';
  const container: Container = {
    runtime: asked.runtime ?? 'podman',
    image: typeof image === 'string' ? imageName(image) : { kind: 'file', path: image },
    dmtcp: asked.dmtcp ?? '/usr/local',
    modules: [],
    options: [],
    mounts: [],
  };
  const plan = { workflow, container, image: { ...recipe, ...asked.recipe } } as unknown as Plan;
  const files = imageArtifacts(plan, source, context);
  const text = (ending: string) => files.find(({ name }) => name === `${workflow}${ending}`)?.text;
  return {
    files,
    dockerfile: text('.Dockerfile') ?? '',
    ignore: text('.Dockerfile.dockerignore') ?? '',
    definition: text('.def'),
    script: text('.image.sh') ?? '',
  };
}
