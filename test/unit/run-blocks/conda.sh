source "$HOME/miniconda3/etc/profile.d/conda.sh"
conda activate solver
export OMP_NUM_THREADS=8 PYTHONUNBUFFERED=1
python train.py --epochs 200 --device cpu --out results/
