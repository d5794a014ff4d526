import type { ImageName } from '../model/container.ts';

/** Its name in full, as registries and most runtimes know it. */
export function imageName({ registry, repository, tag, digest }: ImageName): string {
  return `${registry}/${repository}:${tag}${digest === null ? '' : `@${digest}`}`;
}
