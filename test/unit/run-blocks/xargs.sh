find data -name '*.dat' -print0 | xargs -0 -n 1 -P 8 ./analyse
