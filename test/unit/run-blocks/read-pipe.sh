grep -v '^#' parameters.txt | while IFS=, read -r a b; do
  ./solve "$a" "$b" </dev/null
done
