import { containers } from '../../diagnostics/containers.ts';
import { images } from '../../diagnostics/images.ts';
import { suggest } from '../../diagnostics/suggest.ts';
import { values } from '../../diagnostics/values.ts';
import { whyInvalidRecipePath } from '../../emit/forms.ts';
import { PLACEHOLDER_REGISTRY } from '../../language/names.ts';
import { GPU_MODULES, insteadOf } from '../../language/runtime-options.ts';
import { vocabulary } from '../../language/vocabulary/index.ts';
import {
  DISTRIBUTIONS,
  DMTCP_RELEASES,
  type Image,
  RUNTIMES,
  type RuntimeRules,
} from '../../model/container.ts';
import type { HostPath } from '../../model/flow.ts';
import type { Span } from '../../model/span.ts';
import { hex, isBelow } from '../clauses.ts';
import { distributionOf } from '../container.ts';
import { isIn, separatorIn, tidy } from '../container-values.ts';
import { type Context, itemSpan, type Located, spanInside, textOf } from '../context.ts';
import { type Blocks, engineOf, hasContainerForRank } from '../facts.ts';
import { shownImage } from '../image-name.ts';

/**
 * What a container runtime cannot express: a separate pass, before anything is written. Each runtime says what it
 * supports; this code knows none of them by name.
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
  const isDmtcp = engineOf(blocks.checkpoint) === 'dmtcp';
  if (image !== undefined) checkImageName(image, false, isDmtcp, context);
  const load = environment?.values.load;
  load?.value.forEach((module, i) => {
    if (/^dmtcp\b/i.test(module)) context.report(containers.hostDmtcp, itemSpan(load, i), { module });
  });
  if (!hasContainerForRank(blocks)) variablesOfRun(blocks, context);
  if (runtime === undefined || named === undefined) return;
  listed(runtime, named.span, context);
  if (image !== undefined) imageFor(runtime, image, context);
  baseFor(runtime, blocks, context);
  modulesFor(runtime, blocks, context);
  optionsFor(runtime, blocks, context);
  mountsFor(runtime, blocks, context);
  // It has the same path inside.
  const state = blocks.checkpoint?.values.state;
  const odd = state && separatorIn(state.value);
  if (state !== undefined && odd !== undefined)
    context.report(values.mountFrom, state.span, { text: pathText(state.value), odd });
}

const pathText = (path: HostPath) =>
  path.map((part) => (part.kind === 'text' ? part.text : `$${part.name}`)).join('');

/** Variables that bash and the runtimes set themselves, everywhere. */
const ALWAYS_SET =
  /^(?:[a-z]$|SLURM\w*|CRFLOW_\w*|IN_CONTAINER|BASH\w*|HOME|PATH|PWD|OLDPWD|IFS|UID|EUID|PPID|RANDOM|SECONDS|LINENO|HOSTNAME|REPLY|OPTARG|OPTIND|FUNCNAME|PIPESTATUS|LANG|LC_\w+|SHELL|SHLVL|TMPDIR|TERM|OSTYPE|HOSTTYPE|MACHTYPE|EPOCHSECONDS|EPOCHREALTIME)$/;

/**
 * Variables that `run` uses and that nothing sets: on the host they would have the submission's value, here they are empty.
 * A script that `run` sources may set any variable. The forms \${NAME:…} and \${NAME-…} allow for an unset one.
 */
function variablesOfRun({ application, environment }: Blocks, { report, scope }: Context): void {
  const run = application?.values.run?.value;
  if (run === undefined) return;
  const text = textOf(run);
  const shown = text.replaceAll(/'[^']*'|\\\$|(?<=^|\s)#[^\n]*/g, (found) => ' '.repeat(found.length));
  if (/(?:^|[\s;&|(])(?:source|\.|eval)\s/.test(shown)) return;
  const own = new Set(
    [
      ...shown.matchAll(/\b([A-Za-z_]\w*)(?:\[[^\]]*\])?\+?=/g),
      ...shown.matchAll(/\bfor\s+([A-Za-z_]\w*)/g),
    ].map((match) => match[1] ?? ''),
  );
  for (const words of shown.matchAll(
    /\b(?:read|mapfile|readarray|local|declare|export|printf\s+-v|getopts\s+\S+)\b([^\n;|&]*)/g,
  ))
    for (const name of (words[1] ?? '').match(/[A-Za-z_]\w*/g) ?? []) own.add(name);
  const set = environment?.set.names ?? [];
  const pass = environment?.values.pass?.value ?? [];
  const passed = (name: string) =>
    pass.some((one) => (one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name));
  const said = new Set<string>();
  for (const match of shown.matchAll(/\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)\})/g)) {
    const name = match[1] ?? match[2] ?? '';
    const known = own.has(name) || set.includes(name) || passed(name) || scope.find(name) !== undefined;
    if (known || ALWAYS_SET.test(name) || said.has(name)) continue;
    said.add(name);
    report(containers.unknownVariable, spanInside(run, match.index, match.index + match[0].length), { name });
  }
}

/** Recipes: what depends on two of their keys. */
export function imageRules({ image, container }: Blocks, context: Context): void {
  const { report } = context;
  if (image === undefined) return;
  if (container === undefined && !image.broken) report(containers.imageWithoutContainer, image.at, undefined);
  const { from, build, build_packages, results } = image.values;
  // Without a recipe, only the job reads it.
  const dmtcp = container?.values.dmtcp;
  const why = dmtcp && whyInvalidRecipePath(dmtcp.value);
  if (dmtcp !== undefined && why !== undefined)
    report(values.insidePath, dmtcp.span, {
      text: dmtcp.value,
      why,
      help: 'choose another path, such as "/usr/local"',
    });
  const { dmtcp_release: release, dmtcp_archive: archive, dmtcp_sha256: sha256 } = image.values;
  if (from !== undefined) {
    checkImageName(from, true, true, context);
    const known = image.given.has('distribution') || distributionOf(from.value);
    if (!known && !(from.value.kind === 'name' && isMusl(from.value)))
      report(containers.unknownDistribution, from.span, {
        image: shownImage(from.value),
        known: DISTRIBUTIONS,
      });
  }
  const isSourced = image.sources.length > 0;
  if (!image.given.has('build') && !image.broken) {
    if (build_packages !== undefined) {
      const lacking = isSourced ? 'build' : 'sources';
      report(containers.nothingBuilt, build_packages.span, { key: 'build_packages', lacking });
    }
    if (results !== undefined && !isSourced)
      report(containers.nothingBuilt, results.span, { key: 'results', lacking: 'sources' });
  }
  // The image keeps only the results of the build; if none are named, the folders of the sources.
  const isKept = image.given.has('results') ? results?.value.length !== 0 : isSourced;
  if (build !== undefined && !isKept && !image.broken)
    report(containers.nothingBuilt, build.span, { key: 'build', lacking: 'results' });
  results?.value.forEach((path, i) => {
    if (SYSTEM.test(path)) report(containers.resultPlace, itemSpan(results, i), { path, isSource: false });
  });
  // Without `results`, the image gets the folders of the sources.
  for (const { to } of image.given.has('results') ? [] : image.sources)
    if (to !== undefined && SYSTEM.test(to.value))
      report(containers.resultPlace, to.span, { path: to.value, isSource: true });
  const text = (given: Located<string>) => ({
    kind: 'string' as const,
    form: 'quoted' as const,
    segments: [{ text: given.value, escaped: false, span: given.span }],
    span: given.span,
  });
  if (archive !== undefined) isBelow(text(archive), context);
  if (sha256 !== undefined) hex(text(sha256), 'checksum', context);
  const lone = archive === undefined ? sha256 : sha256 === undefined ? archive : undefined;
  const missing = archive === undefined ? 'dmtcp_archive' : 'dmtcp_sha256';
  if (lone !== undefined && !image.given.has(missing)) report(containers.archivePair, lone.span, { missing });
  if (release !== undefined && archive === undefined && !Object.hasOwn(DMTCP_RELEASES, release.value))
    report(containers.release, release.span, { found: release.value, known: Object.keys(DMTCP_RELEASES) });
}

/** Folders of the system, which no source or build can replace, because packages install into them. */
const SYSTEM =
  /^\/(?:(?:usr\/)?(?:bin|lib|lib64|sbin)|usr\/(?:include|libexec|share)|var\/lib|boot|dev|etc|home|opt|proc|root|run|sys|tmp|usr|var)?$/;

/** What the image keeps of the build: the results, or if none are named the targets of the sources. */
function keptPlaces(image: Blocks['image']): readonly string[] {
  if (image?.given.has('results')) return image.values.results?.value ?? [];
  return image?.sources.flatMap(({ to }) => to?.value ?? []) ?? [];
}

/** Does DMTCP work in it, and is it always the same image? */
function checkImageName(
  { value, span }: Located<Image>,
  inRecipe: boolean,
  isDmtcp: boolean,
  { report }: Context,
): void {
  if (value.kind === 'file') return;
  if (value.registry === PLACEHOLDER_REGISTRY) report(images.placeholder, span, { registry: value.registry });
  if (isDmtcp && isMusl(value)) report(containers.musl, span, { image: shownImage(value) });
  else if (value.tag === 'latest' && value.digest === null && value.registry !== 'localhost')
    report(containers.movingTag, span, { image: shownImage(value), tag: value.tag, inRecipe });
}

const isMusl = ({ repository, tag }: { repository: string; tag: string }) =>
  !/glibc/.test(tag) &&
  (/(?:^|\/)(?:alpine|busybox)$/.test(repository) || /(?:^|[-._])(?:alpine|musl)(?:$|[-._\d])/.test(tag));

function listed({ name, label }: RuntimeRules, span: Span, { report, site }: Context): void {
  const known = site.runtimes.map((one): string => one.name);
  if (known.length > 0 && !known.includes(name))
    report(containers.unlistedRuntime, span, { runtime: label, site: site.name, known });
}

function imageFor(runtime: RuntimeRules, { value, span }: Located<Image>, context: Context): void {
  const { report } = context;
  if (value.kind === 'file') {
    const others = (ending = '') =>
      RUNTIMES.filter((name) => {
        const { files } = context.runtime(name) ?? {};
        return files && !files.foreign.includes(ending);
      });
    const { files, label } = runtime;
    const shown = shownImage(value);
    const foreign = files?.foreign.find((ending) => shown.endsWith(ending));
    if (files === null) report(containers.imageFile, span, { runtime: label, others: others() });
    else if (foreign !== undefined) {
      const instead = `${shown.slice(0, -foreign.length)}${files.ending}`;
      report(containers.foreignFile, span, {
        runtime: label,
        foreign,
        ending: files.ending,
        instead,
        others: others(foreign),
      });
    }
    return;
  }
  if (value.digest !== null && runtime.noDigest !== null)
    report(containers.digest, span, { runtime: runtime.label });
  if (value.registry === 'localhost' && !runtime.local)
    report(containers.localImage, span, {
      runtime: runtime.label,
      image: shownImage(value),
      ending: runtime.files?.ending,
    });
}

/** Can the builder of a recipe get its base image? */
function baseFor(runtime: RuntimeRules, { container, image }: Blocks, { report }: Context): void {
  const from = image?.values.from;
  const isFile = container?.values.image?.value.kind === 'file';
  if (from?.value.kind === 'file') {
    if (!isFile || !runtime.files?.extendsFiles)
      report(images.baseFile, from.span, { image: shownImage(from.value), isFile, runtime: runtime.label });
    return;
  }
  if (from?.value.registry !== 'localhost' || !isFile || !runtime.files?.baseFromRegistry) return;
  report(containers.localBase, from.span, { runtime: runtime.label, image: shownImage(from.value) });
}

function modulesFor(
  runtime: RuntimeRules,
  { container, checkpoint }: Blocks,
  { report, site }: Context,
): void {
  const isDmtcp = engineOf(checkpoint) === 'dmtcp';
  const given = container?.values.modules;
  if (given === undefined || given.value.length === 0) return;
  const { label, modules } = runtime;
  if (modules === null) {
    report(containers.noModules, given.span, { runtime: label });
    return;
  }
  const opened = new Map(modules.opened);
  const atSite = site.runtimes.find(({ name }) => name === runtime.name)?.modules;
  given.value.forEach((module, i) => {
    const span = itemSpan(given, i);
    if (modules.known !== undefined && !modules.known.includes(module)) {
      const nearest = suggest(
        module,
        modules.known.map((name) => ({ name })),
      );
      report(containers.unknownModule, span, { module, runtime: label, nearest, known: modules.known });
    } else if (modules.detached.includes(module))
      report(containers.detachedModule, span, { module, runtime: label, isDmtcp });
    else if (isDmtcp && GPU_MODULES.test(module))
      report(images.gpuInContainer, span, { text: module, runtime: label });
    else if (opened.has(module))
      report(images.openedModule, span, {
        module,
        runtime: label,
        why: opened.get(module) ?? '',
        isDmtcp,
      });
    else if (atSite !== undefined && !atSite.includes(module) && module !== 'none')
      report(containers.unlistedModule, span, { module, site: site.name, known: atSite });
  });
  for (const group of modules.exclusive) {
    const both = group.filter((one) => given.value.includes(one));
    if (both.length > 1) report(containers.exclusiveModules, given.span, { modules: both, runtime: label });
  }
}

function optionsFor(runtime: RuntimeRules, { container, checkpoint }: Blocks, { report }: Context): void {
  const { label, ownOptions, refusedOptions, gpuOptions, abbreviates } = runtime;
  const given = container?.values.options;
  given?.value.forEach((word, i) => {
    // `--volume=/a:/b`, `--vol=/a:/b`, `-v=/a:/b` and `-v/a:/b`.
    const long = /^--[^=]+/.exec(word)?.[0];
    const among = (options: readonly string[]) =>
      long === undefined
        ? options.find((one) => !one.startsWith('--') && word.startsWith(one))
        : (options.find((one) => one === long) ?? options.find((one) => abbreviates && one.startsWith(long)));
    const valueOfOption = (option: string) => word.slice((long ?? option).length).replace(/^=/, '');
    const span = itemSpan(given, i);
    const option = among(ownOptions);
    const gpu = gpuOptions.find(
      ([one, value]) => among([one]) && (value?.test(valueOfOption(one)) ?? true),
    )?.[0];
    if (option !== undefined) {
      const instead = insteadOf(option, valueOfOption(option));
      report(containers.ownOption, span, { option, runtime: label, instead });
    } else if (gpu !== undefined) {
      if (engineOf(checkpoint) === 'dmtcp')
        report(images.gpuInContainer, span, { text: word, runtime: label });
    } else
      for (const [options, why] of refusedOptions) {
        const refused = among(options);
        if (refused !== undefined)
          report(images.refusedOption, span, { option: refused, runtime: label, why });
      }
  });
}

function mountsFor(
  runtime: RuntimeRules,
  { container, image, application, checkpoint }: Blocks,
  { report }: Context,
): void {
  const seen = new Map<string, { readonly span: Span; readonly isReadonly: boolean }>();
  // If the flow names the prefix and makes no image, DMTCP may be in the mount. Other engines need none.
  const isMeant =
    engineOf(checkpoint) !== 'dmtcp' || (container?.given.has('dmtcp') === true && image === undefined);
  const dmtcp = container?.values.dmtcp?.value ?? vocabulary.container.keys.dmtcp.byDefault;
  const inImage = [
    ...(isMeant ? [] : [{ place: dmtcp, what: 'DMTCP' as const }]),
    ...keptPlaces(image).map((place) => ({ place: tidy(place), what: 'build' as const })),
  ];
  for (const { to: given, readonly } of container?.mounts ?? []) {
    if (readonly !== undefined && !runtime.readonly)
      report(containers.mountReadonly, readonly, { runtime: runtime.label });
    if (given === undefined) continue;
    const { value: to, span } = given;
    const why = to === '/' ? 'it is the image itself' : runtime.whyNoMount(to);
    const first = seen.get(to);
    if (why !== undefined) report(containers.mountPlace, span, { to, runtime: runtime.label, why });
    else if (first !== undefined)
      report(containers.mountTwice, span, { to }, [{ span: first.span, text: 'first mounted here' }]);
    else {
      seen.set(to, { span, isReadonly: readonly !== undefined });
      const isBuilt = image !== undefined;
      const hidden = inImage.find(({ place }) => isIn(place, to));
      if (hidden !== undefined) report(containers.hidden, span, { to, isBuilt, ...hidden });
    }
  }
  for (const key of ['workdir', 'output'] as const) {
    const given = application?.values[key];
    const path = tidy(given?.value.map((one) => (one.kind === 'text' ? one.text : '$')).join('') ?? '');
    // A mount inside another covers it.
    const [to, mount] =
      [...seen].filter(([one]) => isIn(path, one)).sort(([a], [b]) => b.length - a.length)[0] ?? [];
    if (given !== undefined && to !== undefined && mount?.isReadonly)
      report(containers.readonlyWork, given.span, { key, to });
  }
}
