while read -r name value; do
  ./solve --name "$name" --value "$value"
done <parameters.txt
