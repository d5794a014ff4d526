/** What is known of how a program saves itself: a file of programs/, or of a site or a group (specs/program.schema.json). */
export interface KnownProgram {
  readonly format: 1;
  readonly name: string;
  /** What it is called in a sentence: "LAMMPS". */
  readonly title: string;
  /** Other names that people use for it. */
  readonly called?: readonly string[];
  /** The releases that this was measured with; absent: it is only from the program's manual. */
  readonly tried?: string;
  /** What differs from flow to flow: `{{NAME}}` in the values of `checkpoint`. */
  readonly parameters?: Readonly<Record<string, ProgramParameter>>;
  /** Values of keys of the block `checkpoint`, as a flow has them. */
  readonly checkpoint: Readonly<Record<string, string | readonly string[]>>;
  /** Does the same command continue, or does the flow need `again`? */
  readonly continues: 'same' | 'again';
  readonly facts: readonly Fact[];
  /** What goes wrong, and how not to let it. */
  readonly traps: readonly Fact[];
  /** What `crc init --for` writes. */
  readonly example: ProgramExample;
}

export interface ProgramParameter {
  /** A name is one part of a path; a path is relative to `workdir`; a count is a whole number. */
  readonly type: 'name' | 'path' | 'count';
  readonly about: string;
  /** What holds if the flow does not say; absent: it must. */
  readonly default?: string;
  /** The option of the program that gives it: it is looked for in `run`. */
  readonly option?: string;
}

/** A sentence, and where it was measured, or the page that says it. */
export interface Fact {
  readonly says: string;
  readonly source: string;
}

export interface ProgramExample {
  /** What a user puts into the program's input, as lines of a comment. */
  readonly input: readonly string[];
  readonly run: string;
  readonly again?: string;
  readonly tasks?: number;
  readonly threads?: number;
  /** What `with` gives. */
  readonly with?: Readonly<Record<string, string | number>>;
}

/** A program's record in a flow. */
export interface ProgramOfFlow {
  readonly record: KnownProgram;
  /** The keys of `checkpoint` that it gives, because the flow does not. */
  readonly gives: readonly string[];
}
