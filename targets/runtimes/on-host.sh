# --- The inner half on this host ---

inside() { exec "$@"; }

# The inner half's first steps.
begin_inner_half() { where="of $HOSTNAME"; }
