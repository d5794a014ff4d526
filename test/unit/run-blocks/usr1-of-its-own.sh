trap 'echo half way' USR1
./solve --notify $$ &
pid=$!
kill -USR1 $$
wait "$pid"
