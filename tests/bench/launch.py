"""Run a program and say on the last line what it cost: `exit code, seconds, processor, peak memory`.

A process of its own, which imports next to nothing: a child's peak memory counts what its parent held when it forked.
"""

import os
import subprocess
import sys
import time


def main(arguments: list[str]) -> None:
    """Run the program, its words passed on."""
    begun = time.perf_counter()
    process = subprocess.Popen(arguments, stderr=subprocess.STDOUT)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds, processor = time.perf_counter() - begun, usage.ru_utime + usage.ru_stime
    kilo = 1024 if sys.platform == "darwin" else 1  # macOS counts bytes
    sys.stdout.write(f"\n{process.returncode} {seconds} {processor} {usage.ru_maxrss / kilo}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
