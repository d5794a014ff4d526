cd case1
./solve
cd ../case2
./solve
