/** A file that crc makes: a name relative to the output folder, and its whole text (UTF-8, LF). */
export interface Artifact {
  readonly name: string;
  readonly text: string;
  /** The same text in pieces, if other files end with the same last piece: it then has to be encoded only once. */
  readonly pieces?: readonly string[];
}
