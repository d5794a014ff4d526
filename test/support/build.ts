import { execFileSync } from 'node:child_process';

/** Once before all tests: they run the bundle that users run. */
export function setup(): void {
  execFileSync(process.execPath, ['tools/build.mjs'], { stdio: 'inherit' });
}
