publish() {
  describe
  find_builder podman docker
  build_image
  if [[ $builder == docker ]]; then say "podman gets it from docker by: docker save $image | podman load"; fi
}
