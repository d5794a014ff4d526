eval "$(./configure-shell --print)"
$SOLVER "${ARGS[@]}"
"$HOME/bin/post" out.dat
