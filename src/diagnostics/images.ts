import { defineDiagnostics, error } from './define.ts';
import { quote } from './words.ts';

const GPU = 'DMTCP cannot checkpoint what runs on a GPU';

/** CRF520 to CRF539: containers and images, what a job relies on in them. */
export const images = defineDiagnostics(520, 539, {
  gpuInContainer: error<{ text: string; runtime: string }>()('CRF520', 'GPUs in a container', {
    title: ({ text, runtime }) => `${quote(text)} is how ${runtime} shows GPUs to a program, and ${GPU}`,
    help: () => ['leave it out; a program that can do without a GPU is told so by its own options'],
  }),
  openedModule: error<{ module: string; runtime: string; why: string }>()(
    'CRF521',
    'A module that takes away what a job relies on',
    {
      title: ({ module, runtime }) => `with ${quote(module)} ${runtime} opens the container to its host`,
      notes: ({ why }) => [why],
      help: () => ['leave it out; a program that is merely linked with MPI runs with `mpi = singleton`'],
    },
  ),
  refusedOption: error<{ option: string; runtime: string; why: string }>()(
    'CRF522',
    'An option of the runtime that takes away what a job relies on',
    {
      title: ({ option, runtime }) => `${quote(option)} takes away what a job relies on in ${runtime}`,
      notes: ({ why }) => [why],
      help: () => ['leave it out'],
    },
  ),
  baseFile: error<{ image: string; isFile: boolean; runtime: string }>()(
    'CRF523',
    'A base image that is a file, for a builder that extends none',
    {
      title: ({ image }) => `${quote(image)} is a file, and only an image file of Apptainer's can extend one`,
      help: ({ isFile, runtime }) => [
        ...(isFile
          ? []
          : [
              'with `runtime = apptainer`, write the path of a file in `container`, too: `image = "./solve.sif"`',
            ]),
        `for ${runtime} name an image of a registry: \`from = "registry.example.org/lab/base:1.2"\``,
      ],
    },
  ),
});
