(
  ./a &
  ./b &
  wait
)
{ ./c & ./d; wait $!; }
