# --- The container of a rank, in Apptainer ---

# Ranks on one node need the same process namespace to reach each other's memory. All are in their step, and end with it.
add_options() { :; }
