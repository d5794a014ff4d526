tmp=$(mktemp -d -p .)
trap 'rm -rf "$tmp"' EXIT
./solve --scratch "$tmp"
