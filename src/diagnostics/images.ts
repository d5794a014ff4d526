import { withoutMpiModule } from './containers.ts';
import { defineDiagnostics, error, warning } from './define.ts';
import { quote } from './words.ts';

const GPU = 'DMTCP cannot checkpoint programs that use one';

/** CRF520 to CRF539: what a job needs from containers and images. */
export const images = defineDiagnostics(520, 539, {
  gpuInContainer: error<{ text: string; runtime: string }>()('CRF520', 'GPUs in a container', {
    title: ({ text, runtime }) => `${quote(text)} gives the program a GPU in ${runtime}, and ${GPU}`,
    help: () => ['leave it out; if the program can work without a GPU, use its own options to say so'],
  }),
  openedModule: error<{ module: string; runtime: string; why: string; isDmtcp: boolean }>()(
    'CRF521',
    'A module that removes what a job needs',
    {
      title: ({ module, runtime }) => `with ${quote(module)}, ${runtime} opens the container to its host`,
      notes: ({ why, isDmtcp }) => [
        why,
        ...(isDmtcp ? ['DMTCP cannot save what `srun` starts with PMIx'] : []),
      ],
      help: ({ isDmtcp }) => [withoutMpiModule(isDmtcp)],
    },
  ),
  refusedOption: error<{ option: string; runtime: string; why: string }>()(
    'CRF522',
    'An option of the runtime that removes what a job needs',
    {
      title: ({ option, runtime }) => `${quote(option)} removes what a job needs in ${runtime}`,
      notes: ({ why }) => [why],
      help: () => ['leave it out'],
    },
  ),
  baseFile: error<{ image: string; isFile: boolean; runtime: string }>()(
    'CRF523',
    'A base image that is a file, for a builder that cannot extend files',
    {
      title: ({ image }) => `${quote(image)} is a file, and only image files of Apptainer can extend one`,
      help: ({ isFile, runtime }) => [
        ...(isFile
          ? []
          : [
              'with `runtime = apptainer`, write the path of a file in `container`, too: `image = "./solve.sif"`',
            ]),
        `for ${runtime}, use an image from a registry: \`from = "registry.example.org/lab/base:1.2"\``,
      ],
    },
  ),
  placeholder: warning<{ registry: string }>()('CRF524', 'An image of a registry that does not exist', {
    title: ({ registry }) => `${quote(registry)} is a placeholder: replace it with your registry`,
    help: () => [
      'write the name of the image in your registry, or in Docker Hub: `image = "docker.io/you/water:1"`',
    ],
  }),
});
