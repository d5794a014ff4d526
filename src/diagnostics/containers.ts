import { defineDiagnostics, error, warning } from './define.ts';
import { listing, quote } from './words.ts';

const ticks = (names: readonly string[]) => names.map((name) => `\`${name}\``);

const NO_EFFECT = {
  sources: { why: 'the image gets no sources', add: 'copy "src" to "/opt/solve", and `build = "make"`' },
  build: { why: 'nothing is built', add: '`build = "make"`' },
  results: {
    why: 'the image gets nothing of what is built',
    add: '`results = ["/opt/solve"]`, the folder that the build installs into',
  },
} as const;

/** CRF450 to CRF479: containers and images; first what a runtime cannot express. */
export const containers = defineDiagnostics(450, 479, {
  imageFile: error<{ runtime: string; others: readonly string[] }>()(
    'CRF450',
    'An image file for a runtime that takes none',
    {
      title: ({ runtime }) => `${runtime} runs images by their names, not from a file or folder`,
      help: ({ others }) => [
        'write the name of the image, as in `image = "registry.example.org/lab/solve:1.2"`',
        `or take a runtime that does: ${listing(ticks(others), 'or')}`,
      ],
    },
  ),
  digest: error<{ runtime: string }>()('CRF451', 'A digest for a runtime that takes none', {
    title: ({ runtime }) => `${runtime} does not take a digest`,
    notes: () => ['a run goes on in the image that it began in, and stops where it finds another'],
    help: () => ['leave the digest out, and write a tag that nobody moves'],
  }),
  noModules: error<{ runtime: string }>()('CRF452', 'Modules for a runtime that has none', {
    title: ({ runtime }) => `${runtime} has no modules`,
    help: () => [
      'what they do elsewhere is a `mount` here: mount "/cvmfs" to "/cvmfs"',
      'modules of the host are `environment { load = […] }`',
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
      title: ({ module, site }) => `the profile of ${site} knows no module ${quote(module)}`,
      help: ({ known }) => [`it lists ${listing(ticks(known))}`],
    },
  ),
  exclusiveModules: error<{ modules: readonly string[]; runtime: string }>()(
    'CRF455',
    'Modules that exclude each other',
    {
      title: ({ modules, runtime }) => `${runtime} takes one of ${listing(ticks(modules))}, not both`,
      help: () => ['leave one of them out'],
    },
  ),
  detachedModule: error<{ module: string; runtime: string }>()(
    'CRF456',
    'A module with which the job does not reach its container',
    {
      title: ({ module, runtime }) =>
        `with ${quote(module)} ${runtime} starts the container apart, and only follows the program into it`,
      notes: () => [
        'what ends the job would not end the program; and DMTCP checkpoints no MPI over several ranks',
      ],
      help: () => ['leave it out; a program that is merely linked with MPI runs with `mpi = singleton`'],
    },
  ),
  mountPlace: error<{ to: string; runtime: string; why: string }>()(
    'CRF457',
    'A mount at a place where the runtime takes none',
    {
      title: ({ to, runtime, why }) => `${runtime} mounts nothing at ${quote(to)}: ${why}`,
      help: () => ['choose another place, as in mount "$SCRATCH/data" to "/data"'],
    },
  ),
  mountTwice: error<{ to: string }>()('CRF458', 'Two mounts at one place', {
    title: ({ to }) => `two mounts are at ${quote(to)}`,
    label: () => 'mounted again here',
    help: () => ['give each a place of its own'],
  }),
  mountReadonly: error<{ runtime: string }>()('CRF459', 'A read-only mount for a runtime that has none', {
    title: ({ runtime }) => `${runtime} mounts nothing read-only`,
    help: () => ['leave `readonly` out, and protect the files on the host: chmod -R a-w'],
  }),
  ownOption: error<{ option: string; runtime: string; instead: string | undefined }>()(
    'CRF460',
    'An option of the runtime that crc sets itself',
    {
      title: ({ option, runtime }) => `the job gives ${runtime} its ${quote(option)} itself`,
      help: ({ instead }) => (instead === undefined ? ['leave it out'] : [instead]),
    },
  ),
  localImage: error<{ runtime: string; image: string; ending: string | undefined }>()(
    'CRF461',
    'An image that is on one node only',
    {
      title: ({ runtime, image }) =>
        `${runtime} gets its images from a registry, and ${quote(image)} is in none`,
      help: ({ ending }) => [
        'name it as it is pushed: `image = "registry.example.org/lab/solve:1.2"`',
        ...(ending === undefined ? [] : [`or write the path of its file: \`image = "./solve${ending}"\``]),
      ],
    },
  ),
  movingTag: warning<{ image: string; tag: string; inRecipe: boolean }>()(
    'CRF462',
    'An image whose name can come to mean another',
    {
      title: ({ image, tag }) => `${quote(image)} is whatever ${quote(tag)} points to`,
      notes: ({ inRecipe }) => [
        inRecipe
          ? 'built next month, the image would be another'
          : 'a run goes on in the image that it began in, and stops where it finds another',
      ],
      help: ({ inRecipe }) => [
        inRecipe
          ? 'write a tag that does not move, or a digest'
          : 'write a tag that nobody moves, or have crc pin it: crc compile --lock',
      ],
    },
  ),
  musl: error<{ image: string }>()('CRF463', 'An image without glibc', {
    title: ({ image }) => `${quote(image)} is made with musl, and DMTCP needs glibc`,
    notes: () => ['DMTCP puts itself between a program and its C library, and knows only that of GNU'],
    help: () => ['take one of the same with Debian, as in python:3.12-slim-bookworm'],
  }),
  imageWithoutContainer: error()('CRF464', 'A recipe for an image that nothing runs in', {
    title: () => '`image` says how the image of a container is made, and there is no `container`',
    help: () => ['add, for instance, `container { runtime = podman image = "localhost/solve:1" }`'],
  }),
  unknownDistribution: error<{ image: string; known: readonly string[] }>()(
    'CRF465',
    'A base image of which crc cannot tell how packages are installed',
    {
      title: ({ image }) => `crc cannot tell from ${quote(image)} how packages are installed in it`,
      help: ({ known }) => [
        `add \`distribution = …\`: ${listing(ticks(known), 'or')}; \`cat /etc/os-release\` in it tells`,
      ],
    },
  ),
  nothingBuilt: error<{ key: string; lacking: 'sources' | 'build' | 'results' }>()(
    'CRF467',
    'A build without anything to build, or without a result',
    {
      title: ({ key, lacking }) => `\`${key}\` has no effect: ${NO_EFFECT[lacking].why}`,
      help: ({ lacking }) => [`add, for instance, ${NO_EFFECT[lacking].add}`],
    },
  ),
  release: error<{ found: string; known: readonly string[] }>()(
    'CRF468',
    'A release of DMTCP that crc does not know',
    {
      title: ({ found }) => `crc knows no release ${quote(found)} of DMTCP that it could verify`,
      help: ({ known }) => [
        `it knows ${listing(ticks(known))}`,
        'another is built from an archive beside the flow: `dmtcp_archive` with `dmtcp_sha256`',
      ],
    },
  ),
  archivePair: error<{ missing: string }>()(
    'CRF469',
    'An archive without its checksum, or a checksum of none',
    {
      title: ({ missing }) => `\`dmtcp_archive\` and \`dmtcp_sha256\` go together: \`${missing}\` is missing`,
      help: () => ['sha256sum prints it'],
    },
  ),
  hostDmtcp: warning<{ module: string }>()('CRF470', 'A module with DMTCP for the host of a container', {
    title: ({ module }) => `${quote(module)} is loaded on the host, and the program runs in the container`,
    notes: () => ['DMTCP cannot checkpoint a container from outside: it is in the image, below `dmtcp`'],
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
    'A folder of the system that a source or build would cover',
    {
      title: ({ path }) => `${quote(path)} cannot be taken over as a whole`,
      notes: () => ['it would cover the system of the image with that of the build'],
      help: ({ path, isSource }) => [
        ...(isSource
          ? [
              'give the source a folder of its own, as in "/opt/solve"',
              `or, if it is one file, its whole path: "${path.replace(/\/$/, '')}/solve.sh"`,
            ]
          : ['name the folder that the build installs into, as in "/opt/solve"']),
      ],
    },
  ),
  passOnHost: warning()('CRF473', 'Variables that are passed to no container', {
    title: () => '`pass` has no effect without a `container`: on the host the program gets them all',
    help: () => ['leave it out'],
  }),
  readonlyWork: error<{ key: string; to: string }>()(
    'CRF474',
    'A place to write in that is mounted read-only',
    {
      title: ({ key, to }) => `\`${key}\` is in ${quote(to)}, which is mounted read-only`,
      help: ({ key }) => [`leave \`readonly\` out, or choose another place for \`${key}\``],
    },
  ),
  unknownVariable: warning<{ name: string }>()('CRF475', 'A variable that a container may not have', {
    title: ({ name }) =>
      `nothing gives the container a variable ${quote(name)}: it is empty, unless the image sets it`,
    notes: () => ['of the environment that you submit in a container gets what `pass` names, and no more'],
    help: ({ name }) => [
      `write \`environment { pass = ["${name}"] }\` for that of the submission, or \`set { ${name} = "…" }\``,
      `if the image sets it, write \${${name}:?}: where it does not, the program stops and says so`,
    ],
  }),
  twoRecipes: error<{ image: string; other: string }>()('CRF476', 'Two recipes for one image', {
    title: ({ image, other }) => `the workflow ${quote(other)} has another recipe for ${quote(image)}`,
    notes: () => [
      'the one that is built later would take the place of the other, and runs would stop at their next attempt',
    ],
    help: () => [
      'give one of the images another name; or leave `image` out of one workflow, and it uses that of the other',
    ],
  }),
  hidden: error<{ to: string; place: string; what: 'DMTCP' | 'build'; isBuilt: boolean }>()(
    'CRF477',
    'A mount that hides what the image has there',
    {
      title: ({ to, place, what }) =>
        what === 'DMTCP'
          ? `the mount at ${quote(to)} hides DMTCP, which the image has ${to === place ? 'there' : `in ${quote(place)}`}`
          : `the mount at ${quote(to)} hides what is built into the image${to === place ? ' there' : `, in ${quote(place)}`}`,
      help: ({ place, what, isBuilt }) => [
        'choose another place, as in mount "$SCRATCH/data" to "/data"',
        ...(what === 'DMTCP'
          ? isBuilt
            ? []
            : [`if DMTCP comes with the mount, say so: write \`dmtcp = "${place}"\``]
          : ['or, if the program comes with the mount, leave its build out of `image`']),
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
    notes: ({ ending }) => [
      `the files that it runs are squashfs, which ends in ${quote(ending)}; or an image is a folder`,
    ],
    help: ({ instead, others }) => [
      `write \`image = "${instead}"\`: a block \`image\` has crc write a script that makes it; else ch-convert makes one of an image of Podman or Docker`,
      `or take a runtime that runs it: ${listing(ticks(others), 'or')}`,
    ],
  }),
  localBase: error<{ runtime: string; image: string }>()(
    'CRF479',
    'A base image that what builds the image cannot get',
    {
      title: ({ runtime, image }) =>
        `${runtime} gets the base of an image from a registry, and ${quote(image)} is in none`,
      help: () => [
        'push it, and name it as it is pushed: `from = "registry.example.org/lab/base:1.2"`',
        'or, in `container`, write a name that the image is pushed to, as in `image = "registry.example.org/lab/solve:1.2"`: then Podman or Docker builds it, from what they have here',
      ],
    },
  ),
});
