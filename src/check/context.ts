import type { Report } from '../diagnostics/define.ts';
import { quote } from '../diagnostics/words.ts';
import type { KeySpec } from '../language/vocabulary/index.ts';
import type { Value } from '../model/ast.ts';
import type { RuntimeName, RuntimeRules } from '../model/container.ts';
import type { SiteProfile } from '../model/site.ts';
import type { Source, Span } from '../model/span.ts';
import type { FoundProgram } from '../programs/choose.ts';
import type { Constant } from './constant.ts';

export { contentSpan, spanInside, spanOfPart, textOf } from '../model/text.ts';

/** What every check of one file shares. */
export interface Context {
  readonly report: Report;
  /** The names of `param` and `let` that can be used here. */
  readonly scope: Scope;
  /** What the keys of the current workflow give to {{…}}; absent outside of a workflow. */
  readonly inserts?: Inserts;
  /** Does the job itself use this shell variable? */
  readonly isTaken: (variable: string) => boolean;
  /** Keys of the current workflow that were found in the wrong place: they are not missing in the right one. */
  readonly misplaced: Set<string>;
  /** The cluster that the flow is for. */
  readonly site: SiteProfile;
  /** What a container runtime can express; undefined: nothing is known about it, and nothing is checked. */
  readonly runtime: (name: RuntimeName) => RuntimeRules | undefined;
  /** The record of a program, by its name or by the path of its file from this one. */
  readonly program: (named: string) => FoundProgram;
  /** The text of an input of the program, by its path from the folder of the flow; undefined: it is not there, or not looked for. */
  readonly input: (file: string) => string | undefined;
}

/** The names that can be used at one place. There is no shadowing: a name means one thing wherever it is seen. */
export interface Scope {
  /** Its value; `broken` if its declaration was reported, undefined if there is none. Marks it as used. */
  readonly find: (name: string) => Constant | 'broken' | undefined;
  readonly names: () => readonly string[];
  /** Where it is declared; with the source, if that is another one. */
  readonly placeOf: (name: string) => { readonly span: Span; readonly source?: Source } | undefined;
  /** Marks a name as used if it occurs in something that is not read. */
  readonly use: (name: string) => void;
}

/** The keys that {{name}} can name, if the workflow gives them a value. */
export type Inserts = (name: string) => {
  readonly given: boolean;
  readonly value?: Constant;
  /** It is `auto`: the job calculates it. */
  readonly isAuto?: true;
};

/** The valid value of a key, with its position. */
export interface Located<T> {
  readonly value: T;
  /** The span of the value, for carets. */
  readonly span: Span;
  /** The span of its key; absent if a program's record gave the value. */
  readonly key?: Span;
  /** The places of its items, if it is written as a list. */
  readonly items?: readonly Span[];
}

/** The span of the item with that number. */
export function itemSpan({ span, items }: Located<readonly unknown[]>, index: number): Span {
  return items?.[index] ?? span;
}

/** What a value is read as. */
export interface Target {
  readonly key: string;
  readonly spec: KeySpec;
}

/** Was part of it unreadable? Then nothing is said about the whole. */
export function isBroken(value: Value): boolean {
  return value.kind === 'missing' || (value.kind === 'list' && value.items.some(isBroken));
}

/** A value as a sentence names it: "a string", "the word `x`". */
export function describeValue(value: Value): string {
  switch (value.kind) {
    case 'string':
      return 'a string';
    case 'number':
      return quote(value.text);
    case 'word':
      return `the word ${quote(value.text)}`;
    case 'calculation':
      return `the calculation ${quote(value.text)}`;
    case 'list':
      return 'a list';
    case 'missing':
      return 'nothing';
  }
}
