/** A path on the host: `$NAME` parts are expanded by the job, everything else is taken to the letter. */
export type HostPath = readonly PathPart[];
export type PathPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string };
