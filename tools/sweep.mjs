// npm run sweep: the crash sweep, complete; test/sweep/all.ts says what it does and takes.
import { relative } from 'node:path';
import { createViteServer } from 'vitest/node';
import { assetModule } from './assets.mjs';

const server = await createViteServer({
  configFile: false,
  appType: 'custom',
  logLevel: 'error',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true },
  oxc: { target: 'node20' },
  plugins: [
    {
      name: 'assets',
      enforce: 'pre',
      transform: (text, id) => assetModule(relative(process.cwd(), id), text),
    },
  ],
});
const { all } = await server.ssrLoadModule('/test/sweep/all.ts');
process.exitCode = await all(process.argv.slice(2));
await server.close();
