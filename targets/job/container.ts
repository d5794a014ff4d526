import { GPU_MODULES } from '../../src/language/runtime-options.ts';
import type { Container, RuntimeRules } from '../../src/model/container.ts';

/** The container, with what shows the job's GPUs to its programs, unless the flow names an option or a module for that. */
export function withGpus(container: Container, { gpu, gpuOptions }: RuntimeRules): Container {
  const { modules, options } = container;
  const isNamed =
    modules.some((module) => module === 'none' || GPU_MODULES.test(module)) ||
    options.some((word) =>
      gpuOptions.some(([option, value]) => {
        const [name, given = ''] = word.split(/=(.*)/s);
        return name === option && (value?.test(given) ?? true);
      }),
    );
  if (gpu === null || isNamed) return container;
  return 'module' in gpu
    ? { ...container, modules: [...modules, gpu.module] }
    : { ...container, options: [...options, gpu.option] };
}

/** The container, with the shared memory that its ranks talk by, unless the flow names an option for that. */
export function withSharedMemory(container: Container, { sharedMemory }: RuntimeRules): Container {
  const { options } = container;
  if (sharedMemory === undefined || options.some((word) => sharedMemory.others.test(word))) return container;
  return { ...container, options: [...options, sharedMemory.option] };
}
