/** A path on the host: `$NAME` parts are expanded by the job, everything else is taken to the letter. */
export type HostPath = readonly PathPart[];
export type PathPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string };

/** The path as it is written, variables by their names. */
export const asWritten = (path: HostPath): string =>
  path.map((part) => (part.kind === 'variable' ? `$${part.name}` : part.text)).join('');

/** The variables of a path, or of several one after the other, each once. */
export const variablesOf = (path: HostPath): readonly string[] => [
  ...new Set(path.flatMap((part) => (part.kind === 'variable' ? [part.name] : []))),
];
