cleanup() { rm -f lock; }
trap cleanup EXIT INT TERM
: >lock
./solve
