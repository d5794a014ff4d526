/** A file that crc makes: a name relative to the output folder, and its whole text (UTF-8, LF). */
export interface Artifact {
  readonly name: string;
  readonly text: string;
  /** The same text in pieces, where the last one ends other files as well: whoever encodes it need not do so each time. */
  readonly pieces?: readonly string[];
}
