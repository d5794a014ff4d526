// A registry of images that answers as real ones do, and as they do on bad days. Started as a program it prints its port and
// ends with its input. What it does goes by the repository's name.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const manifest = '{"schemaVersion":2}\n';
export const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const { authorization = '', accept = '' } = request.headers;
  const answer = (status, headers = {}, body = '') => {
    response.writeHead(status, headers);
    response.end(body);
  };
  const found = (headers = { 'Docker-Content-Digest': digest }) => answer(200, headers, manifest);
  if (url.pathname === '/token') {
    const fine = url.searchParams.get('scope') === 'repository:lab/token:pull';
    return fine ? answer(200, {}, '{"token":"t0ken"}') : answer(400);
  }
  const [, repository, tag] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(url.pathname) ?? [];
  // The real one answers so for a form that was not asked for.
  if (!accept.includes('oci.image.manifest') || !accept.includes('oci.image.index') || tag === 'gone')
    return answer(404);
  const realm = `http://127.0.0.1:${server.address().port}/token`;
  switch (repository) {
    case 'lab/plain':
      return found();
    case 'lab/silent':
      return found({});
    case 'lab/lies':
      return found({ 'Docker-Content-Digest': 'sha256:zz' });
    case 'lab/token':
      if (authorization === 'Bearer t0ken') return found();
      return answer(401, {
        'WWW-Authenticate': `Bearer realm="${realm}",service="r",scope="repository:lab/token:pull"`,
      });
    case 'lab/login':
      if (authorization === `Basic ${Buffer.from('me:secret').toString('base64')}`) return found();
      return answer(401, { 'WWW-Authenticate': 'Basic realm="r"' });
    case 'lab/broken':
      return answer(500);
    case 'lab/hangs':
      return undefined;
    default:
      return answer(404);
  }
});

/** Starts it on a free port of the loopback. */
export const start = () =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
export const stop = () => {
  server.closeAllConnections();
  server.close();
};

if (process.argv[1] === import.meta.filename) {
  console.log(await start());
  process.stdin.resume().on('end', stop);
}
