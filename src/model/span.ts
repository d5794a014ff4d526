/** A half-open range `[start, end)` of UTF-16 offsets into one source text. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A source as the user named it (`-` for standard input), whole and undecorated. */
export interface Source {
  readonly name: string;
  readonly text: string;
}
