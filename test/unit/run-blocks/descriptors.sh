exec 3>events.log 4<input.dat
while read -r -u 4 line; do
  ./step "$line" >&3
done
exec 3>&- 4<&-
