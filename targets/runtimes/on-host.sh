# --- The inner half on this host ---

inside() { exec "$@"; }

begin_inner_half() { where="of $HOSTNAME"; }
