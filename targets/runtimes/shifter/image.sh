publish() {
  push_image
  if ! command -v shifterimg >/dev/null; then
    say "now, where Shifter is: shifterimg pull $site_name"
    return
  fi
  # Even if it is there already, because another one may have been pushed under its name.
  carry_out shifterimg pull "$site_name" || fail "Shifter could not get $site_name"
  [[ -z $dry_run ]] || return 0
  [[ -n $(shifterimg lookup "$site_name") ]] || fail "Shifter claims to have pulled $site_name, but does not have it"
  say "Shifter has $site_name"
}
