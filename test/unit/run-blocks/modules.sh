module purge
module load gcc/12.2 openblas/0.3 fftw
export OMP_PROC_BIND=close OMP_PLACES=cores
./dft input.json | tee dft.log
