import type { Artifact } from '../model/artifact.ts';

/** What made which file, for whoever finds the output later (specs/manifest.schema.json). */
export interface Manifest {
  readonly format: 1;
  /** Version of crc's runtime, which is what decides whether a script would come out differently. */
  readonly runtime: number;
  /** Path relative to the manifest, `/` between folders; `-` for standard input. */
  readonly source: { readonly path: string; readonly sha256: string };
  readonly outputs: readonly { readonly name: string; readonly sha256: string }[];
}

/** The manifest of one flow's artifacts. Holds no time and no absolute path: it is committed beside them. */
export function manifest(of: {
  name: string;
  runtime: number;
  source: { path: string; text: string };
  artifacts: readonly Artifact[];
  sha256: (text: string) => string;
}): Artifact {
  const content: Manifest = {
    format: 1,
    runtime: of.runtime,
    source: { path: of.source.path, sha256: of.sha256(of.source.text) },
    outputs: of.artifacts.map(({ name, text }) => ({ name, sha256: of.sha256(text) })),
  };
  return { name: `${of.name}.crc.json`, text: `${JSON.stringify(content, null, 2)}\n` };
}
