import { ownFiles } from '../../diagnostics/own-files.ts';
import type { HostPath } from '../../model/flow.ts';
import { asWritten } from '../../model/path.ts';
import type { Span } from '../../model/span.ts';
import { siteState } from '../../site/storage.ts';
import { type Context, itemSpan } from '../context.ts';
import { type Blocks, engineOf } from '../facts.ts';
import { includes, type Pattern, readPattern } from '../pattern.ts';

/** A pattern of a key, where it is written. */
interface Named {
  readonly key: string;
  readonly text: string;
  readonly pattern: Pattern;
  readonly span: Span;
}

type FileKey = 'files' | 'grows' | 'clear' | 'done_files';

/** With `engine = own`: do the keys that name files contradict each other? */
export function ownFileRules(blocks: Blocks, context: Context): void {
  const { checkpoint } = blocks;
  if (engineOf(checkpoint) !== 'own' || checkpoint === undefined) return;
  sharedFolder(blocks, context);
  const bad = stateIncluded(blocks, context);
  const of = (key: FileKey) => namedBy(blocks, key).filter(({ span }) => !bad.has(span));
  const [files, grows, clear, done] = [of('files'), of('grows'), of('clear'), of('done_files')];
  const ask = askFile(blocks);
  const output = outputOf(blocks);
  const written = [...grows, ...(output === undefined ? [] : [output])];
  removedFiles([...clear, ...(ask === undefined ? [] : [ask])], [...files, ...written], context);
  doneEarly(blocks, done, [...(output ? [output] : []), ...(ask ? [ask] : []), ...files, ...grows], context);
  growingFiles(files, written, context);
  if (ask !== undefined) requestCounts(blocks, files, ask, context);
}

const namedBy = ({ checkpoint }: Blocks, key: FileKey): readonly Named[] => {
  const given = checkpoint?.values[key];
  return (given?.value ?? []).flatMap((text, i) => {
    const pattern = readPattern(text);
    return given === undefined || pattern === undefined
      ? []
      : [{ key, text, pattern, span: itemSpan(given, i) }];
  });
};

function askFile({ checkpoint }: Blocks): Named | undefined {
  const given = checkpoint?.values.ask_file;
  const pattern = given && readPattern(given.value);
  return given && pattern && { key: 'ask_file', text: given.value, pattern, span: given.span };
}

/** The output, if it is in the work folder: a variable in its name may be anything. */
function outputOf({ application, checkpoint }: Blocks): Named | undefined {
  const given = application?.values.output;
  if (application === undefined || (given === undefined && application.given.has('output'))) return undefined;
  const [first] = given?.value ?? [];
  if (first?.kind === 'variable' || (first?.kind === 'text' && /^[/~]/.test(first.text))) return undefined;
  const text = given?.value.map((part) => (part.kind === 'variable' ? '*' : part.text)).join('') ?? '*-*.out';
  const pattern = /[*?[]/.test(
    given?.value.map((part) => (part.kind === 'text' ? part.text : '')).join('') ?? '',
  )
    ? undefined
    : readPattern(text);
  return pattern && { key: 'output', text, pattern, span: given?.span ?? checkpoint?.at ?? application.at };
}

/** What a run has in the folder of its state, as patterns below that folder: NAME/RUN, and what is there. */
const STATE: readonly string[] = [
  '',
  '*',
  '*/*',
  '*/*/lease',
  '*/*/generations',
  '*/*/generations/*',
  '*/*/generations/*/files',
];

/** Patterns that include the state; the places that were reported. */
function stateIncluded(blocks: Blocks, { report, site }: Context): ReadonlySet<Span> {
  const bad = new Set<Span>();
  const state = stateBelow(blocks, siteState(site));
  const place = state === undefined ? undefined : readPattern(state);
  if (state === undefined || place === undefined) return bad;
  for (const key of ['files', 'grows', 'clear'] as const)
    for (const { text, pattern, span } of namedBy(blocks, key)) {
      // In each generation there are copies of what a pattern matches.
      const contents = [...STATE, `*/*/generations/*/files/${text}`].map(
        (inside) => readPattern(`${state}/${inside}`) ?? [],
      );
      const isInside =
        pattern.length > place.length &&
        includes(pattern.slice(0, place.length), place) &&
        isPlain(text, place.length);
      if (!isInside && !contents.some((one) => includes(pattern, one))) continue;
      bad.add(span);
      report(ownFiles.state, span, { key, pattern: text, state });
    }
  return bad;
}

/** Are the first names of a pattern written out? */
const isPlain = (text: string, names: number): boolean =>
  !/[*?[]/.test(
    text
      .split('/')
      .filter((name) => name !== '' && name !== '.')
      .slice(0, names)
      .join(''),
  );

/** The folder of the state, relative to the work folder, if it is known to be below it. */
function stateBelow({ application, checkpoint, container }: Blocks, ofSite: HostPath | undefined) {
  const unknown = (block: { given: ReadonlySet<string>; values: object } | undefined, key: string) =>
    block?.given.has(key) === true && !(key in block.values);
  if (unknown(application, 'workdir') || unknown(checkpoint, 'state')) return undefined;
  const workdir = application?.values.workdir?.value;
  if (container !== undefined && workdir !== undefined) return undefined; // it may be a mount
  const names = (path: string) => path.split('/').filter((name) => name !== '' && name !== '.');
  const state = asWritten(
    checkpoint?.values.state?.value ?? ofSite ?? [{ kind: 'text', text: 'crflow-state' }],
  );
  const work = workdir === undefined ? '' : asWritten(workdir);
  if (/^[/$]/.test(state) !== /^[/$]/.test(work)) return undefined;
  const [below, above] = [names(state), names(work)];
  if (below.includes('..') || above.includes('..') || below.length <= above.length) return undefined;
  return above.every((name, i) => name === below[i]) ? below.slice(above.length).join('/') : undefined;
}

/** What the job removes before each start, after it has put the files of a checkpoint back. */
function removedFiles(removers: readonly Named[], needed: readonly Named[], { report }: Context): void {
  for (const { key, text, pattern, span } of removers) {
    const other = needed.find((one) => includes(pattern, one.pattern));
    if (other !== undefined)
      report(ownFiles.removed, span, { key, pattern: text, other: other.key, name: other.text }, [
        ...(other.key === 'output' ? [] : [{ span: other.span, text: `\`${other.key}\`` }]),
      ]);
  }
}

/** Is each sign that all work is done there before that? */
function doneEarly(
  { checkpoint }: Blocks,
  done: readonly Named[],
  early: readonly Named[],
  { report }: Context,
): void {
  const hasMore = ['done_text', 'done_command'].some((key) => checkpoint?.given.has(key));
  const { done_text: text, done_command: command } = checkpoint?.values ?? {};
  if (hasMore || text !== undefined || command !== undefined) return;
  if (done.length < (checkpoint?.values.done_files?.value.length ?? 0)) return;
  const found = done.map((one) => ({ one, by: early.find(({ pattern }) => includes(one.pattern, pattern)) }));
  const [first] = found;
  if (first?.by === undefined || found.some(({ by }) => by === undefined)) return;
  const why = first.by.key as 'output' | 'ask_file' | 'files' | 'grows';
  report(ownFiles.early, first.one.span, { pattern: first.one.text, why, name: first.by.text });
}

/** Files that are copied, and cut. */
function growingFiles(files: readonly Named[], growing: readonly Named[], { report }: Context): void {
  for (const { text, pattern, span } of files) {
    const other = growing.find(
      (one) => includes(pattern, one.pattern) || (one.key === 'grows' && includes(one.pattern, pattern)),
    );
    if (other !== undefined)
      report(ownFiles.growing, span, { pattern: text, other: other.key, name: other.text }, [
        ...(other.key === 'grows' ? [{ span: other.span, text: '`grows`' }] : []),
      ]);
  }
}

/** The file by which the job asks is among those that the program saves. */
function requestCounts(
  { checkpoint }: Blocks,
  files: readonly Named[],
  ask: Named,
  { report }: Context,
): void {
  // If the job removes all that the pattern names, that was reported.
  const found = files.find(
    ({ pattern }) => includes(pattern, ask.pattern) && !includes(ask.pattern, pattern),
  );
  const continues = checkpoint?.values.answer?.value === 'continues';
  if (found !== undefined)
    report(ownFiles.request, found.span, { pattern: found.text, file: ask.text, continues }, [
      { span: ask.span, text: '`ask_file`' },
    ]);
}

/** Nothing but the work folder can distinguish the files of two tasks. */
function sharedFolder({ application, checkpoint, schedule }: Blocks, { report }: Context): void {
  const array = schedule?.values.array;
  const { workdir } = application?.values ?? {};
  if (array === undefined || /^\d+(?:%\d+)?$/.test(array.value) || checkpoint?.values.files === undefined)
    return;
  if (application?.given.has('workdir') && workdir === undefined) return;
  if (workdir?.value.some((part) => part.kind === 'variable' && /TASK|JOB/.test(part.name))) return;
  report(ownFiles.shared, array.span, { asks: checkpoint.values.ask_file?.value }, [
    ...(workdir === undefined ? [] : [{ span: workdir.span, text: 'the folder of each task' }]),
  ]);
}
