// Bundles crc into dist/: one small entry, and a chunk for each part that is loaded only when needed.
import { readFile, rm } from 'node:fs/promises';
import { relative } from 'node:path';
import { build } from 'esbuild';
import { assetModule } from './assets.mjs';

const assets = {
  name: 'assets',
  setup({ onLoad }) {
    onLoad({ filter: /\.(hbs|sh|schema)$/ }, async ({ path }) => ({
      contents: assetModule(relative(process.cwd(), path), await readFile(path, 'utf8')),
    }));
  },
};

await rm('dist', { recursive: true, force: true });
await build({
  entryPoints: { crc: 'src/cli/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  minify: true,
  legalComments: 'none',
  // The ShellCheck wrapper downloads a program of its own; it is found in node_modules when it is needed.
  external: ['shellcheck'],
  // Its CommonJS form finds its parts by names that a bundler cannot see.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  plugins: [assets],
  // CommonJS libraries in the bundle ask for Node's own modules with require().
  banner: {
    js: "import { createRequire as crflowRequire } from 'node:module'; const require = crflowRequire(import.meta.url);",
  },
});
