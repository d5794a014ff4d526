exec 2>errors.log
./solve >solve.log
echo done >&2
