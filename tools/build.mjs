// Bundles crc into dist/: one file, a small one that starts it, and what V8 makes of the first (start.cjs).
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { assetModule } from './assets.mjs';
import { licensesOf } from './licenses.mjs';

const assets = {
  name: 'assets',
  setup({ onLoad }) {
    onLoad({ filter: /\.(hbs|sh|schema)$/ }, async ({ path }) => ({
      contents: assetModule(relative(process.cwd(), path), await readFile(path, 'utf8')),
    }));
  },
};

/** Commander loads node:child_process, for commands that are programs of their own; crc has none, and starts sooner without. */
const lazyChildProcess = {
  name: 'lazy child_process',
  setup({ onLoad }) {
    onLoad({ filter: /\/commander\/lib\/command\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const eager = "const childProcess = require('node:child_process');";
      if (!text.includes(eager)) throw new Error('commander: is there still something to put off?');
      return { contents: text.replace(eager, 'const childProcess = {};') };
    });
  },
};

/**
 * Modules that few flows need and that take long to load: in the bundle, a stub with the same functions loads one when
 * it is first called. Each exports functions only, and does nothing when it is loaded, so nobody can tell.
 */
const LATE = [
  // Chevrotain's parser, for texts with mistakes.
  'src/syntax/recover.ts',
  // JSON of users: profiles and records.
  'src/json/read.ts',
  'src/site/read.ts',
  // Findings, as people and as machines read them.
  'src/diagnostics/render.ts',
  'src/cli/formats.ts',
  // Images.
  'targets/image/dockerfile.ts',
  'targets/image/script.ts',
].map((file) => resolve(file));

const lateModules = {
  name: 'late modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\.(ts|schema)$/ }, ({ path, resolveDir, kind, namespace }) => {
      const file = resolve(resolveDir, path);
      const isLate = LATE.includes(file) && kind === 'import-statement' && namespace === 'file';
      return isLate ? { path: file, namespace: 'late' } : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => ({
      contents: stubOf(path, await readFile(path, 'utf8')),
      resolveDir: dirname(path),
    }));
  },
};

/** A module with the same functions as another one, which it loads when one of them is called. */
function stubOf(path, text) {
  const exported = [...text.matchAll(/^export (?!interface |type )(\S+) (\w+)/gm)];
  const stubs = exported.map(([, kind, name]) => {
    if (kind !== 'function')
      throw new Error(`${path}: ${name} is not a function, so it cannot be loaded late`);
    return `export function ${name}(...given) { return load().${name}(...given); }`;
  });
  return `let loaded; const load = () => (loaded ??= require(${JSON.stringify(path)}));\n${stubs.join('\n')}`;
}

await rm('dist', { recursive: true, force: true });
const { metafile } = await build({
  // What V8 makes of a bundle fits that bundle only; it looks at no more than its length. So both have its hash in their names.
  entryPoints: { bundle: 'entry/crc.ts' },
  entryNames: '[name]-[hash]',
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  bundle: true,
  // V8 keeps what it has made of a script; of a module Node 20 has no way to.
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  metafile: true,
  define: { 'import.meta.url': '__filename' },
  // Its CommonJS form finds its parts by names that a bundler cannot see.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  plugins: [assets, lazyChildProcess, lateModules],
});
const [bundle] = Object.keys(metafile.outputs);
const name = basename(bundle, '.cjs');
// What esbuild leaves as it is (regular expressions, raw templates, which say the same escaped): a text of ASCII is read at once.
const escaped = (await readFile(bundle, 'utf8')).replace(
  /[^\0-\x7f]/g,
  (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
);
await writeFile(bundle, escaped);
const inputs = Object.keys(metafile.inputs);
await writeFile('dist/LICENSES.txt', licensesOf(inputs));
// For the bill of materials of a release.
await writeFile('dist/inputs.json', JSON.stringify(inputs.filter((input) => input.includes('node_modules'))));
await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
const start = await readFile('tools/start.cjs', 'utf8');
await writeFile('dist/crc.js', start.replaceAll('BUNDLE', name));
await chmod('dist/crc.js', 0o755);
keepCode(resolve(`dist/${name}.v8`));
// The stand-in for DMTCP, for rehearsals on machines without one: programs of their own.
await build({
  entryPoints: ['standin/dmtcp.mjs'],
  outfile: 'dist/standin/dmtcp.mjs',
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
});
await cp('standin/bin', 'dist/standin/bin', { recursive: true });
await mkdir('dist/man');
await mkdir('dist/completions');
const printed = (...args) => execFileSync(process.execPath, ['dist/crc.js', ...args]);
await writeFile('dist/man/crc.1', printed('manual'));
for (const [shell, file] of Object.entries({ bash: 'crc.bash', zsh: '_crc', fish: 'crc.fish' }))
  await writeFile(`dist/completions/${file}`, printed('completion', shell));

/** Has V8 write down the code of a compilation's functions; without it, crc only starts more slowly. */
function keepCode(made) {
  const folder = mkdtempSync(join(tmpdir(), 'crflow-build-'));
  const program = `
    const script = require(${JSON.stringify(resolve('dist/crc.js'))});
    process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(made)}, script.createCachedData()));`;
  const input = `crflow 1
workflow build {
  application { run = "./a"  memory = 1GiB }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
  // Of a program that was handed to it by -e, commander reads all arguments.
  const args = ['compile', '--no-verify', '-o', folder, '-'];
  const { status, stderr } = spawnSync(process.execPath, ['-e', program, '--', ...args], {
    input,
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true, force: true });
  if (status !== 0) throw new Error(`dist/crc.js does not start: ${stderr}`);
}
