import type { Span } from '../model/span.ts';
import { defineDiagnostics, error } from './define.ts';
import { insert, isPlainText, perhaps, remove, replace, rewrite, sure } from './fix.ts';
import { codePoint, listing, quote } from './words.ts';

/** CRF001 to CRF019: characters, strings, comments, brackets. Part of the family in syntax.ts. */
export const lexical = defineDiagnostics(1, 19, {
  unknownCharacter: error<{ character: string; arithmetic: boolean }>()(
    'CRF001',
    'A character that has no meaning outside strings',
    {
      title: ({ character }) => `unexpected character ${quote(character)} (${codePoint(character)})`,
      notes: ({ arithmetic }) =>
        arithmetic ? ['a calculation starts with a number, a name or `(`; join text with {{name}}'] : [],
      help: () => ['put text into double quotes, "…", unless it has only letters, digits, `_` and `-`'],
    },
  ),
  typographicQuotes: error<{ content: string | undefined }>()('CRF002', 'Typographic quotes', {
    title: () => 'a string needs straight quotes, not typographic ones',
    notes: () => ['word processors, chats and web pages turn " into “ and ”'],
    help: ({ content }) => [
      content === undefined ? 'write "…" with straight quotes' : `write "${content}" with straight quotes`,
    ],
    fixes: ({ content }, here) =>
      content !== undefined && isPlainText(content)
        ? [sure(`write "${content}"`, replace(here, `"${content}"`))]
        : [],
  }),
  unterminatedString: error<{ typographic: boolean }>()('CRF003', 'A string that is not closed on its line', {
    title: () => 'this string is not closed',
    label: () => 'starts here, but the line has no closing "',
    notes: ({ typographic }) => (typographic ? ['a typographic quote (“ or ”) does not close a string'] : []),
    help: () => [
      'close it with " on the same line; write a quote inside as \\"',
      'put text of several lines between """ and """',
    ],
    fixes: ({ typographic }, here) => {
      if (typographic && /[“”„]$/.test(here.written))
        return [sure('close it with "', { span: { start: here.at.end - 1, end: here.at.end }, text: '"' })];
      return [perhaps('close it with "', insert(here.at.end, '"'))];
    },
  }),
  unterminatedBlock: error()('CRF004', 'A block string that is not closed', {
    title: () => 'this block string is not closed',
    label: () => 'starts here, but no """ closes it',
    help: () => ['close it with """ on a separate line, indented like the line that it starts on'],
  }),
  unknownEscape: error<{ escape: string }>()('CRF005', 'An unknown escape', {
    title: ({ escape: written }) => `${quote(written)} is not an escape`,
    notes: () => ['the escapes in a quoted string are \\" \\\\ \\n \\t \\$ and \\{'],
    help: () => [
      'write \\\\ for a backslash; or use """…""", where every character stands for itself, including backslashes',
    ],
    fixes: ({ escape: written }, here) =>
      written === here.written ? [perhaps('write \\\\ for a backslash', insert(here.at.start, '\\'))] : [],
  }),
  unterminatedComment: error()('CRF006', 'A comment that is not closed', {
    title: () => 'this comment is not closed',
    label: () => 'starts here; everything after it was read as a comment',
    help: () => ['close it with */'],
  }),
  controlCharacter: error<{ character: string; more: number }>()(
    'CRF007',
    'A control character in the file',
    {
      title: ({ character }) => `the file contains a control character, ${codePoint(character)}`,
      label: ({ more }) => (more > 0 ? `and ${more} more after it` : ''),
      notes: ({ character }) =>
        character === '\0'
          ? ['binary files and UTF-16 text contain many NULs; a .crflow file is UTF-8 text']
          : ['readers of the file cannot see it, so it is not allowed anywhere, not even in strings'],
      help: ({ character }) =>
        character === '\0'
          ? ['save the file as UTF-8 text']
          : ["remove it; in shell text use printf, as in: printf '\\033[1m'"],
    },
  ),
  unquotedText: error<{
    texts: readonly string[];
    example: string;
    whole?: Span | undefined;
    isSure?: boolean;
  }>()('CRF008', 'Text that needs quotes', {
    title: ({ texts }) => `${listing(texts.map(quote))} must be in quotes`,
    notes: () => ['only names, and values that start with a digit, need no quotes'],
    help: ({ example }) => [`write ${example}`],
    fixes: ({ texts: [text = '', ...more], example, whole, isSure = true }, here) => {
      if (whole !== undefined)
        return example.includes('…') ? [] : [sure(`write ${example}`, { span: whole, text: example })];
      return more.length === 0 && isPlainText(text)
        ? rewrite(here, text, `"${text.replace(/^<(.*)>$/, '$1')}"`, isSure)
        : [];
    },
  }),
  singleQuotes: error<{ content: string }>()('CRF009', 'Single quotes', {
    title: () => 'a string needs double quotes, not single ones',
    help: ({ content }) => [`write "${content}"`],
    fixes: ({ content }, here) => {
      if (!isPlainText(content)) return [];
      // In a shell, single quotes keep a `$`.
      const fix = content.includes('$') ? perhaps : sure;
      return [fix(`write "${content}"`, replace(here, `"${content}"`))];
    },
  }),
  hashComment: error<{ sbatch: boolean }>()('CRF010', 'A comment that starts with #', {
    title: ({ sbatch }) =>
      sbatch ? '#SBATCH lines do not belong into a flow' : 'a comment starts with //, not with #',
    help: ({ sbatch }) => [
      sbatch ? 'use `schedule { … }`: crc writes the #SBATCH lines' : 'write // instead of #',
    ],
    fixes: ({ sbatch }, { at, written }) =>
      sbatch || !written.startsWith('#')
        ? []
        : [
            sure('write // instead of #', {
              span: { start: at.start, end: at.start + (/^#+/.exec(written)?.[0].length ?? 1) },
              text: '//',
            }),
          ],
  }),
  colon: error<{
    key: string;
    block: boolean;
    /** The value after the colon, if that is all that follows; undefined if it needs a change as well. */
    value: string | undefined;
  }>()('CRF011', 'A colon after a key', {
    title: ({ key, block }) =>
      block
        ? `the block ${quote(key)} takes no colon`
        : `${quote(key)} takes \`=\` before its value, not a colon`,
    help: ({ key, block, value = '…' }) => [block ? `write \`${key} { … }\`` : `write \`${key} = ${value}\``],
    fixes: ({ block }, here) => {
      const { text, at } = here;
      if (block || /^\s*=/.test(text.slice(at.end, at.end + 20)))
        return [sure('remove the colon', replace(here, ''))];
      const [before, after] = [text[at.start - 1] ?? '', text[at.end] ?? ''].map((one) =>
        /\s/.test(one) ? '' : ' ',
      );
      return [sure('write `=` instead of the colon', replace(here, `${before}=${after}`))];
    },
  }),
  separator: error<{ text: string; inList: boolean }>()('CRF012', 'A wrong separator', {
    title: ({ text, inList }) =>
      inList
        ? `${quote(text)} does not separate the items of a list`
        : `${quote(text)} does not separate entries`,
    notes: ({ inList }) => (inList ? [] : ['white space separates entries; only lists have commas']),
    help: ({ inList }) => [inList ? 'write a comma' : 'remove it'],
    fixes: ({ inList }, here) =>
      inList ? [sure('write a comma', replace(here, ','))] : [sure('remove it', replace(here, ''))],
  }),
  unclosed: error<{
    open: string;
    close: string;
    owner: string | undefined;
    /** The brackets that are missing, and the offset where what they enclose seems to end. */
    missing: { readonly text: string; readonly end: number } | undefined;
  }>()('CRF013', 'A bracket that is not closed', {
    title: ({ open, owner }) =>
      `the ${quote(open)}${owner === undefined ? '' : ` of ${quote(owner)}`} is not closed`,
    label: ({ close }) => `it has no matching ${quote(close)}`,
    help: ({ close, owner }) => [
      `add ${quote(close)} where ${owner === undefined ? 'it' : quote(owner)} ends`,
    ],
    fixes: ({ missing }) =>
      missing === undefined
        ? []
        : [perhaps(`add ${quote(missing.text.trim())}`, insert(missing.end, missing.text))],
  }),
  strayClosing: error<{ text: string }>()('CRF014', 'A closing bracket without an opening one', {
    title: ({ text }) => `this ${quote(text)} closes nothing`,
    help: () => ['remove it, or look above for a missing opening bracket'],
    fixes: (_, here) => [perhaps('remove it', remove(here))],
  }),
  tooDeep: error<{ limit: number }>()('CRF015', 'Brackets nested too deeply', {
    title: ({ limit }) => `brackets are nested more than ${limit} deep`,
    label: () => 'the contents were not read',
    notes: () => ['no construct of the language needs more than four levels'],
  }),
  tooLong: error<{ length: number; limit: number }>()('CRF016', 'A file that is too long', {
    title: ({ length, limit }) => `the file has ${length} characters; crc reads at most ${limit}`,
    help: () => ['keep data and long scripts in separate files, and call them in `run`'],
  }),
  oddSpace: error<{ character: string }>()('CRF017', 'An unusual white space character', {
    title: ({ character }) => `this blank is not a space but ${codePoint(character)}`,
    notes: () => ['text that was copied from web pages and word processors contains such characters'],
    help: () => ['replace it with an ordinary space'],
    fixes: (_, here) => [sure('write a space', replace(here, ' '))],
  }),
  conflict: error()('CRF018', 'Conflict markers from a merge', {
    title: () => 'git could not merge two versions of this part, and left both here',
    label: () => 'one version begins here',
    notes: () => ['the rest of the file was not checked'],
    help: () => ['keep one version, or combine them, and remove the lines with <<<<<<<, ======= and >>>>>>>'],
  }),
  nameOfOthers: error<{
    written: string;
    name: string;
    key: string;
    /** What to write: the name alone, a value, because a job's variables are not known here, or a text. */
    how: 'name' | 'value' | 'slurm' | 'text';
    /** The name is declared in this file. */
    isSure: boolean;
  }>()('CRF019', 'A name with the marks that it has in text', {
    title: ({ written, name, how }) =>
      how === 'value' || how === 'slurm'
        ? `${quote(written)} is not known here: the variables of a job exist only in the job`
        : how === 'text'
          ? `${quote(written)} must be in quotes`
          : `${quote(written)} is written just ${quote(name)} here`,
    notes: ({ how }) =>
      how === 'value' || how === 'slurm'
        ? []
        : ['the marks belong to text: {{name}} in any text, `$name` in the bash of `run`'],
    help: ({ key, name, written, how }) => {
      if (how === 'slurm')
        return [
          `write the value itself, in quotes; give one that varies at submission: sbatch --${key}=… NAME.sbatch`,
        ];
      if (how === 'text') return [`write \`${assigned(key, `"${written}"`)}\``];
      return [
        how === 'name'
          ? `write \`${assigned(key, name)}\``
          : `write the value itself, or declare it before the workflow, \`param ${name.toLowerCase()}: Int = 8\`, and write \`${assigned(key, name.toLowerCase())}\``,
      ];
    },
    fixes: ({ key, name, written, how, isSure }, here) => {
      if (how === 'value' || how === 'slurm') return [];
      const text = how === 'name' ? name : `"${written}"`;
      return rewrite(here, written, text, isSure).map((fix) => ({
        ...fix,
        title: `write \`${assigned(key, text)}\``,
      }));
    },
  }),
});

/** An entry; the value alone where there is no key, in a list. */
export const assigned = (key: string, value: string) => (key === '' ? value : `${key} = ${value}`);
