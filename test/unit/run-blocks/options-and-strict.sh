set -u
shopt -s nullglob extglob
files=(!(*.bak))
if [[ ${#files[@]} -gt 0 && ${files[0]} =~ ^run_([0-9]+)\.dat$ ]]; then
  ./solve --number "${BASH_REMATCH[1]}"
fi
