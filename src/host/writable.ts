import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { plainWords } from './files.ts';

/** Why a file cannot be written, as a phrase that ends "cannot write X: …"; undefined if nothing speaks against it. Writes nothing. */
export function whyNotWritable(file: string): string | undefined {
  const folder = dirname(file);
  try {
    if (!existsSync(folder)) return `there is no folder ${folder}`;
    if (!statSync(folder).isDirectory()) return `${folder} is not a folder`;
    if (existsSync(file) && statSync(file).isDirectory()) return 'it is a folder';
    accessSync(existsSync(file) ? file : folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return plainWords(error);
  }
}
