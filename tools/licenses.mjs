// The packages that a bundle contains, and their licenses, which have to come with it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The packages that the files of a bundle are from, each once, by name.
 * @param {readonly string[]} inputs paths as esbuild writes them
 */
export function packagesIn(inputs) {
  const found = new Map();
  for (const input of inputs) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder === undefined || found.has(folder)) continue;
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    found.set(folder, { name, version, license, folder });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Their licenses as one text. Throws if a package has none. */
export function licensesOf(inputs) {
  return packagesIn(inputs)
    .map(({ name, version, license, folder }) => {
      const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
      if (file === undefined && license === undefined) throw new Error(`${name} has no license`);
      const text =
        file === undefined ? `${license} license` : readFileSync(join(folder, file), 'utf8').trim();
      return `${name} ${version}\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(72)}\n\n`);
}
