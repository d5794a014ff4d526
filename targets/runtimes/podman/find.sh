# Its warnings contain the time of day, and are not part of an identity.
look_up() { timeout -k 5 60 podman image inspect --format '{{.Id}}' "$1"; }

# How a node gets an image that no registry has, and (way_to_return ID) one that lost its name.
way_to_build() { printf '%s' "images of Podman are on one host: build it here, bash $name.image.sh, or bring it from the host that has it: podman save $image | ssh $HOSTNAME podman load"; }
way_to_return() { printf '%s' "from a host that has it: podman save $1 | ssh $HOSTNAME podman load"; }
