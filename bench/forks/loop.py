"""loop.py FOLDER fork|vfork|spawn: subprocess.run() for ever, by the way of starting a process that is named.

A line in FOLDER/wrong for each child that did not end with 0, and a number in FOLDER/count for each round. Python 3.10 and
newer take vfork where they can; posix_spawn is taken for a full path without close_fds.
"""

import subprocess
import sys
import time

folder, way = sys.argv[1:]
subprocess._USE_VFORK = way == "vfork"
n = 0
while True:
    done = subprocess.run(["/bin/true"], close_fds=way != "spawn")
    n += 1
    if done.returncode != 0:
        with open(f"{folder}/wrong", "a") as wrong:
            print(f"true: status {done.returncode}", file=wrong)
    with open(f"{folder}/count", "w") as count:
        print(n, file=count)
    time.sleep(0.05)
