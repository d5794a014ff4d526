import { containers } from '../../diagnostics/containers.ts';
import { suggest } from '../../diagnostics/suggest.ts';
import {
  DISTRIBUTIONS,
  DMTCP_RELEASES,
  type Image,
  RUNTIMES,
  type RuntimeRules,
} from '../../model/container.ts';
import type { Span } from '../../model/span.ts';
import type { Blocks } from '../blocks.ts';
import { distributionOf, hex, isBelow } from '../container.ts';
import type { Context, Given } from '../context.ts';

/**
 * What a container runtime cannot express: a pass of its own, before anything is written. Each runtime tells what it
 * can; nothing here knows one by its name.
 */
export function containerRules(blocks: Blocks, context: Context): void {
  const { container, environment } = blocks;
  if (container === undefined) {
    const pass = environment?.values.pass;
    if (pass !== undefined) context.report(containers.passOnHost, pass.span, undefined);
    return;
  }
  const { runtime: named, image } = container.values;
  const runtime = named && context.runtime(named.value);
  if (image !== undefined) whatImage(image, false, context);
  for (const module of environment?.values.load?.value ?? []) {
    const span = environment?.values.load?.span;
    if (span && /^dmtcp\b/i.test(module)) context.report(containers.hostDmtcp, span, { module });
  }
  if (runtime === undefined || named === undefined) return;
  listed(runtime, named.span, context);
  if (image !== undefined) imageFor(runtime, image, context);
  modulesFor(runtime, blocks, context);
  optionsFor(runtime, blocks, context);
  mountsFor(runtime, blocks, context);
}

/** Recipes: what depends on two of their keys. */
export function imageRules({ image, container }: Blocks, context: Context): void {
  const { report } = context;
  if (image === undefined) return;
  if (container === undefined && !image.node.broken)
    report(containers.imageWithoutContainer, image.node.key.span, undefined);
  const { from, build, build_packages, results } = image.values;
  const { dmtcp_release: release, dmtcp_archive: archive, dmtcp_sha256: sha256 } = image.values;
  if (from !== undefined) {
    whatImage(from, true, context);
    const known = image.given.has('distribution') || distributionOf(from.value.repository, from.value.tag);
    if (!known && !isMusl(from.value))
      report(containers.unknownDistribution, from.span, { image: written(from.value), known: DISTRIBUTIONS });
  }
  if (image.clauses.length === 0 && !image.node.broken) {
    for (const [key, given] of Object.entries({ build_packages, results }))
      if (given !== undefined && build === undefined) report(containers.nothingBuilt, given.span, { key });
  }
  for (const path of results?.value ?? [])
    if (
      results &&
      /^\/(?:bin|boot|dev|etc|home|lib|lib64|opt|proc|root|run|sbin|sys|tmp|usr|var)?$/.test(path)
    )
      report(containers.resultPlace, results.span, { path });
  const text = (given: Given<string>) => ({
    kind: 'string' as const,
    form: 'quoted' as const,
    segments: [{ text: given.value, escaped: false, span: given.span }],
    span: given.span,
  });
  if (archive !== undefined) isBelow(text(archive), context);
  if (sha256 !== undefined) hex(text(sha256), 'a SHA-256 checksum', 64, 'sha256sum', context);
  const lone = archive === undefined ? sha256 : sha256 === undefined ? archive : undefined;
  const missing = archive === undefined ? 'dmtcp_archive' : 'dmtcp_sha256';
  if (lone !== undefined && !image.given.has(missing)) report(containers.archivePair, lone.span, { missing });
  if (release !== undefined && archive === undefined && !Object.hasOwn(DMTCP_RELEASES, release.value))
    report(containers.release, release.span, { found: release.value, known: Object.keys(DMTCP_RELEASES) });
}

/** Is it one that DMTCP works in, and always the same one? */
function whatImage({ value, span }: Given<Image>, inRecipe: boolean, { report }: Context): void {
  if (value.kind === 'file') return;
  if (isMusl(value)) report(containers.musl, span, { image: written(value) });
  else if (value.tag === 'latest' && value.digest === null && value.registry !== 'localhost')
    report(containers.movingTag, span, { image: written(value), tag: value.tag, inRecipe });
}

const isMusl = ({ repository, tag }: { repository: string; tag: string }) =>
  /(?:^|\/)(?:alpine|busybox)(?:$|[-_])/.test(repository) || /(?:^|[-._])(?:alpine|musl)/.test(tag);

const written = (image: Image) =>
  image.kind === 'file' ? '' : `${image.registry}/${image.repository}:${image.tag}`;

function listed({ name, label }: RuntimeRules, span: Span, { report, site }: Context): void {
  const known = site.runtimes.map((one): string => one.name);
  if (known.length > 0 && !known.includes(name))
    report(containers.unlistedRuntime, span, { runtime: label, site: site.name, known });
}

function imageFor(runtime: RuntimeRules, { value, span }: Given<Image>, context: Context): void {
  const { report } = context;
  if (value.kind === 'file') {
    const others = RUNTIMES.filter((name) => context.runtime(name)?.files === true);
    if (!runtime.files) report(containers.imageFile, span, { runtime: runtime.label, others });
    return;
  }
  if (value.digest !== null && !runtime.digests) report(containers.digest, span, { runtime: runtime.label });
  if (value.registry === 'localhost' && !runtime.local)
    report(containers.localImage, span, { runtime: runtime.label, image: written(value) });
}

function modulesFor(runtime: RuntimeRules, { container }: Blocks, { report, site }: Context): void {
  const given = container?.values.modules;
  if (given === undefined || given.value.length === 0) return;
  const { label, modules } = runtime;
  if (modules === null) {
    report(containers.noModules, given.span, { runtime: label });
    return;
  }
  const atSite = site.runtimes.find(({ name }) => name === runtime.name)?.modules;
  for (const module of given.value) {
    if (modules.known !== undefined && !modules.known.includes(module)) {
      const nearest = suggest(
        module,
        modules.known.map((name) => ({ name })),
      );
      report(containers.unknownModule, given.span, { module, runtime: label, nearest, known: modules.known });
    } else if (modules.detached.includes(module))
      report(containers.detachedModule, given.span, { module, runtime: label });
    else if (atSite !== undefined && !atSite.includes(module) && module !== 'none')
      report(containers.unlistedModule, given.span, { module, site: site.name, known: atSite });
  }
  for (const group of modules.exclusive) {
    const both = group.filter((one) => given.value.includes(one));
    if (both.length > 1) report(containers.exclusiveModules, given.span, { modules: both, runtime: label });
  }
}

/** What the language has a place of its own for. */
const INSTEAD: Readonly<Record<string, string>> = {
  '--volume': 'write mount "FROM" to "TO"',
  '-v': 'write mount "FROM" to "TO"',
  '--mount': 'write mount "FROM" to "TO"',
  '--bind': 'write mount "FROM" to "TO"',
  '-b': 'write mount "FROM" to "TO"',
  '-B': 'write mount "FROM" to "TO"',
  '--module': 'write `modules = […]`',
  '--image': 'write `image = "…"`',
  '--env': 'write `environment { set { NAME = "…" } }`',
  '-e': 'write `environment { set { NAME = "…" } }`',
  '--set-env': 'write `environment { set { NAME = "…" } }`',
};

function optionsFor({ label, ownOptions }: RuntimeRules, { container }: Blocks, { report }: Context): void {
  const given = container?.values.options;
  for (const word of given?.value ?? []) {
    const option = word.replace(/=.*$/s, '');
    if (given && ownOptions.includes(option))
      report(containers.ownOption, given.span, { option, runtime: label, instead: INSTEAD[option] });
  }
}

function mountsFor(runtime: RuntimeRules, { container, application }: Blocks, { report }: Context): void {
  const seen = new Map<string, Span>();
  const readonly: string[] = [];
  for (const clause of container?.clauses ?? []) {
    const part = clause.parts.find(({ word }) => word.text === 'to')?.text;
    if (part?.kind !== 'string') continue;
    const to = part.segments
      .map((one) => one.text)
      .join('')
      .replace(/(?<=.)\/+$/, '');
    const why = to === '/' ? 'it is the image itself' : runtime.whyNoMount(to);
    const first = seen.get(to);
    if (why !== undefined) report(containers.mountPlace, part.span, { to, runtime: runtime.label, why });
    else if (first !== undefined)
      report(containers.mountTwice, part.span, { to }, [{ span: first, text: 'first mounted here' }]);
    else seen.set(to, part.span);
    const flag = clause.parts.find(({ word }) => word.text === 'readonly');
    if (flag === undefined) continue;
    readonly.push(to);
    if (!runtime.readonly) report(containers.mountReadonly, flag.word.span, { runtime: runtime.label });
  }
  for (const key of ['workdir', 'output'] as const) {
    const given = application?.values[key];
    const path = given?.value.map((one) => (one.kind === 'text' ? one.text : '$')).join('') ?? '';
    const to = readonly.find((one) => path === one || path.startsWith(`${one}/`));
    if (given !== undefined && to !== undefined) report(containers.readonlyWork, given.span, { key, to });
  }
}
