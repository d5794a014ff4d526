bc -l <<<"scale=4; 3/7"
octave --no-gui --quiet <<'EOF'
A = rand(100); [U, S, V] = svd(A); disp(trace(S));
EOF
