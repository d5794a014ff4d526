./monitor.sh & monitor=$!
trap 'kill $monitor' EXIT
./solve
