timeout 60 curl -fsS -o weights.bin "$URL" || true
./infer weights.bin --device cpu
