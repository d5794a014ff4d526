import { expect, test } from 'vitest';
import { distributionOf } from '../../src/check/container.ts';
import { parseImageName } from '../../src/check/image-name.ts';

// What the name of an image says of what it is made of. The names are of images that people start from.
test.each([
  ['debian:12', 'debian'],
  ['ubuntu:24.04', 'ubuntu'],
  ['registry.access.redhat.com/ubi9/ubi:9.4', 'ubi'],
  ['registry.access.redhat.com/ubi8:8.10', 'ubi'],
  ['redhat/ubi9-init:9.4', 'ubi'],
  ['quay.io/centos/centos:stream9', 'centos'],
  ['centos:8', 'centos'],
  ['fedora:40', 'fedora'],
  ['quay.io/fedora/fedora:41', 'fedora'],
  ['rockylinux:9', 'rocky'],
  ['quay.io/rockylinux/rockylinux:9.3', 'rocky'],
  ['almalinux:9', 'alma'],
  ['opensuse/leap:15.6', 'opensuse'],
  ['registry.suse.com/bci/bci-base:15.6', 'sles'],
  ['python:3.12', 'debian'],
  ['python:3.12-slim', 'debian'],
  ['python:3.12-slim-bookworm', 'debian'],
  ['gcc:14', 'debian'],
  ['julia:1.10', 'debian'],
  ['rocker/r-ver:4.4.1', 'ubuntu'],
  ['rocker/tidyverse:4.4.1', 'ubuntu'],
  ['rocker/r-base:4.4.1', 'debian'],
  ['r-base:4.4.1', 'debian'],
  ['quay.io/jupyter/scipy-notebook:2024-10-07', 'ubuntu'],
  ['continuumio/miniconda3:24.7.1-0', 'debian'],
  ['condaforge/miniforge3:24.7.1-0', 'ubuntu'],
  ['mambaorg/micromamba:1.5.8', 'debian'],
  ['mambaorg/micromamba:1.5.8-jammy', 'ubuntu'],
  ['nvidia/cuda:12.5.0-devel-ubuntu22.04', 'ubuntu'],
  ['nvidia/cuda:12.5.0-devel-rockylinux9', 'rocky'],
  ['nvidia/cuda:12.5.0-devel-ubi8', 'ubi'],
  ['rocm/dev-ubuntu-22.04:6.1', 'ubuntu'],
  ['intel/oneapi-hpckit:2024.2.0-1-devel-ubuntu22.04', 'ubuntu'],
  ['lab/base:7', undefined],
  ['lab/fedorable:1', undefined],
  ['lab/streamer:9', undefined],
])('%s is %s', (text, wanted) => {
  const name = parseImageName(text);
  expect(name.kind === 'name' && distributionOf(name)).toBe(wanted);
});
