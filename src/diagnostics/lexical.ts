import { defineDiagnostics, error } from './define.ts';
import { codePoint, listing, quote } from './words.ts';

/** CRF001 to CRF019: characters, strings, comments, brackets. Part of the family in syntax.ts. */
export const lexical = defineDiagnostics(1, 19, {
  unknownCharacter: error<{ character: string; arithmetic: boolean }>()(
    'CRF001',
    'A character outside of a string that means nothing there',
    {
      title: ({ character }) => `${quote(character)} (${codePoint(character)}) means nothing here`,
      notes: ({ arithmetic }) =>
        arithmetic
          ? [
              'a calculation is a value, and starts with a number, a name or `(`; text is put together with {{name}}',
            ]
          : [],
      help: () => [
        'text that holds anything but letters, digits, `_` and `-` is written in double quotes: "…"',
      ],
    },
  ),
  typographicQuotes: error<{ content: string | undefined }>()('CRF002', 'Typographic quotes', {
    title: () => 'typographic quotes do not make a string',
    notes: () => [
      'word processors, chats and web pages turn " into “ and ” when text is copied through them',
    ],
    help: ({ content }) => [
      content === undefined ? 'write "…" with straight quotes' : `write "${content}" with straight quotes`,
    ],
  }),
  unterminatedString: error<{ typographic: boolean }>()('CRF003', 'A string that is not closed on its line', {
    title: () => 'this string is not closed',
    label: () => 'starts here, and the line ends without a closing "',
    notes: ({ typographic }) => (typographic ? ['a typographic quote (“ or ”) does not close a string'] : []),
    help: () => [
      'close it with " on the same line; a quote inside is written \\"',
      'text over several lines goes between """ and """',
    ],
  }),
  unterminatedBlock: error()('CRF004', 'A block string that is not closed', {
    title: () => 'this block string is not closed',
    label: () => 'starts here, and no """ closes it',
    help: () => ['close it with """ on a line of its own, indented like the line that it starts on'],
  }),
  unknownEscape: error<{ escape: string }>()('CRF005', 'A backslash before a character that needs none', {
    title: ({ escape: written }) => `${quote(written)} is not an escape`,
    notes: () => ['in a quoted string a backslash is written only as \\" \\\\ \\n \\t \\$ or \\{'],
    help: () => [
      'write \\\\ for a backslash; or use """…""", where every character, backslashes too, stands for itself',
    ],
  }),
  unterminatedComment: error()('CRF006', 'A comment that is not closed', {
    title: () => 'this comment is not closed',
    label: () => 'starts here; everything after it was read as comment',
    help: () => ['close it with */'],
  }),
  controlCharacter: error<{ character: string; more: number }>()(
    'CRF007',
    'A control character in the file',
    {
      title: ({ character }) => `the file holds a control character, ${codePoint(character)}`,
      label: ({ more }) => (more > 0 ? `and ${more} more after it` : ''),
      notes: ({ character }) =>
        character === '\0'
          ? ['NUL is what a binary file, or one in UTF-16, is full of; a .crflow file is text in UTF-8']
          : ['nobody who reads the file sees it, so it is refused everywhere, in strings too'],
      help: ({ character }) =>
        character === '\0'
          ? ['save the file as UTF-8 text']
          : ["remove it; in shell text let printf make it, as in: printf '\\033[1m'"],
    },
  ),
  unquotedText: error<{ texts: readonly string[]; example: string }>()('CRF008', 'Text that needs quotes', {
    title: ({ texts }) => `${listing(texts.map(quote))} must be in quotes`,
    notes: () => ['without quotes stand only names, and values that start with a digit'],
    help: ({ example }) => [`write ${example}`],
  }),
  singleQuotes: error<{ content: string }>()('CRF009', 'Single quotes', {
    title: () => 'single quotes do not make a string',
    help: ({ content }) => [`write "${content}"`],
  }),
  hashComment: error<{ sbatch: boolean }>()('CRF010', 'A comment that starts with #', {
    title: ({ sbatch }) =>
      sbatch ? '#SBATCH lines do not belong here' : 'a comment starts with //, not with #',
    help: ({ sbatch }) => [
      sbatch ? 'say it in `schedule { … }`: crc writes the #SBATCH lines' : 'write // in place of #',
    ],
  }),
  colon: error<{ key: string; block: boolean }>()('CRF011', 'A colon after a key', {
    title: ({ key, block }) =>
      block
        ? `a block has no colon: ${quote(key)}`
        : `a value is given with \`=\`, not with a colon: ${quote(key)}`,
    help: ({ key, block }) => [block ? `write \`${key} { … }\`` : `write \`${key} = …\``],
  }),
  separator: error<{ text: string; inList: boolean }>()('CRF012', 'A separator that is none', {
    title: ({ text, inList }) =>
      inList
        ? `${quote(text)} does not separate the items of a list`
        : `${quote(text)} does not separate entries`,
    notes: ({ inList }) =>
      inList ? [] : ['entries are separated by white space; commas stand only in lists'],
    help: ({ inList }) => [inList ? 'write a comma' : 'remove it'],
  }),
  unclosed: error<{ open: string; close: string; owner: string | undefined }>()(
    'CRF013',
    'A bracket that is not closed',
    {
      title: ({ open, owner }) =>
        `the ${quote(open)}${owner === undefined ? '' : ` of ${quote(owner)}`} is not closed`,
      label: ({ close }) => `no ${quote(close)} belongs to it`,
      help: ({ close, owner }) => [
        `add ${quote(close)} where ${owner === undefined ? 'it' : quote(owner)} ends`,
      ],
    },
  ),
  strayClosing: error<{ text: string }>()('CRF014', 'A closing bracket too many', {
    title: ({ text }) => `this ${quote(text)} closes nothing`,
    help: () => ['remove it, or look above for what it should close'],
  }),
  tooDeep: error<{ limit: number }>()('CRF015', 'Brackets nested too deeply', {
    title: ({ limit }) => `brackets are nested more than ${limit} deep`,
    label: () => 'what is inside was not read',
    notes: () => ['no construct of the language needs more than four'],
  }),
  tooLong: error<{ length: number; limit: number }>()('CRF016', 'A file that is too long', {
    title: ({ length, limit }) => `the file has ${length} characters; crc reads at most ${limit}`,
    help: () => ['keep data and long scripts in files of their own, and call them in `run`'],
  }),
  oddSpace: error<{ character: string }>()('CRF017', 'White space that is none', {
    title: ({ character }) => `this blank is not a space but ${codePoint(character)}`,
    notes: () => ['such characters come along when text is copied from web pages and word processors'],
    help: () => ['replace it by an ordinary space'],
  }),
});
