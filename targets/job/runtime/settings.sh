# --- Settings that no flow changes ---

# In seconds, unless the comment says otherwise; each can be overridden from the environment, like those at the top.
: "${CRFLOW_SLOW:=45}"          # a checkpoint that takes longer is mentioned
: "${CRFLOW_MARGIN:=10}"        # before the limit, the job is requeued even if its last checkpoint is not done
: "${CRFLOW_PATIENCE:=3}"       # attempts (not seconds) that could have sealed a generation and did not, after which a run stops
: "${CRFLOW_HEARTBEAT:=30}"     # how often the time used is recorded
: "${CRFLOW_START_LIMIT:=300}"  # for the inner half to start, and later for its container to end
: "${CRFLOW_TICK:=1}"           # polling interval while something is imminent
: "${CRFLOW_SLURM_LIMIT:=20}"   # for an answer from Slurm
: "${CRFLOW_ANSWER_WAIT:=2}"    # for Slurm to say why it warns, before the work is saved without an answer
: "${CRFLOW_MEASURE:=60}"       # how often the memory and the processor time of the application are recorded; 0: never
: "${CRFLOW_REPORT:=3600}"      # how often the job's comment in the queue is updated
: "${CRFLOW_CLEAN:=1}"          # a finished run keeps no generations, or the newest if it failed; 0: all
: "${CRFLOW_REQUEUE_WAIT:=300}" # for Slurm to end an attempt that it has requeued
