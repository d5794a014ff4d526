echo "use <(cmd) or srun & in a shell" 'and /dev/stdin, `mpirun`'
# srun, <(x) and cd / in a comment; if then "
printf '%s\n' "it's ${USER}'s \"run\"" $'a\'b' "$(echo "nested $(hostname) \"x\"")"
