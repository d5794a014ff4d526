coproc CALC { bc -l; }
echo '2^10' >&"${CALC[1]}"
read -r answer <&"${CALC[0]}"
echo "$answer"
