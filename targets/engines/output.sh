# --- The output at a launch ---

# A launch after a lost attempt begins anew, and so does its output, which is cut to its size at the first launch.
trim_output() {
  if [[ -e $run/output-size ]]; then
    read_count "$run/output-size"
    truncate -s "$REPLY" "$output"
  else
    write_file "$run/output-size" "$(wc -c <"$output")"
  fi
}
