import type { Image, ImageName } from '../model/container.ts';
import { asWritten } from '../model/path.ts';

/** What a text means as the name of an image; or why it is not one, and what was probably meant. */
export type ImageNameOr = ImageName | { readonly kind: 'wrong'; readonly why: string; readonly fix?: string };

/** A path component of a name, and a tag, by the grammar of references in the OCI distribution specification. */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
/** A registry: host names and addresses, of which no part begins or ends with a dash. */
const REGISTRY = /^(?!-)[A-Za-z0-9-]+(?<!-)(?:\.(?!-)[A-Za-z0-9-]+(?<!-))*(?::\d+)?$/;
/** Maximum length of registry, slash and repository together, by the same specification: many clients accept no more. */
const LONGEST = 255;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** How single runtimes spell the origin of an image. */
const TRANSPORT =
  /^(?:docker|oci|shifter|podman|library|oras|shub|docker-daemon|docker-archive|oci-archive|containers-storage|id|local):(?:\/\/)?/;

/** `debian:12` is docker.io/library/debian:12, as everywhere. */
export function parseImageName(text: string): ImageNameOr {
  if (text !== text.trim() && text.trim() !== '')
    return { kind: 'wrong', why: 'it starts or ends with a blank', fix: text.trim() };
  if (text.includes('$')) return { kind: 'wrong', why: 'nothing expands the `$` in a name' };
  if (/^[A-Za-z]:\\|\\/.test(text)) return { kind: 'wrong', why: 'it looks like a Windows path' };
  const url = /^https?:\/\//i.exec(text)?.[0];
  if (url !== undefined)
    return { kind: 'wrong', why: `\`${url}\` is not part of a name`, fix: text.slice(url.length) };
  if (/\.(?:tar|tgz|zip|tar\.\w+)$/i.test(text))
    return { kind: 'wrong', why: 'it looks like an archive, and no runtime can run one' };
  const transport = TRANSPORT.exec(text)?.[0];
  // `local:5000/x` would be a registry; `docker:x` is Shifter's spelling, `docker://x` Apptainer's.
  if (transport !== undefined && !/^[\w.-]+:\d+\//.test(text)) {
    const bare = text.slice(transport.length);
    const isName = !/^(?:id|local|.*-archive)/.test(transport) && parseImageName(bare).kind === 'name';
    return {
      kind: 'wrong',
      why: `\`${transport}\` is the notation of one runtime`,
      ...(isName ? { fix: bare } : {}),
    };
  }
  const [, named = '', digest] = /^([^@]*)(?:@(.*))?$/s.exec(text) ?? [];
  if (digest !== undefined && !DIGEST.test(digest))
    return { kind: 'wrong', why: 'a digest is `sha256:` and 64 hexadecimal digits' };
  const parts = named.split('/');
  const first = parts[0] ?? '';
  const hasRegistry = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  if (hasRegistry && !REGISTRY.test(first)) return { kind: 'wrong', why: `\`${first}\` is not a registry` };
  // Host names are case-insensitive, but not every builder knows that.
  if (hasRegistry && /[A-Z]/.test(first))
    return {
      kind: 'wrong',
      why: `the registry \`${first}\` has capital letters`,
      fix: first.toLowerCase() + text.slice(first.length),
    };
  const path = hasRegistry ? parts.slice(1) : parts;
  const [last = '', tag, ...more] = (path.at(-1) ?? '').split(':');
  if (more.length > 0 || (tag !== undefined && !TAG.test(tag)))
    return { kind: 'wrong', why: 'after the colon comes a tag: letters, digits, `_`, `.` and `-`' };
  const components = [...path.slice(0, -1), last];
  const odd = components.find((one) => !COMPONENT.test(one));
  if (odd !== undefined) {
    if (odd === '') return { kind: 'wrong', why: 'one of its parts is empty' };
    const lower = components.join('/').toLowerCase();
    const isCase = components.every((one) => COMPONENT.test(one.toLowerCase()));
    return {
      kind: 'wrong',
      why: isCase
        ? `\`${odd}\` has capital letters, which only a tag can have`
        : `\`${odd}\` must have lower-case letters and digits, with single \`.\`, \`_\` or \`-\` between them`,
      ...(isCase ? { fix: text.replace(components.join('/'), lower) } : {}),
    };
  }
  const repository = !hasRegistry && components.length === 1 ? `library/${last}` : components.join('/');
  const registry = hasRegistry ? first : 'docker.io';
  if (`${registry}/${repository}`.length > LONGEST)
    return { kind: 'wrong', why: `it is longer than ${LONGEST} characters` };
  return {
    kind: 'name',
    registry,
    repository,
    tag: tag ?? 'latest',
    digest: digest ?? null,
  };
}

/** A path rather than a name: of a SIF, a squashfs or a folder. */
export const isImagePath = (text: string) =>
  /^(?:[/$~]|\.{1,2}\/)/.test(text) || /\.(?:sif|sqfs|squashfs|simg)$/.test(text);

/** An image as a message shows it: without its digest, which nobody reads; a file as it was written. */
export const shownImage = (image: Image) =>
  image.kind === 'name' ? `${image.registry}/${image.repository}:${image.tag}` : asWritten(image.path);
