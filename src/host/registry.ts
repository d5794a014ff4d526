import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readRegular } from './regular.ts';

/** All types of manifests: a registry answers 404 if the manifest's type is not requested (measured with docker-registry 2.8). */
const FORMS = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const ACCEPT = FORMS.join(', ');

/** Bytes of a manifest (by the distribution specification, registries accept 4 MiB), and of the answer with a token. */
const LARGEST_MANIFEST = 4 * 1024 * 1024;
const LARGEST_TOKEN = 64 * 1024;
/** Bytes of a file with logins. */
const LARGEST_LOGINS = 1024 * 1024;

export interface RegistryOptions {
  /** Milliseconds that a registry may take for one answer. */
  readonly limit: number;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The digest of an image under a tag: the checksum of the manifest that its registry sends, which a runtime will ask for.
 * The answer must be a manifest, by its media type and its form, and the digest that the registry states must be right. Logs in with the
 * credentials of `podman login` or `docker login`, else anonymously. Never rejects.
 */
export async function digestOf(
  image: { readonly registry: string; readonly repository: string; readonly tag: string },
  options: RegistryOptions,
): Promise<{ readonly digest: string } | { readonly why: string }> {
  const host = image.registry === 'docker.io' ? 'registry-1.docker.io' : image.registry;
  const scheme = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host) ? 'http' : 'https';
  const url = `${scheme}://${host}/v2/${image.repository}/manifests/${image.tag}`;
  const login = loginFor(image.registry, options.env);
  const get = (authorization?: string) =>
    fetch(url, {
      headers: { Accept: ACCEPT, ...(authorization === undefined ? {} : { Authorization: authorization }) },
      signal: AbortSignal.timeout(options.limit),
    });
  try {
    let answer = await get();
    if (answer.status === 401) {
      const authorization = await authorize(
        answer.headers.get('www-authenticate') ?? '',
        login,
        scheme,
        options,
      );
      if (authorization !== undefined) answer = await get(authorization);
    }
    if (answer.status === 401 || answer.status === 403)
      return { why: `${image.registry} requires a login: podman login ${image.registry}` };
    if (answer.status === 404) return { why: `${image.registry} has no such image` };
    if (scheme === 'https' && !answer.url.startsWith('https:'))
      return {
        why: `${image.registry} redirects to a server without encryption, ${shortened(answer.url)}`,
      };
    if (!answer.ok) return { why: `${image.registry} answers ${answer.status}` };
    const body = await bodyOf(answer, LARGEST_MANIFEST);
    if (body === undefined)
      return {
        why: `${image.registry} answers with more than ${LARGEST_MANIFEST / 2 ** 20} MiB, too much for a manifest`,
      };
    const why = whyInvalidManifest(body, answer.headers.get('content-type'));
    if (why !== undefined) return { why: `${image.registry} answers with an invalid manifest: ${why}` };
    const digest = `sha256:${createHash('sha256').update(body).digest('hex')}`;
    const said = answer.headers.get('docker-content-digest');
    return said === null || said === digest
      ? { digest }
      : { why: `${image.registry} says that the manifest is ${shortened(said)}, but sends ${digest}` };
  } catch (error) {
    return { why: inWords(error, image.registry, options.limit) };
  }
}

/** The body of an answer, of which at most `limit` bytes are read; undefined if it is longer. */
async function bodyOf(answer: Response, limit: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body ?? []) {
    size += chunk.length;
    // Leaving the loop ends the connection.
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Why a body is not the manifest of an image: by its media type, which must be the requested one, and by its form. */
function whyInvalidManifest(body: Buffer, contentType: string | null): string | undefined {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!FORMS.includes(type)) return `it is ${type === '' ? 'without a media type' : shortened(type)}`;
  if (body.length === 0) return 'it is empty';
  let read: unknown;
  try {
    read = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return 'it is not JSON';
  }
  const { schemaVersion, mediaType, manifests, config, layers } = (read ?? {}) as Readonly<
    Record<string, unknown>
  >;
  if (schemaVersion !== 2) return 'it has no `"schemaVersion": 2`';
  if (mediaType !== undefined && mediaType !== type) return 'its media type is not the one that it came with';
  const isIndex = type.includes('index') || type.includes('list');
  const right = isIndex ? isList(manifests) : hasDigest(config) && isList(layers);
  return right ? undefined : `it names no ${isIndex ? 'manifests' : 'config and layers'}`;
}

const isList = (value: unknown) => Array.isArray(value) && value.every(hasDigest);
const hasDigest = (value: unknown) =>
  /^sha256:[0-9a-f]{64}$/.test(String((value as { digest?: unknown } | null | undefined)?.digest));
const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text);

function inWords(error: unknown, registry: string, limit: number): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `${registry} did not answer within ${limit / 1000} s`;
  if (error instanceof SyntaxError) return `${registry} answers with something other than JSON`;
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  // The connection was made, but the rest of the answer did not arrive.
  if (error instanceof TypeError && error.message === 'terminated')
    return `${registry} did not complete its answer`;
  return `${registry} cannot be reached (${cause?.code ?? cause?.message ?? String(error)})`;
}

/** What a registry requires in the header: a token from its own server, or the login itself. */
async function authorize(
  challenge: string,
  login: string | undefined,
  asked: 'http' | 'https',
  { limit }: RegistryOptions,
): Promise<string | undefined> {
  const basic = login === undefined ? undefined : `Basic ${login}`;
  if (!/^bearer /i.test(challenge)) return basic;
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`, 'i').exec(challenge)?.[1];
  const realm = field('realm');
  // A login is not sent unencrypted to a server unless the registry itself was contacted unencrypted.
  if (realm === undefined || !URL.canParse(realm) || !realm.startsWith(asked === 'http' ? 'http' : 'https:'))
    return basic;
  const url = new URL(realm);
  for (const name of ['service', 'scope'] as const) {
    const value = field(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const headers = basic === undefined ? {} : { Authorization: basic };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(limit) });
  if (!answer.ok) return undefined;
  const body = await bodyOf(answer, LARGEST_TOKEN);
  const given = JSON.parse(String(body ?? '{}')) as { token?: unknown; access_token?: unknown } | null;
  const token = given?.token ?? given?.access_token;
  return typeof token === 'string' && /^[!-~]+$/.test(token) ? `Bearer ${token}` : undefined;
}

/** The login that `podman login` or `docker login` saved, in base64. */
function loginFor(registry: string, env: NodeJS.ProcessEnv): string | undefined {
  const home = env['HOME'] ?? homedir();
  const files = [
    env['REGISTRY_AUTH_FILE'],
    env['XDG_RUNTIME_DIR'] && join(env['XDG_RUNTIME_DIR'], 'containers/auth.json'),
    join(env['DOCKER_CONFIG'] ?? join(home, '.docker'), 'config.json'),
  ];
  const names = registry === 'docker.io' ? ['docker.io', 'https://index.docker.io/v1/'] : [registry];
  for (const file of files) {
    if (!file) continue;
    try {
      const read = readRegular(file, LARGEST_LOGINS);
      if (!('data' in read)) continue;
      const { auths = {} } = JSON.parse(new TextDecoder().decode(read.data)) as {
        auths?: Record<string, { auth?: string }>;
      };
      const login = names.map((name) => auths[name]?.auth).find((auth) => auth !== undefined);
      if (login !== undefined) return login;
    } catch {
      // There are no credentials, or they are somebody else's: anonymously, then.
    }
  }
  return undefined;
}
