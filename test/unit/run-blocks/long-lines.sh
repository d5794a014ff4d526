./solve \
  --input "data/$(printf '%03d' 7).dat" \
  --output out.dat \
  --log solve.log \
  2>&1 | grep -v '^debug' >brief.log || exit 3
