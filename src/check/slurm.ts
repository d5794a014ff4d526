import { limits } from '../diagnostics/limits.ts';
import { names } from '../diagnostics/names.ts';
import { nearest } from '../diagnostics/suggest.ts';
import { values } from '../diagnostics/values.ts';
import { OF_GPUS, OPTIONS, REFUSED } from '../language/sbatch.ts';
import { type KeySpec, vocabulary } from '../language/vocabulary/index.ts';
import type { EngineName } from '../language/words.ts';
import type { Assignment, Block } from '../model/ast.ts';
import type { SlurmOption } from '../model/flow.ts';
import { isFirst, isStatement, reportClause, reportMisplaced, type Seen } from './blocks.ts';
import { truthOf } from './constant.ts';
import { type Context, isBroken } from './context.ts';
import { resolve } from './evaluate.ts';
import { fillIn } from './insert.ts';
import { slurmText } from './text.ts';

/** The options of `slurm { licenses = "cfs" }`, as sbatch spells them, in their order. */
export function readSlurm(block: Block, context: Context, engine: EngineName): SlurmOption[] {
  const seen: Seen = new Map();
  return block.entries.flatMap((entry) => {
    if (isStatement(entry)) reportMisplaced(entry, context);
    else if (entry.kind === 'clause') reportClause(entry, '`slurm`', context);
    else {
      // sbatch's dashes cannot be part of a name: both spellings are accepted as one option.
      const name = entry.key.text.replaceAll('_', '-');
      if (!isFirst(entry, 'key', seen, context, name) || !isFree(name, entry.key.span, context, engine))
        return [];
      if (entry.kind === 'assignment') return readOption(name, entry, context);
      context.report(names.notABlock, entry.key.span, {
        key: entry.key.text,
        example: `${entry.key.text} = "…"`,
      });
    }
    return [];
  });
}

const HAVE_GPUS: readonly EngineName[] = vocabulary.application.keys.gpus.engines;

function isFree(option: string, span: Assignment['span'], { report }: Context, engine: EngineName): boolean {
  const why =
    OF_GPUS.has(option) && !HAVE_GPUS.includes(engine)
      ? `it is about GPUs, for which the program needs \`engine = own\` or \`none\` in \`checkpoint\``
      : REFUSED.get(option);
  if (why !== undefined) report(names.refusedOption, span, { option, why });
  else if (!OPTIONS.has(option)) {
    const known = [...OPTIONS.keys(), ...REFUSED.keys()].map((name) => ({ name }));
    const meant = nearest(option, known);
    report(names.unknownOption, span, { option, nearest: meant?.name, isSure: meant?.sure });
  } else return true;
  return false;
}

/** The characters that an #SBATCH line can contain without quotes. */
const TEXT = { pattern: /[A-Za-z0-9_.,@%+:=/&|*()[\]-]/, others: '_ . , @ % + : = / & | * ( ) [ ] -' };

function readOption(name: string, { key, value }: Assignment, context: Context): SlurmOption[] {
  if (isBroken(value)) return [];
  const kind = OPTIONS.get(name);
  const worked = resolve(value, context);
  if (isBroken(worked)) return [];
  const word = worked.kind === 'word' ? worked.text : undefined;
  if (kind !== 'value' && (word === 'yes' || word === 'no'))
    return word === 'yes' ? [{ name, value: null }] : [];
  const truth = word === undefined || kind === 'value' ? undefined : truthOf(word);
  if (kind === 'flag' || truth !== undefined) {
    context.report(values.flagOption, value.span, { key: key.text, truth });
    return [];
  }
  const number = worked.kind === 'number' && /^\d+(?:\.\d+)?$/.test(worked.text) ? worked.text : undefined;
  const spec: KeySpec = { type: 'slurm-name', doc: '', example: '"cfs"' };
  const filled = worked.kind === 'string' ? fillIn(worked, context) : worked;
  const text = number ?? (filled && slurmText(filled, { key: key.text, spec }, context, TEXT));
  if (name === 'gres' && text !== undefined && /(?:^|,)(?:gres[/:])?gpu\b/i.test(text)) {
    context.report(limits.gpuResource, value.span, { option: key.text, value: text });
    return [];
  }
  return text === undefined ? [] : [{ name, value: text }];
}
