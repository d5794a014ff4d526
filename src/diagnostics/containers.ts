import { defineDiagnostics, error, warning } from './define.ts';
import { listing, quote } from './words.ts';

const ticks = (names: readonly string[]) => names.map((name) => `\`${name}\``);

const NO_EFFECT = {
  sources: { why: 'the image gets no sources', add: 'copy "src" to "/opt/solve", and `build = "make"`' },
  build: { why: 'nothing is built', add: '`build = "make"`' },
  results: {
    why: 'the image keeps nothing of the build',
    add: '`results = ["/opt/solve"]`, the folder that the build installs into',
  },
} as const;

/** What to do instead of loading a module with the host's MPI. */
export const withoutMpiModule = (isDmtcp: boolean): string =>
  isDmtcp
    ? 'leave it out; a program that is merely linked with MPI runs with `mpi = singleton`'
    : "leave it out: the ranks of the image's own MPI find each other through Slurm, with `mpi = pmi2` for MPICH and `mpi = pmix` for Open MPI";

/** CRF450 to CRF479: containers and images; first what a runtime cannot express. */
export const containers = defineDiagnostics(450, 479, {
  imageFile: error<{ runtime: string; others: readonly string[] }>()(
    'CRF450',
    'An image file for a runtime that cannot run files',
    {
      title: ({ runtime }) => `${runtime} runs images by name, not from a file or folder`,
      help: ({ others }) => [
        'write the name of the image, as in `image = "registry.example.org/lab/solve:1.2"`',
        `or use a runtime that can: ${listing(ticks(others), 'or')}`,
      ],
    },
  ),
  digest: error<{ runtime: string }>()('CRF451', 'A digest for a runtime that does not support digests', {
    title: ({ runtime }) => `${runtime} does not support digests`,
    notes: () => ['a run continues in the image that it began in, and stops if it finds another one'],
    help: () => ['leave the digest out, and use a tag that does not move'],
  }),
  noModules: error<{ runtime: string }>()('CRF452', 'Modules for a runtime that has none', {
    title: ({ runtime }) => `${runtime} has no modules`,
    help: () => [
      'use a `mount` instead: mount "/cvmfs" to "/cvmfs"',
      'for modules of the host, write `environment { load = […] }`',
    ],
  }),
  unknownModule: error<{
    module: string;
    runtime: string;
    nearest: string | undefined;
    known: readonly string[];
  }>()('CRF453', 'A module that the runtime does not have', {
    title: ({ module, runtime }) => `${runtime} has no module ${quote(module)}`,
    help: ({ nearest, known }) => [
      nearest === undefined ? `it has ${listing(ticks(known))}` : `did you mean \`${nearest}\`?`,
    ],
  }),
  unlistedModule: warning<{ module: string; site: string; known: readonly string[] }>()(
    'CRF454',
    'A module that the profile of the site does not list',
    {
      title: ({ module, site }) => `the profile of ${site} does not list the module ${quote(module)}`,
      help: ({ known }) => [`it lists ${listing(ticks(known))}`],
    },
  ),
  exclusiveModules: error<{ modules: readonly string[]; runtime: string }>()(
    'CRF455',
    'Modules that exclude each other',
    {
      title: ({ modules, runtime }) => `${runtime} can use only one of ${listing(ticks(modules))}`,
      help: () => ['leave one of them out'],
    },
  ),
  detachedModule: error<{ module: string; runtime: string; isDmtcp: boolean }>()(
    'CRF456',
    'A module that puts the container out of reach of the job',
    {
      title: ({ module, runtime }) =>
        `with ${quote(module)}, ${runtime} starts the container separately and runs the program in it`,
      notes: ({ isDmtcp }) => [
        isDmtcp
          ? 'ending the job would not end the program, and DMTCP could not reach it'
          : 'ending the job would not end the program, and a signal that asks it to save would not reach it',
      ],
      help: ({ isDmtcp }) => [withoutMpiModule(isDmtcp)],
    },
  ),
  mountPlace: error<{ to: string; runtime: string; why: string }>()(
    'CRF457',
    'A mount where the runtime cannot mount',
    {
      title: ({ to, runtime, why }) => `${runtime} cannot mount at ${quote(to)}: ${why}`,
      help: () => ['choose another place, such as mount "$SCRATCH/data" to "/data"'],
    },
  ),
  mountTwice: error<{ to: string }>()('CRF458', 'Two mounts at one place', {
    title: ({ to }) => `there are two mounts at ${quote(to)}`,
    label: () => 'mounted again here',
    help: () => ['mount them at different places'],
  }),
  mountReadonly: error<{ runtime: string }>()('CRF459', 'A read-only mount for a runtime that has none', {
    title: ({ runtime }) => `${runtime} has no read-only mounts`,
    help: () => ['leave `readonly` out, and protect the files on the host: chmod -R a-w'],
  }),
  ownOption: error<{ option: string; runtime: string; instead: string | undefined }>()(
    'CRF460',
    'An option of the runtime that crc sets itself',
    {
      title: ({ option, runtime }) => `the job sets ${quote(option)} for ${runtime} itself`,
      help: ({ instead }) => (instead === undefined ? ['leave it out'] : [instead]),
    },
  ),
  localImage: error<{ runtime: string; image: string; ending: string | undefined }>()(
    'CRF461',
    'An image that is on only one node',
    {
      title: ({ runtime, image }) =>
        `${runtime} gets images from a registry, but ${quote(image)} is not in one`,
      help: ({ ending }) => [
        'push it, and write its name there: `image = "registry.example.org/lab/solve:1.2"`',
        ...(ending === undefined ? [] : [`or write the path of its file: \`image = "./solve${ending}"\``]),
      ],
    },
  ),
  movingTag: warning<{ image: string; tag: string; inRecipe: boolean }>()(
    'CRF462',
    'An image name that can later mean another image',
    {
      title: ({ image, tag }) => `${quote(image)} is whatever image ${quote(tag)} currently points to`,
      notes: ({ inRecipe }) => [
        inRecipe
          ? 'a later build would use another base'
          : 'a run continues in the image that it began in, and stops if it finds another one',
      ],
      help: ({ inRecipe }) => [
        inRecipe
          ? 'use a tag that does not move, or a digest'
          : 'use a tag that does not move, or let crc pin it: crc compile --lock',
      ],
    },
  ),
  musl: error<{ image: string }>()('CRF463', 'An image without glibc', {
    title: ({ image }) => `${quote(image)} uses musl, but DMTCP needs glibc`,
    notes: () => ['DMTCP works between a program and its C library, and supports only glibc'],
    help: () => ['use a variant that is based on Debian, such as python:3.12-slim-bookworm'],
  }),
  imageWithoutContainer: error()('CRF464', 'A recipe for an image that no container uses', {
    title: () => '`image` says how to build the image of a container, but there is no `container`',
    help: () => ['add, for instance, `container { runtime = podman image = "localhost/solve:1" }`'],
  }),
  unknownDistribution: error<{ image: string; known: readonly string[] }>()(
    'CRF465',
    'A base image of an unknown distribution',
    {
      title: ({ image }) => `crc cannot tell from the name ${quote(image)} how to install packages in it`,
      help: ({ known }) => [
        `add \`distribution = …\`: ${listing(ticks(known), 'or')}; \`cat /etc/os-release\` in the image tells you`,
      ],
    },
  ),
  nothingBuilt: error<{ key: string; lacking: 'sources' | 'build' | 'results' }>()(
    'CRF467',
    'A build without sources, commands or results',
    {
      title: ({ key, lacking }) => `\`${key}\` has no effect: ${NO_EFFECT[lacking].why}`,
      help: ({ lacking }) => [`add, for instance, ${NO_EFFECT[lacking].add}`],
    },
  ),
  release: error<{ found: string; known: readonly string[] }>()(
    'CRF468',
    'A release of DMTCP that crc does not know',
    {
      title: ({ found }) => `crc cannot verify a release ${quote(found)} of DMTCP`,
      help: ({ known }) => [
        `it knows ${listing(ticks(known))}`,
        'to build another release, put its archive beside the flow: `dmtcp_archive` with `dmtcp_sha256`',
      ],
    },
  ),
  archivePair: error<{ missing: string }>()(
    'CRF469',
    'An archive without its checksum, or a checksum without an archive',
    {
      title: ({ missing }) => `\`dmtcp_archive\` and \`dmtcp_sha256\` go together: \`${missing}\` is missing`,
      help: () => ['sha256sum prints the checksum'],
    },
  ),
  hostDmtcp: warning<{ module: string }>()('CRF470', 'A module with DMTCP for the host of a container', {
    title: ({ module }) => `${quote(module)} is loaded on the host, but the program runs in the container`,
    notes: () => [
      'DMTCP cannot checkpoint a container from outside; the job uses the DMTCP in the image, below `dmtcp`',
    ],
    help: () => ['leave it out'],
  }),
  unlistedRuntime: warning<{ runtime: string; site: string; known: readonly string[] }>()(
    'CRF471',
    'A runtime that the profile of the site does not list',
    {
      title: ({ runtime, site }) => `the profile of ${site} does not list ${runtime}`,
      help: ({ known }) => [`it lists ${listing(ticks(known))}`],
    },
  ),
  resultPlace: error<{ path: string; isSource: boolean }>()(
    'CRF472',
    'A system folder that a source or build would replace',
    {
      title: ({ path }) => `${quote(path)} cannot be copied as a whole`,
      notes: () => ['it would replace system files of the image with those of the build'],
      help: ({ path, isSource }) => [
        ...(isSource
          ? [
              'use a separate folder for the source, such as "/opt/solve"',
              `or, if it is one file, write its full path: "${path.replace(/\/$/, '')}/solve.sh"`,
            ]
          : ['name the folder that the build installs into, such as "/opt/solve"']),
      ],
    },
  ),
  passOnHost: warning()('CRF473', 'Variables to pass, without a container', {
    title: () => '`pass` has no effect without a `container`: on the host, the program gets all variables',
    help: () => ['leave it out'],
  }),
  readonlyWork: error<{ key: string; to: string }>()(
    'CRF474',
    'An output or work folder in a read-only mount',
    {
      title: ({ key, to }) => `\`${key}\` is in ${quote(to)}, which is mounted read-only`,
      help: ({ key }) => [`leave \`readonly\` out, or choose another place for \`${key}\``],
    },
  ),
  unknownVariable: warning<{ name: string }>()('CRF475', 'A variable that may not exist in the container', {
    title: ({ name }) =>
      `nothing sets the variable ${quote(name)} in the container: it is empty unless the image sets it`,
    notes: () => ['a container gets only those variables of the submission that `pass` names'],
    help: ({ name }) => [
      `write \`environment { pass = ["${name}"] }\` to pass the value of the submission, or \`set { ${name} = "…" }\``,
      `if the image sets it, write \${${name}:?}: if it is not set, the program then stops with a message`,
    ],
  }),
  twoRecipes: error<{ image: string; other: string }>()('CRF476', 'Two recipes for one image', {
    title: ({ image, other }) => `the workflow ${quote(other)} has another recipe for ${quote(image)}`,
    notes: () => [
      'the image that is built later would replace the other, and runs would stop at their next attempt',
    ],
    help: () => [
      'give one of the images another name; or remove `image` from one workflow, which then uses the recipe of the other',
    ],
  }),
  hidden: error<{ to: string; place: string; what: 'DMTCP' | 'build'; isBuilt: boolean }>()(
    'CRF477',
    'A mount that hides a part of the image',
    {
      title: ({ to, place, what }) =>
        what === 'DMTCP'
          ? `the mount at ${quote(to)} hides the DMTCP of the image${to === place ? '' : `, in ${quote(place)}`}`
          : `the mount at ${quote(to)} hides what the recipe builds there${to === place ? '' : `, in ${quote(place)}`}`,
      help: ({ place, what, isBuilt }) => [
        'choose another place, such as mount "$SCRATCH/data" to "/data"',
        ...(what === 'DMTCP'
          ? isBuilt
            ? []
            : [`if DMTCP is in the mount, write \`dmtcp = "${place}"\``]
          : ['or, if the program is in the mount, remove its build from `image`']),
      ],
    },
  ),
  foreignFile: error<{
    runtime: string;
    foreign: string;
    ending: string;
    instead: string;
    others: readonly string[];
  }>()('CRF478', 'An image file of another runtime', {
    title: ({ runtime, foreign }) => `${runtime} cannot run a ${quote(foreign)} file`,
    notes: ({ ending }) => [`it runs squashfs files, which end in ${quote(ending)}, and folders`],
    help: ({ instead, others }) => [
      `write \`image = "${instead}"\`: with a block \`image\`, crc writes a script that makes it; otherwise, ch-convert makes it from an image of Podman or Docker`,
      `or use a runtime that can run it: ${listing(ticks(others), 'or')}`,
    ],
  }),
  localBase: error<{ runtime: string; image: string }>()(
    'CRF479',
    'A base image that the builder cannot get',
    {
      title: ({ runtime, image }) =>
        `${runtime} gets the base of an image from a registry, but ${quote(image)} is not in one`,
      help: () => [
        'push it, and write its name there: `from = "registry.example.org/lab/base:1.2"`',
        'or, in `container`, write a name in a registry for the new image, such as `image = "registry.example.org/lab/solve:1.2"`: then Podman or Docker builds it, and can use local images',
      ],
    },
  ),
});
