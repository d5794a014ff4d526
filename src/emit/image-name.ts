import type { ImageName } from '../model/container.ts';

/** Its name in full, as registries and most runtimes know it. */
export function imageName({ registry, repository, tag, digest }: ImageName): string {
  return `${registry}/${repository}:${tag}${digest === null ? '' : `@${digest}`}`;
}

/** As Docker writes it: its own registry, and the folder `library` there, go without saying. */
const shortName = ({ registry, repository }: Pick<ImageName, 'registry' | 'repository'>): string =>
  registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`;

/** `docker:name:tag`, as Shifter has it. */
export const shifterName = (image: ImageName): string => `docker:${shortName(image)}:${image.tag}`;

/**
 * As Charliecloud has it: Docker's registry is that of names without one, under another host name, and `localhost` would be
 * a part of the path (image.py of 0.31). Its storage and `ch-image` must mean the same by it. One of digest and tag.
 */
export function charliecloudName({ registry, repository, tag, digest }: ImageName): string {
  const name = shortName({ registry: registry === 'localhost' ? 'docker.io' : registry, repository });
  return `${name}${digest === null ? `:${tag}` : `@${digest}`}`;
}
