python3 - <<'EOF'
import subprocess, sys
# mentions of srun, <(x) and /dev/stdin here are Python's own
for i in range(3):
    print(f"srun {i} < /dev/stdin > /dev/stdout & done", file=sys.stderr)
EOF
