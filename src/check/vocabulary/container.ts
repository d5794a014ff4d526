import { DISTRIBUTIONS, DMTCP_PREFIX, RUNTIMES } from '../../model/container.ts';
import type { BlockSpec } from './spec.ts';

export const container = {
  doc: 'The container that the application runs in. Without this block it runs on the host.',
  example: 'container { runtime = apptainer image = "./solve.sif" }',
  aliases: ['docker', 'shifter', 'podman', 'apptainer', 'singularity', 'charliecloud'],
  clauses: ['mount'],
  keys: {
    runtime: {
      type: 'choice',
      required: true,
      doc: 'What runs it.',
      example: 'apptainer',
      choices: RUNTIMES,
      called: { podman: ['docker', 'buildah'], apptainer: ['singularity'], charliecloud: ['ch-run', 'ch'] },
      aliases: ['engine', 'kind', 'type'],
    },
    image: {
      type: 'image',
      required: true,
      doc: 'Its image, with DMTCP in it: an OCI name, or the path of an image file.',
      example: '"registry.example.org/lab/solve:1.2"',
      aliases: ['name', 'img', 'sif', 'tag'],
    },
    dmtcp: {
      type: 'inside',
      doc: "DMTCP's prefix in the image.",
      default: DMTCP_PREFIX,
      example: '"/usr/local"',
      aliases: ['dmtcp_prefix', 'prefix', 'dmtcp_root'],
    },
    modules: {
      type: 'words',
      doc: "The runtime's own modules.",
      default: 'none',
      example: '[cvmfs]',
      aliases: ['module'],
    },
    options: {
      type: 'words',
      doc: 'Further options of the runtime, a word each.',
      default: 'none',
      example: '["--shm-size=1g"]',
      aliases: ['args', 'flags', 'extra', 'arguments'],
    },
  },
} as const satisfies BlockSpec;

export const image = {
  doc: "How the container's image is made: crc writes its Dockerfile, with DMTCP in it.",
  example: 'image { from = "debian:12" }',
  aliases: ['dockerfile', 'build', 'recipe'],
  clauses: ['copy', 'git', 'archive'],
  keys: {
    from: {
      type: 'base-image',
      required: true,
      doc: 'The image that it extends.',
      example: '"debian:12"',
      aliases: ['base', 'parent', 'extends'],
    },
    distribution: {
      type: 'choice',
      doc: 'The distribution that `from` is made of: how packages are installed.',
      default: 'what the name of `from` says',
      example: 'debian',
      choices: DISTRIBUTIONS,
      called: {
        rocky: ['rockylinux'],
        ubi: ['rhel', 'redhat'],
        alma: ['almalinux'],
        sles: ['suse', 'bci'],
        opensuse: ['leap', 'tumbleweed'],
      },
      aliases: ['distro', 'os', 'family'],
    },
    packages: {
      type: 'words',
      doc: 'Packages of the distribution that the application needs.',
      default: 'none',
      example: '["libgomp1"]',
      aliases: ['install', 'apt', 'dnf', 'yum', 'zypper', 'package'],
    },
    build_packages: {
      type: 'words',
      doc: 'Packages that only its build needs: they are not in the image.',
      default: 'none',
      example: '["g++", "make"]',
      aliases: ['build_deps', 'build_dependencies', 'build_requires'],
    },
    build: {
      type: 'shell',
      doc: 'Your own bash that builds the application, with `set -eo pipefail`, in the folder of the first source.',
      default: 'nothing is built',
      example: '"make"',
      aliases: ['compile', 'make', 'run', 'script', 'build_script'],
    },
    results: {
      type: 'inside-list',
      doc: 'What the build leaves behind for the image.',
      default: 'the folders of the sources',
      example: '["/opt/solve/bin"]',
      aliases: ['result', 'artifacts', 'outputs', 'installs'],
    },
    dmtcp_release: {
      type: 'text',
      doc: "DMTCP's release.",
      default: '4.1.1',
      example: '"4.1.1"',
      aliases: ['dmtcp_version', 'release'],
    },
    dmtcp_archive: {
      type: 'text',
      doc: "DMTCP's source archive, beside the flow, for sites without network.",
      default: 'none: from the public repository, by commit',
      example: '"dmtcp-4.1.1.tar.gz"',
      aliases: ['dmtcp_source', 'dmtcp_tarball'],
    },
    dmtcp_sha256: {
      type: 'text',
      doc: 'Its checksum, as sha256sum prints it.',
      default: 'required with `dmtcp_archive`',
      example: '"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"',
      aliases: ['dmtcp_checksum', 'sha256'],
    },
  },
} as const satisfies BlockSpec;
