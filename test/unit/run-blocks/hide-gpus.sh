export CUDA_VISIBLE_DEVICES=""
python infer.py --gpus 0 --device cpu
