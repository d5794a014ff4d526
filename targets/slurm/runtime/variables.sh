# --- The variables that the application gets beside those of its owner ---

# Adds them to entries, which hold the submission's and the flow's; there are no others. What the flow sets is left alone, and
# so is an HWLOC_COMPONENTS of the submission.
add_variables() {
  # hwloc, which GROMACS and MPI use, would open devices that DMTCP cannot bring back: the program would die at its launch.
  has HWLOC_COMPONENTS ${entries[@]+"${entries[@]}"} || entries+=('HWLOC_COMPONENTS=-linuxio,-gl,-opencl,-pci')
  # A restored program keeps the TMPDIR that it began with, so it has to be there in each job, and on each node.
  if ! sets TMPDIR && (umask 077 && mkdir -p "$run/tmp"); then entries+=("TMPDIR=$run/tmp"); fi
}

# sets NAME: does the flow?
sets() { has "$1" ${set_variables[@]+"${set_variables[@]}"}; }

# has NAME ENTRY...
has() {
  local name_of_it=$1 entry
  shift
  for entry; do
    [[ $entry != "$name_of_it="* ]] || return 0
  done
  return 1
}
