# program.py UNITS GROWN_MIB: computes UNITS units of work on one processor, in steps that take about as long each, and grows to
# GROWN_MIB of memory in the first third of them, as a simulation does that builds its tables.
import sys

units, grown = int(sys.argv[1]), int(sys.argv[2])
tables = []
for unit in range(1, units + 1):
    if unit <= units // 3:
        while len(tables) < grown * unit * 3 // units:
            tables.append(bytearray(b"x" * 1048576))
    total = 0
    for i in range(150000):
        total += i * i
    if unit % 20 == 0:
        print(unit, flush=True)
print("done", flush=True)
