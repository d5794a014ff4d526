mkfifo samples
./sampler >samples &
./consumer <samples
wait
rm samples
