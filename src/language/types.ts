/** The types of names, and of what {{name}} inserts, that can be a key's value. */
type Named = 'Int' | 'Duration' | 'Size' | 'String';

/**
 * A type of value: all that is known about it before a value is read. src/check/values.ts has a reader for each, src/model/values.ts
 * the type of its result.
 */
export interface ValueType {
  /** What a message says that a key takes. */
  readonly expected: string;
  /** The same in a table of the reference. */
  readonly called: string;
  /** A bare number or word; text in quotes; or a list of texts. */
  readonly form: 'bare' | 'quoted' | 'list';
  /** For a `bare` type: the type of what {{name}} inserts for its key, and of a name used as its value. */
  readonly named?: Named;
  /** For a `quoted` type: its text is a list separated by commas. */
  readonly commas?: true;
  /** For a `quoted` type: a number fits without quotes, and so does a name that stands for one. */
  readonly number?: true;
  /** For a `list`: its items if they were written as one text with blanks or commas; `whole`: that text is one item. */
  readonly item?: RegExp | 'whole';
}

export const types = {
  shell: { expected: 'shell text in quotes', called: 'shell text', form: 'quoted' },
  path: { expected: 'a path in quotes', called: 'path', form: 'quoted' },
  count: { expected: 'a whole number', called: 'count', form: 'bare', named: 'Int' },
  size: { expected: 'a size with its unit', called: 'size', form: 'bare', named: 'Size' },
  duration: { expected: 'a duration with its unit', called: 'duration', form: 'bare', named: 'Duration' },
  interval: {
    expected: 'a duration with its unit, or `auto`',
    called: 'duration',
    form: 'bare',
    named: 'Duration',
  },
  choice: { expected: 'a word', called: 'word', form: 'bare' },
  program: {
    expected: 'the name of a program that crc knows, or the path of its record in quotes',
    called: 'word',
    form: 'bare',
  },
  signal: { expected: "a signal's name", called: 'word', form: 'bare', named: 'String' },
  'slurm-name': { expected: 'a name in quotes', called: 'name', form: 'quoted', commas: true },
  'slurm-constraint': { expected: 'a constraint in quotes', called: 'constraint', form: 'quoted' },
  array: { expected: 'indices in quotes', called: 'indices', form: 'quoted', commas: true },
  modules: { expected: 'a list of strings', called: 'list', form: 'list', item: /^[\w.][\w.+:~=/-]*$/ },
  patterns: { expected: 'a list of strings', called: 'list', form: 'list' },
  image: {
    expected: "an image's name, or the path of its file, in quotes",
    called: 'image',
    form: 'quoted',
  },
  inside: { expected: 'a path in quotes', called: 'path', form: 'quoted' },
  'inside-list': { expected: 'a list of strings', called: 'list', form: 'list', item: 'whole' },
  packages: { expected: 'a list of strings', called: 'list', form: 'list', item: /^[\w.][\w.+:~=/-]*$/ },
  'runtime-modules': {
    expected: 'a list of strings',
    called: 'list',
    form: 'list',
    item: /^[\w.][\w.+:~=/-]*$/,
  },
  // A separate word, as in `--env A=b`, may belong to the option before it.
  options: { expected: 'a list of strings', called: 'list', form: 'list', item: /^-/ },
  variables: { expected: 'a list of strings', called: 'list', form: 'list', item: /^[A-Za-z_]\w*\*?$/ },
  assignments: { expected: 'a list of strings', called: 'list', form: 'list' },
  labels: { expected: 'a list of strings', called: 'list', form: 'list' },
  user: { expected: 'a name in quotes', called: 'name', form: 'quoted' },
  platform: { expected: 'a platform in quotes', called: 'text', form: 'quoted' },
  'work-file': { expected: 'a file of `workdir`, in quotes', called: 'file', form: 'quoted' },
  gpus: {
    expected: 'a number of GPUs, or type and number in quotes',
    called: 'GPUs',
    form: 'quoted',
    number: true,
  },
  text: { expected: 'text in quotes', called: 'text', form: 'quoted' },
} as const satisfies Readonly<Record<string, ValueType>>;

export type KeyType = keyof typeof types;

/** All that is known about the type. */
export const typeOf = (type: KeyType): ValueType => types[type];
