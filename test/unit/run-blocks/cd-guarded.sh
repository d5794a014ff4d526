cd results || exit 1
../solve ../input.dat
