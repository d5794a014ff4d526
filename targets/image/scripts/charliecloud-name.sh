publish() {
  build_image
  [[ -n $dry_run ]] || say "built $built, in ch-image's own storage"
}
