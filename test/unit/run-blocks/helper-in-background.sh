while sleep 60; do free -m; done >memory.log &
./solve input.dat
kill %1
