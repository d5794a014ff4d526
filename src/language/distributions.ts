import type { Distribution } from './words.ts';

/** Words in an image's name or tag that mean a distribution or a release of one. */
const WORDS: readonly (readonly [RegExp, Distribution])[] = [
  [/^ubi\d*$/, 'ubi'],
  [/^(?:debian\d*|buster|bullseye|bookworm|trixie|forky|sid)$/, 'debian'],
  [/^(?:ubuntu[\d.]*|bionic|focal|jammy|noble)$/, 'ubuntu'],
  [/^(?:rocky|rockylinux)[\d.]*$/, 'rocky'],
  [/^(?:alma|almalinux)[\d.]*$/, 'alma'],
  [/^(?:centos|stream)\d*$/, 'centos'],
  [/^fedora\d*$/, 'fedora'],
  [/^opensuse$/, 'opensuse'],
  [/^(?:suse|sles\d*|bci)$/, 'sles'],
];

/**
 * The distributions of popular images whose names do not reveal them: Docker's official images, which are based on Debian
 * unless their tags say otherwise; images of Rocker, Jupyter and conda (their Dockerfiles, 2025).
 */
const KNOWN: readonly (readonly [RegExp, Distribution])[] = [
  [
    /^library\/(?:buildpack-deps|gcc|golang|haskell|julia|mariadb|node|openjdk|perl|php|postgres|pypy|python|r-base|ruby|rust)$/,
    'debian',
  ],
  [/^library\/eclipse-temurin$/, 'ubuntu'],
  [/^rocker\/(?:r-base|drd|r-devel)$/, 'debian'],
  [/^rocker\//, 'ubuntu'],
  [/^jupyter\//, 'ubuntu'],
  [/^(?:condaforge|mambaorg\/micromamba-ubuntu)(?:$|\/)/, 'ubuntu'],
  [/^(?:continuumio\/|mambaorg\/micromamba$)/, 'debian'],
];

/** The distribution of a base image, if its name says so. The tag is more specific: python:3.12-bookworm. */
export function distributionNamed(repository: string, tag: string): Distribution | undefined {
  const among = (text: string) => {
    const words = text.toLowerCase().split(/[^a-z\d.]+|(?<=[a-z])\.|(?<=\d)\.(?=[a-z])/);
    return WORDS.find(([word]) => words.some((one) => word.test(one)))?.[1];
  };
  return among(tag) ?? among(repository) ?? KNOWN.find(([name]) => name.test(repository))?.[1];
}
