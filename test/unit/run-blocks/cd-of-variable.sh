for dir in runs/*/; do
  pushd "$dir" >/dev/null
  ./solve
  popd >/dev/null
done
