import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

// A key that is added to the vocabulary, or a part to the plan, and reaches no further, is an error of types: each stage takes
// apart what it is handed, and says that nothing is left (src/model/nothing-left.ts).

const root = join(import.meta.dirname, '../..');

/** What is put into a file, before a mark in it. */
type Edit = readonly [file: string, mark: string, more: string];

/** What the compiler says of each file once all of that is put in. */
function errorsWith(edits: readonly Edit[]): ReadonlyMap<string, string> {
  const config = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile).config;
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const texts = new Map<string, string>();
  for (const [file, mark, more] of edits) {
    const text = texts.get(join(root, file)) ?? readFileSync(join(root, file), 'utf8');
    expect(text.split(mark).length, `${mark} stands in ${file} once`).toBe(2);
    texts.set(
      join(root, file),
      text.replace(mark, () => `${more}${mark}`),
    );
  }
  const host = ts.createCompilerHost(options);
  const read = host.readFile.bind(host);
  host.readFile = (file) => texts.get(file) ?? read(file);
  const program = ts.createProgram(
    [join(root, 'entry/crc.ts'), join(root, 'src/assets.d.ts')],
    options,
    host,
  );
  const found = new Map<string, string>();
  for (const file of program.getSourceFiles().filter(({ fileName }) => !fileName.includes('node_modules'))) {
    const messages = program
      .getSemanticDiagnostics(file)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
    if (messages.length > 0) found.set(file.fileName.slice(root.length + 1), messages.join('\n'));
  }
  return found;
}

const key = (name: string) => `${name}: { type: 'count', doc: 'x.', default: 'none', example: '1' },\n`;
const vocabulary = (file: string) => `src/language/vocabulary/${file}.ts`;

/** All of it is put in at once: the compiler takes seconds for each time. */
const found = errorsWith([
  // Of the language.

  [vocabulary('application'), '    threads: {', key('new_application')],
  [vocabulary('application'), '    pass: {', key('new_environment')],
  [vocabulary('container'), '    dmtcp: {', key('new_container')],
  [vocabulary('container'), '    packages: {', key('new_image')],
  [vocabulary('checkpoint'), '    keep: {', key('new_checkpoint')],
  [vocabulary('schedule'), '    mem: {', key('new_schedule')],
  [
    vocabulary('index'),
    '  checkpoint,\n  schedule,\n}',
    "  new_block: { doc: 'x.', example: 'x', keys: {} },\n",
  ],
  ['src/language/clauses.ts', "'to'],\n    flags: ['readonly']", "'new_word', "],
  ['src/language/types.ts', '  shell: {', "  new_type: { expected: 'x', called: 'x', form: 'bare' },\n"],
  // Of the plan.

  ['src/model/plan.ts', '  readonly total: Seconds;', '  readonly newPart?: number;\n'],
  ['src/model/plan.ts', '    readonly keep: number;', '    readonly newCheckpoint?: number;\n'],
  ['src/model/plan.ts', '    readonly tasks: number;', '    readonly newResource?: number;\n'],
  ['src/model/plan.ts', '  readonly grows: readonly string[];', '  readonly newOwn?: number;\n'],
  ['src/model/plan.ts', 'readonly time: Seconds;', 'readonly newAttempt?: number; '],
  ['src/model/plan.ts', '    readonly qos: string | null;', '    readonly newQueue?: number;\n'],
  [
    'src/model/container.ts',
    '  readonly buildPackages: readonly string[];',
    '  readonly newRecipe?: number;\n',
  ],
  ['src/model/container.ts', '  readonly mounts: readonly Mount[];', '  readonly newContainer?: number;\n'],
]);

/** In which files it says which of these names. */
const lostOf = (names: RegExp) =>
  new Map(
    [...found].flatMap(([file, text]) => {
      const lost = [...new Set(text.match(names))].sort();
      return lost.length > 0 ? [[file, lost] as const] : [];
    }),
  );

test('nothing else is an error', () => {
  for (const text of found.values()) expect(text).toMatch(/new_\w|new[A-Z]/);
});

test('a key, a block, a word of a clause and a type of value are an error where they are lost', () => {
  const lost = lostOf(/new_\w+/g);
  // Whatever is in the vocabulary is read, and in the model: no code knows single keys there.
  expect([...lost.keys()].sort()).toEqual([
    'src/check/clauses.ts',
    'src/check/values.ts',
    'src/check/workflow.ts',
    'src/plan/plan.ts',
  ]);
  expect(lost.get('src/check/clauses.ts')).toEqual(['new_word']);
  expect(lost.get('src/check/values.ts')).toEqual(['new_type']);
  expect(lost.get('src/check/workflow.ts')).toEqual(['new_block']);
  expect(lost.get('src/plan/plan.ts')).toEqual([
    'new_application',
    'new_block',
    'new_checkpoint',
    'new_container',
    'new_environment',
    'new_image',
    'new_schedule',
  ]);
});

test('a part of the plan is an error in an emitter that does not know it', () => {
  expect(Object.fromEntries(lostOf(/new[A-Z]\w+/g))).toEqual({
    'targets/image/stages.ts': ['newRecipe'],
    'targets/schedulers/slurm/directives.ts': ['newQueue', 'newResource'],
    'targets/job/emit.ts': ['newAttempt', 'newCheckpoint', 'newPart'],
    'targets/job/settings.ts': ['newContainer', 'newOwn'],
  });
});
