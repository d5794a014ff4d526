#!/bin/bash
# chain.sh LINKS SBATCH_OPTION...: submits the chain.
job='' links=$1
for ((i = 0; i < links; i++)); do
  job=$(sbatch --parsable ${job:+--dependency=afterok:$job} "${@:2}" chain.sbatch) || exit
done
