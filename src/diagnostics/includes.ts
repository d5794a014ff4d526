import { defineDiagnostics, error } from './define.ts';
import { quote } from './words.ts';

/** CRF150 to CRF159: files that include others. */
export const includes = defineDiagnostics(150, 159, {
  unreadable: error<{
    path: string;
    why: string;
    /** A readable path that was probably meant. */
    meant?: string | undefined;
  }>()('CRF150', 'A file to include that cannot be read', {
    title: ({ path, why }) => `cannot include ${path}: ${why}`,
    notes: ({ path }) => [
      'the path is relative to the file that includes it',
      ...(/^~|\$/.test(path)
        ? [`and taken literally: nothing expands ${path.includes('$') ? '`$`' : '`~`'} here`]
        : []),
    ],
    help: ({ path, meant }) =>
      meant !== undefined
        ? [`write \`include "${meant}"\``]
        : /^~|\$/.test(path)
          ? ['write the actual path, relative to this file or absolute']
          : [],
  }),
  cycle: error<{ names: readonly string[] }>()('CRF151', 'A file that includes itself', {
    title: ({ names }) =>
      names.length === 1
        ? `${quote(names[0] ?? '')} includes itself`
        : `${quote(names[0] ?? '')} includes itself through other files`,
    notes: ({ names }) => [`${[...names, names[0]].join(' includes ')}`],
    help: () => ['move what both need into a third file'],
  }),
  empty: error()('CRF152', 'An include without a path', { title: () => 'the path of this include is empty' }),
  tooMany: error<{ limit: number }>()('CRF153', 'Too many included files', {
    title: ({ limit }) => `more than ${limit} files are included`,
  }),
});
