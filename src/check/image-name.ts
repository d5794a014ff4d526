import type { ImageName } from '../model/container.ts';

/** What a text is as the name of an image; or why it is none, and what was probably meant. */
export type ImageNameOr = ImageName | { readonly kind: 'wrong'; readonly why: string; readonly fix?: string };

/** A path component of a name, and a tag: the grammar of references of the OCI distribution specification. */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
/** How single runtimes spell where an image comes from. */
const TRANSPORT = /^(?:docker|oci|shifter|podman|library|oras|docker-daemon|id|local):(?:\/\/)?/;

/** `debian:12` is docker.io/library/debian:12, as everywhere. */
export function parseImageName(text: string): ImageNameOr {
  const transport = TRANSPORT.exec(text)?.[0];
  // `local:5000/x` would be a registry; `docker:x` is Shifter's spelling, `docker://x` Apptainer's.
  if (transport !== undefined && !/^[\w.-]+:\d+\//.test(text)) {
    const bare = text.slice(transport.length);
    return { kind: 'wrong', why: `\`${transport}\` is the spelling of one runtime`, fix: bare };
  }
  const [, named = '', digest] = /^([^@]*)(?:@(.*))?$/s.exec(text) ?? [];
  if (digest !== undefined && !DIGEST.test(digest))
    return { kind: 'wrong', why: 'a digest is `sha256:` and 64 hexadecimal digits' };
  const parts = named.split('/');
  const first = parts[0] ?? '';
  const hasRegistry = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  if (hasRegistry && !/^(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+(?::\d+)?$/.test(first))
    return { kind: 'wrong', why: `\`${first}\` is no registry` };
  const path = hasRegistry ? parts.slice(1) : parts;
  const [last = '', tag, ...more] = (path.at(-1) ?? '').split(':');
  if (more.length > 0 || (tag !== undefined && !TAG.test(tag)))
    return { kind: 'wrong', why: 'behind the colon stands a tag: letters, digits, `_`, `.` and `-`' };
  const components = [...path.slice(0, -1), last];
  const odd = components.find((one) => !COMPONENT.test(one));
  if (odd !== undefined) {
    const lower = text.toLowerCase();
    return {
      kind: 'wrong',
      why:
        odd === ''
          ? 'a part of it is empty'
          : `\`${odd}\` is not made of small letters, digits, \`.\`, \`_\` and \`-\``,
      ...(odd !== '' && COMPONENT.test(odd.toLowerCase()) && tag === undefined ? { fix: lower } : {}),
    };
  }
  const repository = !hasRegistry && components.length === 1 ? `library/${last}` : components.join('/');
  return {
    kind: 'name',
    registry: hasRegistry ? first : 'docker.io',
    repository,
    tag: tag ?? 'latest',
    digest: digest ?? null,
  };
}

/** A path, and not a name: of a SIF, a squashfs or a folder. */
export const isImagePath = (text: string) =>
  /^(?:[/$~]|\.{1,2}\/)/.test(text) || /\.(?:sif|sqfs|squashfs|simg)$/.test(text);
