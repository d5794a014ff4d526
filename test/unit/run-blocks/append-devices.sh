echo "starting" >>/dev/stderr
./solve | tee -a /dev/stderr >solve.log
awk 'BEGIN { print "awk knows this name" > "/dev/stderr" }'
