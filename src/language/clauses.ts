/** A clause of a block: a verb with a text, and the words that follow it. */
export interface ClauseSpec {
  readonly doc: string;
  readonly example: string;
  /** Each is followed by a text. */
  readonly parts: readonly string[];
  /** Words without a text, which may be left out. */
  readonly flags: readonly string[];
  /** What other tools call it. */
  readonly aliases: readonly string[];
}

/** The parser knows clauses by their verbs; the vocabulary says which block each belongs to. */
export const clauses = {
  mount: {
    doc: 'Shows a folder or file of the host inside the container.',
    example: 'mount "$SCRATCH/data" to "/data"',
    parts: ['to'],
    flags: ['readonly'],
    aliases: ['bind', 'binds', 'volume', 'volumes', 'mounts', 'bind_mount'],
  },
  copy: {
    doc: 'Copies a folder or file from beside the flow into the image, for the build.',
    example: 'copy "src" to "/opt/solve"',
    parts: ['to'],
    flags: [],
    aliases: ['add', 'copies', 'source', 'sources', 'files'],
  },
  git: {
    doc: 'Copies a commit of a git repository into the image.',
    example: 'git "https://example.org/solve.git" commit "1c2d…" to "/opt/solve"',
    parts: ['commit', 'to'],
    flags: [],
    aliases: ['clone', 'git_clone', 'repository', 'repo'],
  },
  archive: {
    doc: 'Unpacks a tar archive, from beside the flow or from the web, into the image.',
    example: 'archive "https://example.org/solve-1.2.tar.gz" sha256 "9f86…" to "/opt/solve"',
    parts: ['sha256', 'to'],
    flags: [],
    aliases: ['tar', 'tarball', 'unpack', 'download', 'fetch', 'url'],
  },
} as const satisfies Readonly<Record<string, ClauseSpec>>;
export type ClauseName = keyof typeof clauses;

/** The clause of that verb, if it is one. */
export function clauseOf(verb: string): ClauseSpec | undefined {
  return Object.hasOwn(clauses, verb) ? clauses[verb as ClauseName] : undefined;
}

/** `HOST:INSIDE` or `HOST:INSIDE:ro`, the form of the runtimes' command lines, written as a clause. */
export function splitMount(text: string): string | undefined {
  const [, from, to, flags] = /^([^:]+):(\/[^:]*)(?::([\w,]+))?$/.exec(text.trim()) ?? [];
  if (from === undefined || to === undefined) return undefined;
  return `mount "${from}" to "${to}"${flags?.split(',').includes('ro') ? ' readonly' : ''}`;
}
