# --- Slurm: its variables that a container gets ---

# is_of_scheduler NAME: is it a variable that tells a job who it is, or which GPUs it has?
is_of_scheduler() { [[ $1 == @(SLURM_*|CUDA_VISIBLE_DEVICES|ROCR_VISIBLE_DEVICES|GPU_DEVICE_ORDINAL|ZE_AFFINITY_MASK) ]]; }
