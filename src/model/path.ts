/** A path on the host: the job expands the `$NAME` parts, everything else is literal. */
export type HostPath = readonly PathPart[];
export type PathPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string };

/** The path as written, with the names of its variables. */
export const asWritten = (path: HostPath): string =>
  path.map((part) => (part.kind === 'variable' ? `$${part.name}` : part.text)).join('');

/** The variables of one or several paths, each once. */
export const variablesOf = (path: HostPath): readonly string[] => [
  ...new Set(path.flatMap((part) => (part.kind === 'variable' ? [part.name] : []))),
];
