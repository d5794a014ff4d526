import type { CompileOptions } from './compile.ts';

/** What `crc compile` is asked to do, apart from what compiles for which targets. */
export interface Asked {
  readonly files: readonly string[];
  readonly options: Omit<CompileOptions, 'targets'>;
}

/**
 * Reads the arguments of the call that people and scripts make most: `crc compile [--no-verify] [-o FOLDER] FILE…`, as commander
 * would (a test compares them); undefined for any other. Setting up commander for all commands takes longer than compiling a flow.
 */
export function readPlainly([command, ...words]: readonly string[]): Asked | undefined {
  if (command !== 'compile') return undefined;
  const files: string[] = [];
  let verify: CompileOptions['verify'] = 'parts';
  let output: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--no-verify') verify = false;
    else if (word === '-o' || word === '--output') {
      i += 1;
      output = words[i];
      if (!output || output.startsWith('-')) return undefined;
    } else if (word === '' || (word.startsWith('-') && word !== '-')) return undefined;
    else files.push(word);
  }
  if (files.length === 0) return undefined;
  const plain = { verify, cache: true, set: new Map(), strict: false, format: 'pretty' } as const;
  return { files, options: output === undefined ? plain : { ...plain, output } };
}
