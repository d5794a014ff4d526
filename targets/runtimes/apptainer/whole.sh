# --- The container of the inner half, in Apptainer ---

# In its own PID namespace, the whole container ends with the runtime, even if the runtime is killed.
add_options() {
  options+=(--pid)
  own_image
}
