while IFS= read -r line; do printf '[%s]\n' "$line"; done <<<"$(./list --all)"
mapfile -t files <<<"$(ls data)"
printf '%s\n' "${files[@]}"
