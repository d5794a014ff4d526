cat >input.in <<EOF
&control
  calculation = 'scf'
  title = "run of $(date +%F) in ${PWD##*/}"
/
EOF
./pw <input.in >output.out
