source /opt/geant4/bin/geant4.sh
./ecal -n 8 -c g4bench.conf 100000
