import type { Distribution, RuntimeName } from '../language/words.ts';
import { asWritten, type HostPath } from './path.ts';

export { DISTRIBUTIONS, type Distribution, RUNTIMES, type RuntimeName } from '../language/words.ts';

/**
 * An image by its OCI name, in full: `debian` is docker.io/library/debian:latest. Each runtime spells it its way. A
 * digest is `sha256:` and 64 hex digits; if there is one, it decides, and the tag is for people.
 */
export interface ImageName {
  readonly kind: 'name';
  /** `docker.io`, `localhost`, `registry.example.org:5000`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string | null;
}

/** An image that is a file or a folder on the host: Apptainer's SIF, a squashfs, a root file system. */
export interface ImageFile {
  readonly kind: 'file';
  readonly path: HostPath;
}

export type Image = ImageName | ImageFile;

/** The name of an image; a file has no tag. */
export const calledOf = (image: Image): { readonly repository: string; readonly tag: string } =>
  image.kind === 'name' ? image : { repository: asWritten(image.path).replace(/^.*\//, ''), tag: '' };

/** A folder or file of the host that is visible inside. */
export interface Mount {
  readonly from: HostPath;
  /** Absolute, in the container. */
  readonly to: string;
  readonly readonly: boolean;
}

/** The container that the application runs in. */
export interface Container {
  readonly runtime: RuntimeName;
  readonly image: Image;
  /** DMTCP's prefix in the image: its programs are in `bin` below it. */
  readonly dmtcp: string;
  /** The runtime's own modules, as it names them. */
  readonly modules: readonly string[];
  /** Further options of the runtime, one per word. */
  readonly options: readonly string[];
  readonly mounts: readonly Mount[];
  /** Does each rank get a container, by $IN_CONTAINER? Absent: one container for all of `run`. */
  readonly ranks?: true;
}

/** A source that is built in the image. `to` is absolute, in the image. */
export type ImageSource =
  /** From the flow's folder; relative to it. */
  | { readonly kind: 'copy'; readonly from: string; readonly to: string }
  /** A commit, 40 hex digits: git verifies what it fetches. */
  | { readonly kind: 'git'; readonly from: string; readonly commit: string; readonly to: string }
  /** A tar archive, by URL or relative to the flow, unpacked into `to`; 64 hex digits. */
  | { readonly kind: 'archive'; readonly from: string; readonly sha256: string; readonly to: string };

/** An image for which crc writes the recipe. Its name is the container's image. */
export interface ImageRecipe {
  readonly from: Image;
  readonly distribution: Distribution;
  /** Packages of the distribution: those that the application needs, and those that only its build needs. */
  readonly packages: readonly string[];
  readonly buildPackages: readonly string[];
  readonly sources: readonly ImageSource[];
  /** The user's own bash, run with `set -eo pipefail` in the folder of the first source; null: nothing is built. */
  readonly build: { readonly text: string; readonly firstLine: number; readonly lastLine: number } | null;
  /** What the image keeps of the build: absolute paths. */
  readonly results: readonly string[];
  /** The user that it runs as; absent: the base image's. */
  readonly user?: string;
  /** `NAME=text`: its variables and labels. */
  readonly env?: readonly string[];
  readonly labels?: readonly string[];
  /** `linux/amd64`; absent: the builder's. */
  readonly platform?: string;
  /** Folders that later builds find again, if the builder can keep them. */
  readonly cache?: readonly string[];
  readonly dmtcp: {
    readonly release: string;
    /** A source archive beside the flow, for sites without network; null: the public repository, by commit. */
    readonly archive: { readonly path: string; readonly sha256: string } | null;
  };
}

/** What a runtime can express, for the checker; each runtime in targets/runtimes describes itself. */
export interface RuntimeRules {
  readonly name: RuntimeName;
  /** Its name in its own spelling. */
  readonly label: string;
  /** Commands that start a container of this runtime, or of a kind that it can replace. `always`: whatever follows them. */
  readonly starters: { readonly commands: readonly string[]; readonly always: boolean };
  /** What kind of file an image can be; a folder is then possible as well. null: images have only names. */
  readonly files: ImageFiles | null;
  /** Why a digest cannot identify its images, and what a run does instead, as a phrase; null if one can. */
  readonly noDigest: string | null;
  /** Does it know images that exist only on the node, `localhost/…`? */
  readonly local: boolean;
  /** Its modules: `known` is absent if they differ between sites; null if the runtime has no modules. */
  readonly modules: RuntimeModules | null;
  /** Why nothing can be mounted at a path inside. */
  readonly whyNoMount: (to: string) => string | undefined;
  /** Can a mount be read-only? */
  readonly readonly: boolean;
  /** Options, with their dashes, that the job gives itself. */
  readonly ownOptions: readonly string[];
  /** Options that break what a job relies on, each with the reason, a sentence without its dot. */
  readonly refusedOptions: readonly (readonly [options: readonly string[], why: string])[];
  /** Options that show GPUs to a program; with a value if only some values do. */
  readonly gpuOptions: readonly (readonly [option: string, value?: RegExp])[];
  /** What shows GPUs to a program, where the flow asks for some and names nothing itself; null: they are always there. */
  readonly gpu: { readonly option: string } | { readonly module: string } | null;
  /** What gives ranks in one container the shared memory that they need; absent: they have the host's. */
  readonly sharedMemory?: { readonly option: string; readonly others: RegExp };
  /** Does it accept abbreviated long options, as getopt_long(3) does? */
  readonly abbreviates: boolean;
}

/** Everything about a container runtime: what it can express, how it spells an image, and its bash. */
export interface Runtime extends RuntimeRules {
  /** Its command. */
  readonly command: string;
  readonly spell: (image: ImageName) => string;
  /**
   * `find_image`, which sets `image_id` or leaves, and `enter COMMAND…`, which replaces itself with the command in the container, with
   * `binds` (three words each: from, to, `ro` or nothing) and `runtime_options`.
   */
  readonly bash: string;
  /** The same, where `enter` starts a rank. */
  readonly ranksBash: string;
  /** Its modules, as options of its command. */
  readonly moduleOptions?: (modules: readonly string[]) => readonly string[];
  /** Options of sbatch that its plug-in takes. */
  readonly directives?: (container: Container) => readonly (readonly [option: string, value: string])[];
}

/** Images of a runtime that are files. */
export interface ImageFiles {
  /** The suffixes of their names. */
  readonly ending: string;
  /** Endings of image files that belong to other runtimes, so it cannot run them. */
  readonly foreign: readonly string[];
  /** Can the program that builds one use only bases from registries? */
  readonly baseFromRegistry: boolean;
  /** Can the program that builds one extend one? */
  readonly extendsFiles: boolean;
}

export interface RuntimeModules {
  readonly known?: readonly string[];
  /** Groups of modules of which only one can be used. */
  readonly exclusive: readonly (readonly string[])[];
  /** With these, the runtime starts the command in such a way that signals do not reach it. */
  readonly detached: readonly string[];
  /** With these, the container is no longer separate from its host; and why that matters. */
  readonly opened?: readonly (readonly [module: string, why: string])[];
}

/**
 * Releases of DMTCP that a flow can name, each with the commit of its tag: git verifies what it fetches by
 * the commit, while a tag can be moved and a tag's archive can change.
 */
export const DMTCP_RELEASES: Readonly<Record<string, string>> = {
  '3.2.0': 'bc38d1a3bdfca87905f1a3adfada1e63d64042e5',
  '4.0.0': 'd4cfc0e8f382e0f080f71b66cf0da325941a704f',
  '4.1.1': 'e015fca84038a87a21da4b03750ac1e7ade5a1fe',
  '4.2.0': 'f8009ce7b4ad211311ca2f72a929b975e4aa1155',
};
