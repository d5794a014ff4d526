// A registry of images that answers as real ones do, and as they do on bad days. Started as a program it prints its port and
// ends with its input. What it does goes by the repository's name.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';

const oci = 'application/vnd.oci.image.manifest.v1+json';
const part = { digest: `sha256:${'a'.repeat(64)}`, size: 2 };
const manifest = JSON.stringify({ schemaVersion: 2, config: part, layers: [part] });
export const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  const { authorization = '', accept = '' } = request.headers;
  const answer = (status, headers = {}, body = '') => {
    response.writeHead(status, headers);
    response.end(body);
  };
  const found = (headers = { 'Docker-Content-Digest': digest }, body = manifest) =>
    answer(200, { 'Content-Type': oci, ...headers }, body);
  /** Bytes as long as they are taken. */
  const pour = (text) => {
    const more = () => {
      while (!response.destroyed && response.write(text));
      if (!response.destroyed) response.once('drain', more);
    };
    more();
  };
  if (url.pathname === '/login')
    return answer(200, { 'Content-Type': 'text/html' }, '<html>Please log in</html>');
  if (url.pathname === '/endless') {
    response.writeHead(200);
    return pour(' '.repeat(65536));
  }
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
    case 'lie/digest':
      return found({ 'Docker-Content-Digest': `sha256:${'0'.repeat(64)}` });
    case 'lie/html':
      return answer(200, { 'Content-Type': 'text/html; charset=utf-8' }, '<html>Please log in</html>');
    case 'lie/html-as-manifest':
      return found({}, '<html>Please log in</html>');
    case 'lie/empty':
      return found({}, '');
    case 'lie/no-type':
      return answer(200, {}, manifest);
    case 'lie/old-form':
      return found({ 'Content-Type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' });
    case 'lie/other-type':
      return found({}, JSON.stringify({ schemaVersion: 2, mediaType: 'a/b', config: part, layers: [] }));
    case 'lie/json':
      return found({}, '{"errors":[]}');
    case 'lie/null':
      return found({}, 'null');
    case 'lie/index':
      return found({ 'Content-Type': 'application/vnd.oci.image.index.v1+json' });
    case 'lie/endless':
      response.writeHead(200, { 'Content-Type': oci });
      return pour(' '.repeat(65536));
    case 'lie/bomb':
      // 64 MiB of blanks, a few kilobytes on the wire.
      response.writeHead(200, { 'Content-Type': oci, 'Content-Encoding': 'gzip' });
      return response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024, 32)));
    case 'lie/drip': {
      response.writeHead(200, { 'Content-Type': oci });
      const timer = setInterval(() => response.write(' '), 20);
      return response.on('close', () => clearInterval(timer));
    }
    case 'lie/too-short':
      response.writeHead(200, { 'Content-Type': oci, 'Content-Length': manifest.length + 100 });
      response.write(manifest);
      return setTimeout(() => response.destroy(), 50);
    case 'lie/too-long':
      request.socket.write(
        `HTTP/1.1 200 OK\r\nContent-Type: ${oci}\r\nContent-Length: ${manifest.length - 10}\r\n\r\n${manifest}`,
      );
      return request.socket.end();
    case 'lie/redirect-to-login':
      return answer(302, { Location: '/login' });
    case 'lie/redirect-for-ever':
      return answer(302, { Location: request.url });
    case 'lie/token':
      return answer(401, {
        'WWW-Authenticate': `Bearer realm="http://127.0.0.1:${server.address().port}/login"`,
      });
    case 'lie/token-endless':
      return answer(401, {
        'WWW-Authenticate': `Bearer realm="http://127.0.0.1:${server.address().port}/endless"`,
      });
    case 'lie/realm':
      return answer(401, { 'WWW-Authenticate': 'Bearer realm="http://[::"' });
    case 'lab/redirect':
      return answer(307, { Location: request.url.replace('lab/redirect', 'lab/plain') });
    case 'lab/index':
      return found(
        { 'Content-Type': 'application/vnd.oci.image.index.v1+json' },
        JSON.stringify({ schemaVersion: 2, manifests: [part] }),
      );
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
