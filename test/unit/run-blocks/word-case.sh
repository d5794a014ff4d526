for case in $(ls case cold | grep -v case); do
  name=$(basename case .in)
  kind=$(case $name in c*) echo cold ;; *) echo hot ;; esac)
  ./solve --case "$case" --kind "$kind" "$(grep -c case "$case/in.dat")"
done
