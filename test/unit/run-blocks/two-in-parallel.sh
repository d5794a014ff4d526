./left >left.log 2>&1 &
./right >right.log 2>&1 &
wait
