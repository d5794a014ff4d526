# --- The container of the inner half, in Podman ---

# The command is process 1 of its container, so the whole container ends with the inner half. A second container with the same
# name would not start, so each start has its own.
add_options() { options+=(--name "$mark-$attempt-$starts"); }
