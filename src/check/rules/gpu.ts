import { limits } from '../../diagnostics/limits.ts';
import { run as kinds } from '../../diagnostics/run.ts';
import type { ShellCommand } from '../../shell/read.ts';
import type { Place } from '../../shell/words.ts';
import { type Context, itemSpan } from '../context.ts';
import { type Blocks, engineOf } from '../facts.ts';
import type { RunText } from '../run-text.ts';

const TOOLS = /^(?:nvidia-smi|rocm-smi|nvcc|ncu|nsys)$/;
const MODULES = /^(?:cuda(?:toolkit|core)?|cudnn|nccl|rocm|hip|nvidia)(?:[-_/]|$)/i;
/** Variables that choose among GPUs. */
const CHOOSES = /^(?:CUDA|HIP|ROCR|NVIDIA|GPU)_(?:VISIBLE_DEVICES|DEVICE_ORDINAL)$/;
/** A value that hides all GPUs. */
const HIDDEN = /^(?:|-1|none|void|NoDevFiles)$/;
/** Options of a program: the name alone, with its value after `=`, or with its value as the next word. */
const ALONE = /^--?(?:use[-_]?)?(?:gpus?|cuda|nv|rocm)$|^--?enable[-_](?:gpu|cuda)$|^-gpu_id$|^\+devices$/;
const WITH_VALUE = /^--?(?:device|accelerator|platform|backend|n?gpus?|gpu[-_]ids?|nb|pme|bonded|sf|pk)$/;
const VALUE = /^(?:cuda|gpu|hip|rocm|nvidia)(?:[:,].*)?$/i;
const NONE = /^(?:0|no|none|false|off|cpu|-1)$/i;

/** Signs of GPUs, each kind once. */
export function gpuRules(
  { application, environment, checkpoint }: Blocks,
  { report }: Context,
  run: RunText | undefined,
): void {
  const { gpus, gpus_per_task: each } = application?.values ?? {};
  if (gpus !== undefined && each !== undefined)
    report(limits.gpusTwice, each.key ?? each.span, {
      entry: { start: (each.key ?? each.span).start, end: each.span.end },
    });
  if (engineOf(checkpoint) !== 'dmtcp') return;
  const load = environment?.values.load;
  const module = load?.value.findIndex((one) => MODULES.test(one)) ?? -1;
  if (load !== undefined && module >= 0)
    report(kinds.gpu, itemSpan(load, module), { what: load.value[module] ?? '', hide: true });
  if (run === undefined) return;
  const { shell, programs, spanOf } = run;
  const tool = programs.find(({ name }) => TOOLS.test(name));
  if (tool !== undefined) report(limits.gpuCommand, spanOf(tool), { command: tool.name });
  const sign = first(programs.map(signOf));
  const choice = shell.assignments.find(
    ({ name, value }) => CHOOSES.test(name) && !(value !== undefined && HIDDEN.test(value)),
  );
  const exported = programs
    .filter(({ name }) => name === 'export' || name === 'env')
    .flatMap(({ args }) => args)
    .find(({ value }) => {
      const [, name = '', given = ''] = /^(\w+)=(.*)$/s.exec(value ?? '') ?? [];
      return CHOOSES.test(name) && !HIDDEN.test(given);
    });
  if (sign !== undefined) report(kinds.gpu, spanOf(sign), { what: sign.what, hide: sign.isModule });
  else if (choice !== undefined) report(kinds.gpu, spanOf(choice), { what: choice.name, hide: true });
  else if (exported !== undefined)
    report(kinds.gpu, spanOf(exported), { what: exported.text.replace(/=.*$/s, ''), hide: true });
}

const first = <T>(items: readonly (T | undefined)[]) => items.find((one) => one !== undefined);

/** The option of a command, or the module that it loads, that means a GPU. */
function signOf({ name, args }: ShellCommand): (Place & { what: string; isModule: boolean }) | undefined {
  if (name === 'module' || name === 'ml') {
    if (name === 'module' && !/^(?:load|add|switch|swap)$/.test(args[0]?.value ?? '')) return undefined;
    const module = args.find(({ value }) => MODULES.test(value ?? ''));
    return module && { start: module.start, end: module.end, what: module.value ?? '', isModule: true };
  }
  // A command that only names files or prints uses no GPU.
  if (/^(?:echo|printf|grep|sed|awk|cmake|make|configure|pip3?|conda|git|export|env|test|\[)$/.test(name))
    return undefined;
  for (const [i, { value, start, end }] of args.entries()) {
    if (value === undefined) continue;
    const [, option = value, given] = /^([-+][^=]*)=(.*)$/s.exec(value) ?? [];
    const next = args[i + 1];
    if (WITH_VALUE.test(option)) {
      const meant = given ?? next?.value;
      const isCount = /gpu/.test(option) && /^[1-9]/.test(meant ?? '');
      if (meant !== undefined && (VALUE.test(meant) || isCount))
        return {
          start,
          end: given === undefined ? (next?.end ?? end) : end,
          what: given === undefined ? `${value} ${meant}` : value,
          isModule: false,
        };
    }
    if (ALONE.test(option) && !NONE.test(given ?? '') && !NONE.test(next?.value ?? ''))
      return { start, end, what: value, isModule: false };
  }
  return undefined;
}
