#!/bin/bash
# Slurm's TaskProlog: what it prints as `export NAME=VALUE` is in the environment of the task.
folder=${TMPDIR:-/tmp}/crflow-nodes-$SLURM_CLUSTER_NAME-$SLURMD_NODENAME
mkdir -p "$folder" && echo "export TMPDIR=$folder"
