#!/bin/sh
# slurm-root.sh ROOT NODE COMMAND...: runs a command with the programs of another system, installed under ROOT, instead of this
# machine's. Everything else stays where it is under the same names (/tmp, /proc, the repository, a DMTCP outside of /usr), so that
# tests see the same paths as jobs. Called in a mount namespace of its own. NODE is for the stand-in for DMTCP.
set -e
root=$1 node=$2
shift 2
if [ -n "${SLURM_CONF-}" ]; then
  # Node is in /usr, and about to vanish: it gets a second place, beside slurm.conf.
  : >>"${SLURM_CONF%/*}/node"
  mount --bind "$node" "${SLURM_CONF%/*}/node"
  export DMTCP_STANDIN_NODE="${SLURM_CONF%/*}/node"
fi
# What these folders link to is found by the system's own loader: no cache of libraries is needed.
for folder in etc/alternatives usr; do
  mount --bind "$root/$folder" "/$folder"
done
exec "$@"
