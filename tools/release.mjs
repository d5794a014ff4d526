// npm run release [-- FOLDER]: everything that a release consists of, in FOLDER (release/): the npm package, an archive with an
// executable for each platform, a bill of materials (CycloneDX), and checksums. Needs npm and GNU tar. Set SOURCE_DATE_EPOCH
// for archives that are the same each time.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { inject } from 'postject';
import { packagesIn } from './licenses.mjs';

/** Node, as npm has it, and what npm says about each archive. The newest release with long-term support. */
const NODE = '24.21.0';
const INTEGRITY = {
  x64: 'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  arm64: 'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
};
/** What Node looks for in its executable. */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

const out = resolve(process.argv[2] ?? 'release');
const work = mkdtempSync(join(tmpdir(), 'crflow-release-'));
const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const run = (program, args, options = {}) =>
  execFileSync(program, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 28,
    ...options,
  });

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
try {
  run(process.execPath, ['tools/build.mjs']);
  run('npm', ['pack', '--ignore-scripts', '--pack-destination', out]);
  for (const platform of Object.keys(INTEGRITY)) await executable(platform);
  writeFileSync(join(out, `${name}-${version}.cdx.json`), `${JSON.stringify(materials(), null, 2)}\n`);
  const sums = readdirSync(out)
    .sort()
    .map((file) => `${hash('sha256', 'hex', join(out, file))}  ${file}\n`);
  writeFileSync(join(out, 'SHA256SUMS'), sums.join(''));
  process.stdout.write(sums.join(''));
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** An archive with crc as one executable: Node, with the bundle inside. */
async function executable(platform) {
  const node = join(work, `node-${platform}`);
  const folder = `${name}-${version}-linux-${platform}`;
  const program = join(work, folder, 'crc');
  fetchNode(platform, node);
  mkdirSync(join(work, folder));
  copyFileSync(join(node, 'bin/node'), program);
  chmodSync(program, 0o755);
  await inject(program, 'NODE_SEA_BLOB', blob(node, platform), { sentinelFuse: FUSE });
  copyFileSync('LICENSE', join(work, folder, 'LICENSE'));
  copyFileSync(join(node, 'LICENSE'), join(work, folder, 'LICENSE.node'));
  copyFileSync('dist/LICENSES.txt', join(work, folder, 'LICENSES.txt'));
  // With the stand-in for DMTCP, which crc looks for beside itself, and runs.
  for (const more of ['man', 'completions', 'standin'])
    cpSync(join('dist', more), join(work, folder, more), { recursive: true });
  const when = process.env['SOURCE_DATE_EPOCH'] ?? String(Math.floor(Date.now() / 1000));
  const same = [
    '--sort=name',
    `--mtime=@${when}`,
    '--owner=0',
    '--group=0',
    '--numeric-owner',
    '--mode=u=rwX,go=rX',
  ];
  const archive = join(out, `${folder}.tar.gz`);
  run('tar', ['-C', work, ...same, '--use-compress-program=gzip -9n', '-cf', archive, folder]);
}

/** Node's files for a platform; fails if they are not those that were chosen. */
function fetchNode(platform, folder) {
  const [packed] = JSON.parse(
    run('npm', ['pack', `node-linux-${platform}@${NODE}`, '--json', '--pack-destination', work]),
  );
  const archive = join(work, packed.filename);
  const found = `sha512-${hash('sha512', 'base64', archive)}`;
  if (found !== INTEGRITY[platform])
    throw new Error(`node-linux-${platform} ${NODE} is ${found}, which is not the one that was chosen`);
  mkdirSync(folder);
  run('tar', ['-C', folder, '--strip-components=1', '-xzf', archive]);
}

/** The bundle in Node's form. What V8 makes of it fits one platform only; on another, crc starts more slowly. */
function blob(node, platform) {
  const own = platform === arch();
  const main = join(work, 'crc.cjs');
  writeFileSync(main, oneFile());
  const blobFile = join(work, `${platform}.blob`);
  const config = join(work, `${platform}.json`);
  const settings = {
    main,
    output: blobFile,
    disableExperimentalSEAWarning: true,
    useCodeCache: own,
  };
  writeFileSync(config, JSON.stringify(settings));
  const builder = own ? join(node, 'bin/node') : join(work, `node-${arch()}`, 'bin/node');
  run(builder, ['--experimental-sea-config', config]);
  return readFileSync(blobFile);
}

/** Both parts of the bundle in one file, as Node wants it, which here loads its own modules only. It is also the Node of the stand-in. */
function oneFile() {
  const part = (name) => {
    const file = readdirSync('dist').find((one) => one.startsWith(`${name}-`) && one.endsWith('.cjs'));
    return `'crflow:${name}': ${readFileSync(join('dist', file), 'utf8')}`;
  };
  return `const parts = { ${part('core')}, ${part('rest')} };
const modules = {};
function load(id) {
  if (!(id in parts)) return require(id);
  if (id in modules) return modules[id].exports;
  modules[id] = { exports: {} };
  parts[id](modules[id].exports, load, modules[id], __filename, __dirname);
  return modules[id].exports;
}
const standIn = require('node:path').join(__dirname, 'standin/dmtcp.mjs');
if (process.argv[2] === standIn) {
  process.argv.splice(1, 1); // as \`node standin/dmtcp.mjs\` has it
  require('node:module').createRequire(standIn)(standIn);
} else {
  load('crflow:core');
}
`;
}

/** What npm says about all packages, without those that are in no part of a release, and Node, which is in the executables. */
function materials() {
  const all = JSON.parse(run('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only']));
  const inputs = JSON.parse(readFileSync('dist/inputs.json', 'utf8'));
  const shipped = new Set(packagesIn(inputs).map((one) => `${one.name}@${one.version}`));
  const components = all.components
    .filter((one) => shipped.has(one['bom-ref']))
    .map(({ properties: _, ...one }) => ({ ...one, scope: 'required' }));
  if (components.length !== shipped.size)
    throw new Error('npm sbom does not list all packages of the bundle');
  const refs = new Set([...shipped, `${name}@${version}`, `node@${NODE}`]);
  const own = [...shipped, `node@${NODE}`].sort();
  const node = {
    'bom-ref': `node@${NODE}`,
    type: 'platform',
    name: 'node',
    version: NODE,
    purl: `pkg:generic/node@${NODE}`,
    scope: 'optional',
  };
  const dependencies = [
    { ref: `${name}@${version}`, dependsOn: own },
    ...all.dependencies
      .filter(({ ref }) => shipped.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) })),
    { ref: `node@${NODE}`, dependsOn: [] },
  ];
  // npm names the package after its folder.
  const component = { ...all.metadata.component, type: 'application', name };
  return {
    ...all,
    metadata: { ...all.metadata, component },
    components: [...components, node],
    dependencies,
  };
}

function hash(algorithm, encoding, file) {
  return createHash(algorithm).update(readFileSync(file)).digest(encoding);
}
