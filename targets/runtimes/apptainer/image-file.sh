contents_of() { apptainer exec --containall "$1" cat "$contents_note" 2>/dev/null; }

# What an image is made of besides its recipe and its sources.
made_with() {
  cksum <"$here/$dmtcp_recipe" && printf '%s\n' "${platform[*]}" || return
  if [[ -n ${base-} ]]; then fingerprint "$base"; fi
}

# The image takes DMTCP from a file that is built once, because Apptainer does not cache what it has built.
build_dmtcp() {
  local made
  made=$(made_with | cksum) || fail "cannot read $here/$dmtcp_recipe"
  dmtcp_file=$(dirname "$image")/crflow-dmtcp-${made%% *}.sif
  if [[ ! -s $dmtcp_file || -n $force ]]; then
    carry_out apptainer build --force "${platform[@]}" "${options[@]}" "$dmtcp_file.new" "$here/$dmtcp_recipe" || fail 'DMTCP could not be built'
    [[ -n $dry_run ]] || mv "$dmtcp_file.new" "$dmtcp_file" || fail "apptainer claims to have built $dmtcp_file, but did not"
  fi
  [[ -n $dry_run ]] || ln -s "$dmtcp_file" crflow-dmtcp.sif || fail "cannot show $dmtcp_file to Apptainer"
}

publish() {
  local command=(apptainer build --force "${platform[@]}") new=$image.new
  command -v apptainer >/dev/null || missing apptainer
  if [[ -n ${base-} ]]; then
    if [[ $base != /* ]]; then base=$PWD/$base; fi # in the flow's folder
    [[ -e $base ]] || fail "there is no $base, which the image extends"
  fi
  describe
  if is_there; then
    say "$image exists already, built from this recipe and these sources"
    return
  fi
  carry_out mkdir -p "$(dirname "$image")" || fail "cannot make the folder of $image"
  copy_inputs
  cd "$copied" || fail "cannot go to $copied"
  if [[ -n ${base-} ]]; then ln -s "$base" crflow-base || fail "cannot show $base to Apptainer"; fi
  build_dmtcp
  if [[ $proof == no ]]; then command+=(--notest); fi
  carry_out "${command[@]}" "${options[@]}" "$new" "$here/$recipe" || fail "$image could not be built"
  [[ -z $dry_run ]] || return 0
  [[ -s $new ]] || fail "apptainer claims to have built $image, but wrote nothing"
  replace_image "$new"
}
