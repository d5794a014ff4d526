import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { RuntimeName } from '../../src/model/container.ts';
import type { Dmtcp } from './dmtcp.ts';
import { makeRootFileSystem, makeSmallRootFileSystem, prefixOf, tarOf } from './image.ts';

const runtimesFolder = join(import.meta.dirname, '../../targets/runtimes');
const programs = join(import.meta.dirname, '../programs');

/** A container runtime that tests can use, with an image in it. */
export interface TestContainer {
  readonly runtime: RuntimeName;
  /** As the runtime's command takes it. */
  readonly image: string;
  /** The environment of a job that uses it. */
  readonly env: Readonly<Record<string, string>>;
  /**
   * The blocks `container` and `environment` of a flow. `commands`: a folder in that of submission, whose commands the job
   * finds before all others in the container.
   */
  readonly blocks: (dmtcp: Dmtcp, commands?: string) => string;
  /** The same with an image of its own, which can be replaced by another, and be put back. */
  readonly exchangeable: () => { readonly container: TestContainer } & Exchange;
}

interface Exchange {
  /** Another image takes the place of the one that runs began in, and that one is kept, as image.sh and Podman do it. */
  readonly rebuild: () => void;
  /** Another takes its place, and it is gone. */
  readonly replace: () => void;
  readonly putBack: () => void;
}

interface Installed {
  readonly env: TestContainer['env'];
  readonly image: string;
  readonly exchange: () => { readonly image: string } & Exchange;
}

interface Kind {
  readonly runtime: RuntimeName;
  readonly command: string;
  /** Runs `true` in a folder that is a root file system, with the tests' programs mounted as a job mounts them. */
  readonly attempt: (root: string, folder: string) => { args: readonly string[]; env: Installed['env'] };
  /** Makes the image of the root file system known to the runtime. */
  readonly install: (root: string, folder: string) => Installed;
}

const podmanImage = (folder: string) => `localhost/crflow-test:${basename(folder)}`;

/** Podman with a storage and a configuration of its own, that ask for nothing that a bare machine has not. */
function podmanEnv(folder: string): Installed['env'] {
  const conf = join(folder, 'containers.conf');
  const storage = join(folder, 'storage.conf');
  // Limits above the machine's own hard ones cannot be set; cgroups may be of the old kind, which crun does not take.
  writeFileSync(
    conf,
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n',
  );
  writeFileSync(
    storage,
    `[storage]\ndriver = "overlay"\ngraphroot = "${folder}/storage"\nrunroot = "${folder}/run"\n`,
  );
  return { CONTAINERS_CONF: conf, CONTAINERS_STORAGE_CONF: storage };
}

const inPodman = (root: string) => [
  'run',
  '--rm',
  '--network=host',
  '--mount',
  `type=bind,source=${programs},target=${programs}`,
  '--rootfs',
  root,
  'true',
];

/**
 * Podman-HPC as it is on a cluster: an image is built in the storage of a login node, and migrated to one that is shared. A
 * compute node has a storage of its own, in which there is nothing.
 */
function podmanHpcEnv(folder: string): { login: Installed['env']; node: Installed['env'] } {
  const conf = join(folder, 'hpc.conf');
  writeFileSync(
    conf,
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]\nnetns = "host"\n[engine]\nruntime = "runc"\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n',
  );
  const on = (host: string) => {
    mkdirSync(join(folder, host), { recursive: true });
    return {
      USER: process.env['USER'] ?? 'root',
      CONTAINERS_CONF: conf,
      SQUASH_DIR: join(folder, 'squash'),
      PODMANHPC_GRAPH_ROOT: join(folder, host, 'storage'),
      PODMANHPC_RUN_ROOT: join(folder, host, 'run'),
      PODMANHPC_CONFIG_HOME: join(folder, host, 'config'),
    };
  };
  return { login: on('login'), node: on('node') };
}

function installForPodmanHpc(root: string, folder: string): Installed {
  const { login, node } = podmanHpcEnv(folder);
  const migrate = (image: string) => {
    must('podman-hpc', ['--log-level=debug', 'migrate', image], login);
    const { stdout } = spawnSync('podman-hpc', ['images', `--filter=reference=${image}`, '--quiet'], {
      encoding: 'utf8',
      env: { ...process.env, ...node },
    });
    if (stdout === '') throw new Error(`podman-hpc did not migrate ${image}`);
  };
  const { image, exchange } = importTo('podman-hpc', root, folder, login, migrate, (image) =>
    must('podman-hpc', ['rmsqi', image], login),
  );
  return { env: node, image, exchange };
}

/** `publish`: what is to be done about an image behind each change of it. */
function importTo(
  command: string,
  root: string,
  folder: string,
  env: Installed['env'],
  publish: (image: string) => void = () => {},
  withdraw: (image: string) => void = () => {},
): Installed {
  const image = podmanImage(folder);
  must(command, ['import', '--quiet', tarOf(root, join(folder, `${command}.tar`)), image], env);
  must(command, ['run', '--rm', '--network=host', image, 'true'], env);
  publish(image);
  let exchanges = 0;
  const exchange = () => {
    const own = `${image}-own-${++exchanges}`;
    // Of its own, so that it can be gone.
    must(
      command,
      ['import', '--quiet', `--change=LABEL own=${exchanges}`, join(folder, `${command}.tar`), own],
      env,
    );
    publish(own);
    const saved = join(folder, `${command}-saved-${exchanges}.tar`);
    must(command, ['save', '--quiet', '--output', saved, own], env);
    const empty = join(folder, `empty-${command}-${exchanges}`);
    mkdirSync(empty);
    const rebuild = () => {
      must(command, ['import', '--quiet', tarOf(empty, `${empty}.tar`), own], env);
      publish(own);
    };
    return {
      image: own,
      rebuild,
      replace: () => {
        withdraw(own);
        must(command, ['rmi', '--force', own], env);
        rebuild();
      },
      putBack: () => {
        must(command, ['load', '--quiet', '--input', saved], env);
        publish(own);
      },
    };
  };
  return { env, image, exchange };
}

/** Where a folder is the image: a link, to another folder. */
function linkTo(root: string, link: string): ReturnType<Installed['exchange']> {
  const other = `${link}-other`;
  mkdirSync(join(other, 'etc'), { recursive: true });
  writeFileSync(join(other, 'etc/version'), 'another');
  const lead = (to: string) => {
    rmSync(link, { force: true });
    symlinkSync(to, link);
  };
  lead(root);
  const keep = `. "$1" && mv "$2" "$(kept_as "$2" "$(identity "$2")")"`;
  return {
    image: link,
    rebuild: () => {
      must('bash', ['-c', keep, 'bash', join(runtimesFolder, 'files/fingerprint.sh'), link], {});
      lead(other);
    },
    replace: () => lead(other),
    putBack: () => lead(root),
  };
}

const charliecloudEnv = { USER: process.env['USER'] ?? 'root' };

let links = 0;

/** Those that are tried. What differs between machines is only whether they are there. */
const KINDS: readonly Kind[] = [
  {
    runtime: 'podman',
    command: 'podman',
    attempt: (root, folder) => ({ args: inPodman(root), env: podmanEnv(folder) }),
    install: (root, folder) => importTo('podman', root, folder, podmanEnv(folder)),
  },
  {
    runtime: 'podman-hpc',
    command: 'podman-hpc',
    attempt: (root, folder) => ({ args: inPodman(root), env: podmanHpcEnv(folder).login }),
    install: installForPodmanHpc,
  },
  {
    runtime: 'charliecloud',
    command: 'ch-run',
    attempt: (root) => ({
      args: ['--bind', `${programs}:${programs}`, root, '--', 'true'],
      env: charliecloudEnv,
    }),
    install: (root, folder) => {
      const env = charliecloudEnv;
      must('ch-run', [root, '--', 'true'], env);
      return { env, image: root, exchange: () => linkTo(root, join(folder, `charliecloud-${++links}`)) };
    },
  },
  {
    runtime: 'apptainer',
    command: 'apptainer',
    attempt: (root) => ({ args: ['exec', '--bind', `${programs}:${programs}`, root, 'true'], env: {} }),
    install: (root, folder) => {
      must('apptainer', ['exec', root, 'true'], {});
      return { env: {}, image: root, exchange: () => linkTo(root, join(folder, `apptainer-${++links}`)) };
    },
  },
];

/** The runtimes that tests would like, and why each that cannot be used here is skipped. */
export const runtimes: readonly { readonly runtime: RuntimeName; readonly why: string | null }[] = usable();

function usable(): typeof runtimes {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'crflow-try-')));
  try {
    const root = join(folder, 'root');
    makeSmallRootFileSystem(root);
    mkdirSync(join(root, programs), { recursive: true });
    return KINDS.map((kind) => ({ runtime: kind.runtime, why: whyNot(kind, root, folder) }));
  } finally {
    removeContainers(folder);
  }
}

/** One that is installed may not see the folder of this checkout, or start nothing at all: a container inside a container. */
function whyNot({ command, attempt }: Kind, root: string, folder: string): string | null {
  const { args, env } = attempt(root, folder);
  const { status, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    timeout: 60_000,
  });
  if (error !== undefined)
    return 'code' in error && error.code === 'ENOENT' ? `there is no ${command} here` : error.message;
  if (status === 0) return null;
  return `${command} cannot start a container that mounts ${programs}: ${stderr.trim().split('\n').at(-1)}`;
}

/**
 * Makes an image and gives it to those that are there, or one of them. `folder` is made, and the caller's to remove. `others`: programs
 * outside of it, whose libraries it has.
 */
export function containersIn(
  folder: string,
  only?: RuntimeName,
  others: readonly string[] = [],
): readonly TestContainer[] {
  const root = join(folder, 'root');
  mkdirSync(root, { recursive: true });
  makeRootFileSystem(root, others);
  return KINDS.filter(
    ({ runtime }) =>
      (only === undefined || runtime === only) &&
      runtimes.some((one) => one.runtime === runtime && one.why === null),
  ).map(({ runtime, install }) => {
    const { env, image, exchange } = install(root, folder);
    const withImage = (image: string): TestContainer => ({
      runtime,
      image,
      env,
      // The folder `bin` of DMTCP's prefix is the first on the job's PATH.
      blocks: (dmtcp, commands) => `environment { pass = ["COUNT_*", "STANDIN_SECONDS"] }
  container {
    runtime = ${runtime}  image = "${image}"  dmtcp = "${commands ? '/programs' : prefixOf(dmtcp)}"
    mount "${programs}" to "${programs}"
    ${commands ? `mount "${commands}" to "/programs/bin"` : ''}
  }`,
      exchangeable: () => {
        const { image, ...rest } = exchange();
        return { container: withImage(image), ...rest };
      },
    });
    return withImage(image);
  });
}

/** The containers of a run that are there, running or not; only Podman keeps any. */
export function containersOf({ runtime, env }: TestContainer, state: string): readonly string[] {
  if (!runtime.startsWith('podman')) return [];
  const name = readFileSync(join(state, 'mark'), 'utf8').trim();
  const { stdout } = spawnSync(runtime, ['ps', '--all', '--format={{.Names}}', `--filter=name=^${name}-`], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return stdout.split('\n').filter((line) => line !== '');
}

/** Removes the folder, what the runtimes have mounted in it, and what they keep elsewhere. */
export function removeContainers(folder: string): void {
  // The last first: one can be below another. A container of a job that was just ended may still be going away.
  const mounted = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounted.reverse()) spawnSync('umount', ['-l', path]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
}

function must(command: string, args: readonly string[], env: Readonly<Record<string, string>>): void {
  const { status, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
}
