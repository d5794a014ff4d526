gmx grompp -f md.mdp -c conf.gro -p topol.top -o md.tpr
gmx mdrun -deffnm md -ntmpi 1 -ntomp 8 -nb cpu -pin on
