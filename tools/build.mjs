// Bundles crc into dist/: two files, a small one that starts them, and what V8 makes of each (start.cjs).
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build, transform } from 'esbuild';
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
 * The bundle has two parts, because V8 takes time for each kilobyte of one: what compiles a flow without mistakes, and the
 * rest, which is loaded when something in it is called. To the rest belong all modules that are imported dynamically, and
 * these, which export only functions and kinds of findings, and do nothing when they are loaded, so nobody can tell.
 */
const LATE = [
  // Chevrotain's parser, for texts with mistakes.
  'src/syntax/recover.ts',
  // JSON of users: profiles and records.
  'src/json/read.ts',
  'src/site/read.ts',
  'src/programs/read.ts',
  // Findings: what they say, and how people and machines read them.
  ...readdirSync('src/diagnostics')
    .map((name) => `src/diagnostics/${name}`)
    .filter((file) => readFileSync(file, 'utf8').includes('= defineDiagnostics(')),
  'src/cli/findings.ts',
  'src/allow-mistakes.ts',
  'src/diagnostics/render.ts',
  'src/cli/formats.ts',
  'src/cli/range.ts',
  // Images.
  'targets/image/emit.ts',
].map((file) => resolve(file));

/** What a module of the rest is called by whoever loads it. */
const REST = 'crflow:rest';
const loading = (file) => `require(${JSON.stringify(REST)}).parts[${JSON.stringify(relative('.', file))}]()`;
const late = new Set(LATE);

const lateModules = {
  name: 'late modules',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^${REST}$`) }, () => ({ path: REST, external: true }));
    onResolve({ filter: /\.ts$/ }, ({ path, resolveDir, kind, namespace }) => {
      const file = resolve(resolveDir, path);
      const isLate = LATE.includes(file) && kind === 'import-statement' && namespace === 'file';
      return isLate ? { path: file, namespace: 'late' } : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => ({
      contents: stubOf(path, await readFile(path, 'utf8')),
      resolveDir: dirname(path),
    }));
    onLoad({ filter: /\/(?:entry|src|targets)\/.*\.ts$/ }, async ({ path }) => {
      const contents = (await readFile(path, 'utf8')).replace(/\bimport\('(\..*?)'\)/g, (_, name) => {
        const file = resolve(dirname(path), name);
        late.add(file);
        return loading(file);
      });
      return { contents, loader: 'ts' };
    });
  },
};

/** A module with the same functions and kinds of findings as another one, which it loads when one of them is used. */
function stubOf(path, text) {
  const exported = [
    ...text.matchAll(/^export (?!interface |type )(?:function|const) (\w+)( = defineDiagnostics)?(.*)/gm),
  ];
  const stubs = exported.map(([whole, name, kinds, more]) => {
    if (kinds) return `export const ${name} = kinds(() => load().${name});`;
    if (!/^export function|^ = \(/.test(whole.includes(' function ') ? whole : more))
      throw new Error(`${path}: ${name} is not a function, so it cannot be loaded late`);
    return `export function ${name}(...given) { return load().${name}(...given); }`;
  });
  return `let loaded; const load = () => (loaded ??= ${loading(path)});
const kinds = (all) => new Proxy({}, {
  get: (_, name) => all()[name],
  ownKeys: () => Reflect.ownKeys(all()),
  getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor({ ...all() }, name),
});
${stubs.join('\n')}`;
}

/** Modules of Node that take long to load, and of which only functions are used: each is loaded when one of them is called. */
const lateBuiltins = {
  name: 'late modules of Node',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:(?:child_process|fs\/promises)$/ }, ({ path, kind, namespace }) =>
      kind === 'import-statement' && namespace !== 'builtin'
        ? { path, namespace: 'builtin', sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: 'builtin' }, async ({ path }) => ({
      contents: Object.entries(await import(path))
        .filter(([name, value]) => typeof value === 'function' && name !== 'default')
        .map(
          ([name]) =>
            `export const ${name} = (...given) => require(${JSON.stringify(path)}).${name}(...given);`,
        )
        .join('\n'),
    }));
  },
};

const ENTRY = 'entry/crc.ts';
const options = { platform: 'node', target: 'node20', minify: true, legalComments: 'none' };

/** Bundles the entry and the rest; what both need is in one chunk, together with the entry: its modules are all imported by the rest. */
async function bundled() {
  const rest = {
    name: 'rest',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^rest$/ }, () => ({ path: 'rest', namespace: 'rest' }));
      onLoad({ filter: /.*/, namespace: 'rest' }, () => ({
        contents: `import ${JSON.stringify(`./${ENTRY}`)};
export const parts = {${[...late].sort().map((file) => `${JSON.stringify(relative('.', file))}: () => require(${JSON.stringify(file)})`)}};`,
        resolveDir: process.cwd(),
      }));
    },
  };
  let count;
  let made;
  // Until no dynamic import is new.
  do {
    count = late.size;
    made = await build({
      ...options,
      entryPoints: { crc: ENTRY, rest: 'rest' },
      outdir: 'dist',
      bundle: true,
      splitting: true,
      write: false,
      format: 'esm',
      metafile: true,
      define: { 'import.meta.url': '__filename' },
      // Its CommonJS form finds its parts by names that a bundler cannot see.
      alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
      plugins: [assets, lazyChildProcess, lateModules, lateBuiltins, rest],
    });
  } while (late.size > count);
  const text = (start) => made.outputFiles.filter(({ path }) => basename(path).startsWith(start));
  const [core, ...more] = text('chunk-');
  if (more.length > 0) throw new Error('the bundle has more than two parts');
  const [other] = text('rest');
  // A module that the rest gives, and that the entry has loaded already: it would be slower there, because it could be loaded late.
  const both = Object.keys(made.metafile.outputs[relative('.', core.path)].inputs).filter((file) =>
    late.has(resolve(file)),
  );
  if (both.length > 0) throw new Error(`loaded at once and late: ${both}`);
  return {
    inputs: Object.keys(made.metafile.inputs),
    core: sharedLate(core.text),
    rest: other.text.replaceAll(`"./${basename(core.path)}"`, '"crflow:core"'),
  };
}

/** What the rest needs of the entry's module, as one function: hundreds of exports take a millisecond, and most calls need none. */
function sharedLate(module) {
  const [whole, list] = /\bexport\s*\{([^{}]*)\};?\s*$/.exec(module) ?? [];
  const getters = list.split(',').map((one) => {
    const [own, name = own] = one.trim().split(/\s+as\s+/);
    return `get ${name}() { return ${own}; }`;
  });
  return `${module.slice(0, -whole.length)}export function shared() { return { ${getters} }; }`;
}

/** A part as dist/crc.js runs it; the name of its file. V8 keeps what it has made of a script; of a module Node 20 has no way to. */
async function writePart(part, module) {
  const made = await transform(module, { ...options, format: 'cjs' });
  const code = made.code.replaceAll('require("crflow:core")', 'require("crflow:core").shared()');
  // What esbuild leaves as it is (regular expressions, raw templates, which say the same escaped): a text of ASCII is read at once.
  const escaped = code.replace(
    /[^\0-\x7f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  // As Node itself wraps a module; on the first line, so that places in it stay right.
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${escaped}\n})`;
  // What V8 makes of a part fits that part only; it looks at no more than its length. So both have its hash in their names.
  const name = `${part}-${createHash('sha256').update(wrapped).digest('hex').slice(0, 8)}`;
  await writeFile(`dist/${name}.cjs`, wrapped);
  return name;
}

await rm('dist', { recursive: true, force: true });
await mkdir('dist');
const { inputs, ...modules } = await bundled();
const core = await writePart('core', modules.core);
const rest = await writePart('rest', modules.rest);
await writeFile('dist/LICENSES.txt', licensesOf(inputs));
// For the bill of materials of a release.
await writeFile('dist/inputs.json', JSON.stringify(inputs.filter((input) => input.includes('node_modules'))));
await writeFile('dist/package.json', '{ "type": "commonjs" }\n');
const start = await readFile('tools/start.cjs', 'utf8');
await writeFile('dist/crc.js', start.replace('CORE', core).replace('REST', rest));
await chmod('dist/crc.js', 0o755);
keepCode();
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

/** Has V8 write down the code of the functions that most calls need; without it, crc only starts more slowly. */
function keepCode() {
  const folder = mkdtempSync(join(tmpdir(), 'crflow-build-'));
  const program = join(folder, 'keep.cjs');
  writeFileSync(
    program,
    `const scripts = require(${JSON.stringify(resolve('dist/crc.js'))});
    process.on('exit', () => {
      const name = process.env.PART;
      require('node:fs').writeFileSync(${JSON.stringify(resolve('dist'))} + '/' + name + '.v8', scripts.get(name).createCachedData());
    });`,
  );
  const flow = `crflow 1
workflow build {
  application { run = "./a"  memory = 1GiB }
  environment { load = ["dmtcp/4.1.1"] }
  checkpoint { interval = 10min  lead = 2min }
  schedule { time = 2h  total = 1d }
}
`;
  const keep = (PART, args, input, expected) => {
    const { status, stderr } = spawnSync(process.execPath, [program, ...args], {
      input,
      encoding: 'utf8',
      env: { ...process.env, PART },
    });
    if (status !== expected) throw new Error(`dist/crc.js does not start: ${stderr}`);
  };
  keep(core, ['compile', '--no-verify', '-o', folder, '-'], flow, 0);
  // With a mistake, so that its parser and what shows findings are in it.
  keep(rest, ['check', '--strict', '-'], flow.replace('1GiB', '1GiB }'), 1);
  rmSync(folder, { recursive: true, force: true });
}
