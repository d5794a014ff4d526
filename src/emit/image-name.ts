import type { ImageName } from '../model/container.ts';

/** Its full name, as registries and most runtimes use it. */
export function imageName({ registry, repository, tag, digest }: ImageName): string {
  return `${registry}/${repository}:${tag}${digest === null ? '' : `@${digest}`}`;
}

/** As Docker writes it: its own registry, and the folder `library` there, are left out. */
export const shortName = ({ registry, repository }: Pick<ImageName, 'registry' | 'repository'>): string =>
  registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
