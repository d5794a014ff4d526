import { code, lines, lineWord, packageName, type ShellText } from '../../src/emit/shell-text.ts';
import type { Distribution } from '../../src/model/container.ts';

/** The names that a family of distributions uses. */
export interface PackageManager {
  /** Its package program, by which an image of another family is recognised. */
  readonly program: string;
  /** The commands that install packages and leave no cache. */
  readonly install: (packages: ShellText) => readonly ShellText[];
  /** The same for the user's packages, which may be in repositories that are off by default. */
  readonly installMore?: (packages: ShellText) => readonly ShellText[];
  /** Prints a line in that form for each installed package: %N its name, %V its version, %A its architecture, %T their kind. */
  readonly list: (format: string) => ShellText;
  /** For DMTCP's `configure`: compilers, make, the C library's and the kernel's headers; and `strip`. */
  readonly compiler: readonly string[];
  readonly git: readonly string[];
  /** For an archive by URL. */
  readonly download: readonly string[];
  /** For tar archives of any compression. */
  readonly unpack: readonly string[];
  /** Libraries of DMTCP's programs, and the programs that the job's inner half calls. */
  readonly run: readonly string[];
}

const dpkg = (format: string) =>
  code`dpkg-query -W -f ${lineWord(filled(format, 'deb', '${Package}', '${Version}', '${Architecture}'))}`;
const rpm = (format: string) =>
  code`rpm -qa --qf ${lineWord(filled(format, 'rpm', '%{NAME}', '%{VERSION}-%{RELEASE}', '%{ARCH}'))}`;
const filled = (format: string, kind: string, name: string, version: string, architecture: string) =>
  format
    .replaceAll('%N', name)
    .replaceAll('%V', version)
    .replaceAll('%A', architecture)
    .replaceAll('%T', kind);

const apt: PackageManager = {
  list: dpkg,
  program: 'apt-get',
  install: (packages) => [
    code`apt-get update`,
    code`DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${packages}`,
    code`apt-get clean`,
    code`rm -rf /var/lib/apt/lists/* /var/cache/ldconfig/aux-cache /var/log/apt /var/log/dpkg.log /var/log/alternatives.log`,
  ],
  compiler: ['binutils', 'g++', 'gcc', 'libc6-dev', 'linux-libc-dev', 'make'],
  git: ['ca-certificates', 'git'],
  download: ['ca-certificates', 'curl'],
  unpack: ['bzip2', 'gzip', 'tar', 'xz-utils'],
  run: [
    'bash',
    'coreutils',
    'findutils',
    'grep',
    'libatomic1',
    'libc-bin',
    'libgcc-s1',
    'libstdc++6',
    'mawk',
  ],
};

/** `more`: the repository of many -devel packages, which is off by default; as shell text. */
const dnf = (more: ShellText | null): PackageManager => ({
  list: rpm,
  program: 'dnf',
  install: (packages) => [
    code`dnf install -y --setopt=install_weak_deps=False --nodocs ${packages}`,
    code`dnf clean all`,
    code`rm -rf /var/cache/dnf`,
  ],
  ...(more === null
    ? {}
    : {
        installMore: (packages) => [
          code`. /etc/os-release`,
          code`dnf install -y --enablerepo=${more} --setopt=install_weak_deps=False --nodocs ${packages}`,
          code`dnf clean all`,
          code`rm -rf /var/cache/dnf`,
        ],
      }),
  compiler: ['binutils', 'gcc', 'gcc-c++', 'glibc-devel', 'kernel-headers', 'make'],
  git: ['ca-certificates', 'git-core'],
  // By its path, because the package `curl` conflicts with curl-minimal, which most images have.
  download: ['/usr/bin/curl', 'ca-certificates'],
  unpack: ['bzip2', 'gzip', 'tar', 'xz'],
  // No coreutils, because images have coreutils-single, which conflicts with them.
  run: ['bash', 'findutils', 'gawk', 'glibc-common', 'grep', 'libatomic', 'libgcc', 'libstdc++'],
});
/** It had another name in release 8. */
const enterprise = dnf(code`"$(case $VERSION_ID in 8*) echo powertools ;; *) echo crb ;; esac)"`);

const zypper: PackageManager = {
  list: rpm,
  program: 'zypper',
  install: (packages) => [
    code`zypper --non-interactive install --no-recommends ${packages}`,
    code`zypper clean --all`,
  ],
  compiler: ['binutils', 'gcc', 'gcc-c++', 'glibc-devel', 'linux-glibc-devel', 'make'],
  git: ['ca-certificates-mozilla', 'git-core'],
  download: ['ca-certificates-mozilla', 'curl'],
  unpack: ['bzip2', 'gzip', 'tar', 'xz'],
  run: ['bash', 'coreutils', 'findutils', 'gawk', 'glibc', 'grep', 'libatomic1', 'libgcc_s1', 'libstdc++6'],
};

export const packageManagers: Readonly<Record<Distribution, PackageManager>> = {
  debian: apt,
  ubuntu: apt,
  rocky: enterprise,
  alma: enterprise,
  centos: enterprise,
  ubi: dnf(code`"ubi-\${VERSION_ID%%.*}-codeready-builder-rpms"`),
  fedora: dnf(null),
  sles: zypper,
  opensuse: zypper,
};

/** The commands that the job's inner half calls; the build checks for each. */
export const commandsOfTheJob = [
  'awk',
  'bash',
  'cksum',
  'cut',
  'df',
  'find',
  'getconf',
  'grep',
  'mktemp',
  'readlink',
  'sort',
  'sync',
  'timeout',
  'truncate',
];

/** Package names, a few per line. */
export function wrapped(packages: readonly string[]): ShellText {
  const names = packages.map(packageOrPath);
  if (names.length < 4) return lines(names, ' ');
  const rows: ShellText[] = [];
  for (const name of names) {
    const row = rows.at(-1);
    if (row && row.text.length + name.text.length < 80) rows[rows.length - 1] = code`${row} ${name}`;
    else rows.push(name);
  }
  return code`\\\n      ${lines(rows, ' \\\n      ')}`;
}

/** The tables above name a file if two packages have it. */
const packageOrPath = (name: string) => (name.startsWith('/usr/') ? lineWord(name) : packageName(name));
