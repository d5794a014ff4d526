for t in 280 300 320; do
  mkdir -p "T$t"
  sed "s/@T@/$t/" in.template >"T$t/in.dat"
  (cd "T$t" && ../solve in.dat >log.txt)
done
awk '/^Energy/ { print FILENAME, $2 }' T*/log.txt >energies.txt
