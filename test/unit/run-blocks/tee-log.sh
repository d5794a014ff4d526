{
  ./prepare
  ./solve
} 2>&1 | tee -a run.log
