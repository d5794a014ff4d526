mkdir -p build && cd build
cmake -DCMAKE_BUILD_TYPE=Release -DUSE_CUDA=OFF ..
make -j 8
cd ..
./build/solve input.dat
