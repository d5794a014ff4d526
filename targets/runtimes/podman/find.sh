# What it warns about, with the time of day, is no part of an identity.
look_up() { timeout -k 5 60 podman image inspect --format '{{.Id}}' "$1"; }
