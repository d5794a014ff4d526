nodes=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | wc -l)
squeue -j "$SLURM_JOB_ID" -o '%L' || true
./solve --nodes "$nodes"
