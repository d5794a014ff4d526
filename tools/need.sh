#!/bin/sh
# sh tools/need.sh example|test
#
# Makes sure that what a command of package.json needs is installed. On Debian and Ubuntu, as root, it installs what is
# missing; CRFLOW_NO_INSTALL=1 forbids that. Says nothing where nothing is missing. What stays missing is no failure
# (crc and the tests get along and say so), except for the tests where CI is set.
set -u

# npm puts node_modules/.bin first, and there is a "shellcheck" in it that is only a downloader of one.
PATH="$(printf '%s' "$PATH" | tr ':' '\n' | grep -v '/node_modules/' | paste -s -d : -):/usr/local/sbin:/usr/sbin:/sbin"
policy=/usr/sbin/policy-rc.d

case "${1-}" in
example) tools='shellcheck' ;;
test) tools='bash shellcheck shfmt munged slurmctld slurmd sbatch scontrol squeue srun scancel sinfo podman runc ch-run' ;;
*)
  echo 'usage: sh tools/need.sh example|test' >&2
  exit 2
  ;;
esac
purpose=$1

package_of() {
  case "$1" in
  munged) echo munge ;;
  slurmctld | slurmd | sbatch | scontrol | squeue | srun | scancel | sinfo) echo slurm-wlm ;;
  ch-run) echo charliecloud ;;
  *) echo "$1" ;;
  esac
}

# Sets missing (tools) and packages (each once), as lists of words.
look() {
  missing=''
  packages=''
  for tool in $tools; do
    command -v "$tool" >/dev/null 2>&1 && continue
    missing="$missing${missing:+ }$tool"
    package=$(package_of "$tool")
    case " $packages " in
    *" $package "*) ;;
    *) packages="$packages${packages:+ }$package" ;;
    esac
  done
}

apt() {
  DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 apt-get -qq -y \
    -o DPkg::Lock::Timeout=60 -o Acquire::Retries=1 -o Acquire::http::Timeout=20 "$@" </dev/null 2>&1
}

# Word splitting is what makes the list of packages into arguments.
# shellcheck disable=SC2086
apt_install() {
  apt install --no-install-recommends $packages
}

# Services must not start: the tests start their own daemons, and without systemd starting services fails.
# Debian asks this file first. Nothing is done where there is one already.
hold_services() {
  [ -e "$policy" ] && return
  # shellcheck disable=SC2064 # the value of now
  trap "rm -f '$policy'" EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\n# By crflow tools/need.sh, while it installs: start no services.\nexit 101\n' >"$policy" &&
    chmod 755 "$policy"
}

look
[ -z "$missing" ] && exit 0

reason=''
root=no
[ "$(id -u)" -eq 0 ] && [ "${CRFLOW_NO_INSTALL-}" != 1 ] && root=yes
if [ "$root" = yes ] && command -v apt-get >/dev/null 2>&1; then
  echo "crflow: installing $packages with apt-get (for npm run $purpose; CRFLOW_NO_INSTALL=1 forbids it)" >&2
  hold_services
  # At first without an update: it is slow, and needed only where the lists are empty or old.
  output=$(apt_install) || output=$(apt update && apt_install)
  look
  [ -z "$missing" ] && exit 0
  reason=$(printf '%s\n' "$output" | awk '/^E: / && !n++')
  reason=" (apt-get: ${reason:-no reason given})"
fi

# Somebody who can install nothing learns it from crc, if crc has no other way.
[ "$purpose" = example ] && [ "$root" = no ] && exit 0

if [ "$purpose" = example ]; then
  without="crc falls back to the download of the npm package 'shellcheck'"
else
  without='the tests that need them are skipped and say so'
  case " $packages " in
  *' munge '* | *' slurm-wlm '*) without='the tests on a real Slurm are skipped and say so' ;;
  *) ;;
  esac
fi
sudo='sudo '
[ "$(id -u)" -eq 0 ] && sudo=''
echo "crflow: not installed: $missing$reason. Without: $without." \
  "To install: ${sudo}sh -c 'apt-get update && apt-get install -y --no-install-recommends $packages'" >&2

[ "$purpose" = test ] && [ -n "${CI-}" ] && [ "${CI-}" != false ] && exit 1
exit 0
