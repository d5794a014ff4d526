import { values } from '../diagnostics/values.ts';
import type { KeyType } from '../language/types.ts';
import type { ValueOf } from '../model/values.ts';
import { array } from './array.ts';
import { choice, signal } from './choices.ts';
import {
  assignments,
  image,
  inside,
  insideList,
  labels,
  options,
  packages,
  platform,
  runtimeModules,
  text,
  user,
  variables,
} from './container-values.ts';
import { textOf } from './context.ts';
import { hostPath } from './path.ts';
import { knownProgram } from './program-name.ts';
import { count, duration, interval, size } from './quantities.ts';
import { type Alphabet, gpus, modules, patterns, slurmText, workFile } from './text.ts';
import { type Reader, wrongType } from './type.ts';

const NAME: Alphabet = { pattern: /[A-Za-z0-9_.,@%+:=-]/, others: '_ . , @ % + : = -' };
const CONSTRAINT: Alphabet = {
  pattern: /[A-Za-z0-9_.,@%+:=&|*()[\]-]/,
  others: '_ . , @ % + : = - & | * ( ) [ ]',
};

/** One function for each type of key. */
export const readers: { readonly [T in KeyType]: Reader<ValueOf[T]> } = {
  shell: (value, target, context) => {
    if (value.kind !== 'string') return wrongType(value, target, context);
    if (textOf(value).trim() !== '') return value;
    context.report(values.empty, value.span, {
      key: target.key,
      what: 'there is nothing to run',
      required: true,
    });
    return undefined;
  },
  path: (value, target, context) =>
    value.kind === 'string' ? hostPath(value, target.key, context) : wrongType(value, target, context),
  count,
  size,
  duration,
  interval,
  choice,
  program: knownProgram,
  signal,
  'slurm-name': (value, target, context) => slurmText(value, target, context, NAME),
  'slurm-constraint': (value, target, context) => slurmText(value, target, context, CONSTRAINT),
  array,
  modules,
  patterns,
  image,
  inside,
  'inside-list': insideList,
  packages,
  'runtime-modules': runtimeModules,
  options,
  variables,
  assignments,
  labels,
  user,
  platform,
  'work-file': workFile,
  gpus,
  text,
};
