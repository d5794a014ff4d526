import { outputs } from '../diagnostics/outputs.ts';
import { whyInvalidPrintedFile } from '../emit/forms.ts';
import { distributionNamed } from '../language/distributions.ts';
import { calledOf, type Distribution, type Image, type Mount } from '../model/container.ts';
import type { BlockModel } from '../model/flow.ts';
import { nothingLeft } from '../model/nothing-left.ts';
import { type Read, valuesOf } from './blocks.ts';
import type { ReadMount, ReadSource } from './clauses.ts';
import { type Context, textOf } from './context.ts';

/** The container, from the valid parts of its block; undefined if a required part is missing or wrong. */
export function containerOf(read: ReadContainer): BlockModel<'container'> | undefined {
  const values = valuesOf('container', read);
  const mounts = read.mounts.flatMap(({ from, to, readonly, ...rest }): Mount[] => {
    nothingLeft(rest);
    return from && to ? [{ from, to: to.value, readonly: readonly !== undefined }] : [];
  });
  return values && mounts.length === read.mounts.length ? { ...values, mounts } : undefined;
}

/** Likewise the recipe of its image. Rules have checked what depends on two of its values. */
export function imageOf(read: ReadImage): BlockModel<'image'> | undefined {
  const values = valuesOf('image', read);
  const sources = read.sources.flatMap(({ source }) => source ?? []);
  return values && sources.length === read.sources.length ? { ...values, sources } : undefined;
}

/** A `container` block with its clauses. */
export type ReadContainer = Read<'container'> & { readonly mounts: readonly ReadMount[] };
/** An `image` block with its clauses. */
export type ReadImage = Read<'image'> & { readonly sources: readonly ReadSource[] };

/** Reports a build that a recipe cannot contain. */
export function checkBuild({ values }: Read<'image'>, { report }: Context): void {
  const text = values.build && textOf(values.build.value);
  const why = text === undefined ? undefined : whyInvalidPrintedFile(text);
  if (values.build !== undefined && why !== undefined)
    report(outputs.cannotContain, values.build.span, { value: text ?? '', why });
}

/** The distribution of a base image, if its name says so. */
export function distributionOf(image: Image): Distribution | undefined {
  const { repository, tag } = calledOf(image);
  return distributionNamed(repository, tag);
}
