# --- The container of the inner half, in Charliecloud ---

add_options() { own_image; }
