#!/bin/bash
# resubmit.sh SBATCH_OPTION...: submits the job, and submits it again for as long as it ends by its time limit, as slurm-longrun does.
state=TIMEOUT
while [[ $state == TIMEOUT ]]; do
  job=$(sbatch --parsable "$@" resubmit.sbatch) || exit
  until [[ $state =~ ^(COMPLETED|FAILED|TIMEOUT|CANCELLED|NODE_FAIL|PREEMPTED|OUT_OF_MEMORY) && $seen == "$job" ]]; do
    sleep 1
    state=$(scontrol -o show job "$job" | grep -o 'JobState=[A-Z_]*')
    state=${state#*=} seen=$job
  done
done
