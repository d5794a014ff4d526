"""Trains nothing, in 40 steps, and saves as the flow of `crc init --for pytorch` says.

At each step of $HELD it waits for a file gate-STEP, or for being asked.
"""

import os
import signal
import sys
import time

asked = []
signal.signal(signal.SIGTERM, lambda number, frame: asked.append(number))

HELD = os.environ.get("HELD", "10 20").split()
LAST = "checkpoints/last.pt"
step = 0
if os.path.exists(LAST):
    with open(LAST, encoding="ascii") as file:
        step = int(file.read())
    print("going on from step", step, flush=True)
while step < 40:
    step += 1
    print("step", step, flush=True)
    while str(step) in HELD and not asked and not os.path.exists(f"gate-{step}"):
        time.sleep(0.05)
    if asked:
        os.makedirs("checkpoints", exist_ok=True)
        with open("checkpoints/last.tmp", "w", encoding="ascii") as file:
            file.write(str(step))
            file.flush()
            os.fsync(file.fileno())
        os.replace("checkpoints/last.tmp", LAST)
        sys.exit()
with open("DONE", "w", encoding="ascii") as file:
    file.write("40\n")
