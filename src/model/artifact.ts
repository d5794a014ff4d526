/** A file that crc makes: a name relative to the output folder, and its whole text (UTF-8, LF). */
export interface Artifact {
  readonly name: string;
  readonly text: string;
}
