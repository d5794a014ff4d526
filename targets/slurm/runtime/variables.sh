# --- The variables that the application gets beside those of its owner ---

# Sets added, NAME=VALUE each; there are no others. What the flow sets is left alone, and so is an HWLOC_COMPONENTS of the submission.
add_variables() {
  added=()
  # hwloc, which GROMACS and MPI use, would open devices that DMTCP cannot bring back: the program would die at its launch.
  [[ -n ${HWLOC_COMPONENTS+set} ]] || added+=('HWLOC_COMPONENTS=-linuxio,-gl,-opencl,-pci')
  # A restored program keeps the TMPDIR that it began with, so it has to be there in each job, and on each node.
  if ! sets TMPDIR && (umask 077 && mkdir -p "$run/tmp"); then added+=("TMPDIR=$run/tmp"); fi
}

# sets NAME: does the flow?
sets() { (unset "$1" && variables && [[ -n ${!1+set} ]]); }
