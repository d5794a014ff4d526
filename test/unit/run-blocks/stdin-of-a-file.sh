./solve /dev/stdin <input.dat
./convert --in /dev/stdin <a.txt >b.txt
