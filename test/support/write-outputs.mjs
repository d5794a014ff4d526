// Writes the same text into many outputs of a folder, again and again, until it is killed: a version each time.
// Arguments: src/host/write.ts as a bundle, the folder, the beginning of the text.
import { hostname } from 'node:os';

const [module, folder, from] = process.argv.slice(2);
const { lockFolder, writeArtifacts } = await import(module);
console.log('begun');
for (let version = 0; ; version++) {
  const release = await lockFolder(folder, hostname());
  const artifacts = Array.from({ length: 30 }, (_, i) => ({
    name: `f${i}.sbatch`,
    text: `${from} ${version}`,
  }));
  await writeArtifacts(folder, artifacts);
  await release();
}
