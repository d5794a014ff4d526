if [[ -e state.chk ]]; then
  ./solve --restart state.chk
else
  ./solve --begin input.dat
fi
