import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** All forms of a manifest: a registry answers 404 for one that is not asked for (measured with docker-registry 2.8). */
const ACCEPT = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

export interface RegistryOptions {
  /** Milliseconds that a registry may take for one answer. */
  readonly limit: number;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The digest that a registry gives an image under a tag: the OCI distribution specification's `Docker-Content-Digest`, or the
 * checksum of the manifest where a registry sends none. Logs in as `podman login` or `docker login` have, and else as
 * anybody may. Never rejects.
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
      const authorization = await authorize(answer.headers.get('www-authenticate') ?? '', login, options);
      if (authorization !== undefined) answer = await get(authorization);
    }
    if (answer.status === 401 || answer.status === 403)
      return { why: `${image.registry} wants a login: podman login ${image.registry}` };
    if (answer.status === 404) return { why: `${image.registry} has no such image` };
    if (!answer.ok) return { why: `${image.registry} answers ${answer.status}` };
    const body = Buffer.from(await answer.arrayBuffer());
    const digest =
      answer.headers.get('docker-content-digest') ??
      `sha256:${createHash('sha256').update(body).digest('hex')}`;
    return /^sha256:[0-9a-f]{64}$/.test(digest)
      ? { digest }
      : { why: `${image.registry} answers what is no digest` };
  } catch (error) {
    return { why: inWords(error, image.registry, options.limit) };
  }
}

function inWords(error: unknown, registry: string, limit: number): string {
  if (error instanceof DOMException && error.name === 'TimeoutError')
    return `${registry} did not answer within ${limit / 1000} s`;
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  return `${registry} cannot be reached (${cause?.code ?? cause?.message ?? String(error)})`;
}

/** What a registry wants in the header: a token that its own server gives, or the login itself. */
async function authorize(
  challenge: string,
  login: string | undefined,
  { limit }: RegistryOptions,
): Promise<string | undefined> {
  const basic = login === undefined ? undefined : `Basic ${login}`;
  if (!/^bearer /i.test(challenge)) return basic;
  const field = (name: string) => new RegExp(`${name}="([^"]*)"`, 'i').exec(challenge)?.[1];
  const realm = field('realm');
  if (realm === undefined || !/^https?:\/\//.test(realm)) return basic;
  const url = new URL(realm);
  for (const name of ['service', 'scope'] as const) {
    const value = field(name);
    if (value !== undefined) url.searchParams.set(name, value);
  }
  const headers = basic === undefined ? {} : { Authorization: basic };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(limit) });
  if (!answer.ok) return undefined;
  const given = (await answer.json()) as { token?: unknown; access_token?: unknown };
  const token = given.token ?? given.access_token;
  return typeof token === 'string' ? `Bearer ${token}` : undefined;
}

/** The login that `podman login` and `docker login` keep, in base64. */
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
      const { auths = {} } = JSON.parse(readFileSync(file, 'utf8')) as {
        auths?: Record<string, { auth?: string }>;
      };
      const login = names.map((name) => auths[name]?.auth).find((auth) => auth !== undefined);
      if (login !== undefined) return login;
    } catch {
      // There is none, or it is somebody else's: then as anybody may.
    }
  }
  return undefined;
}
