"""Run a command and write what it used to a file: ``python -IS launch.py REPORT COMMAND [ARGUMENT …]``.

A program of its own because the kernel's peak of a finished child holds what its parent had at the fork, and
this parent has next to nothing.
"""

import json
import os
import sys
import time


def main() -> int:
    """Return the command's exit status."""
    report, *command = sys.argv[1:]
    started = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _, status, usage = os.wait4(child, 0)
    used = {
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "wall_seconds": time.perf_counter() - started,
        "peak_rss_mib": usage.ru_maxrss / 1024,
    }
    with open(report, "w") as output:  # noqa: PTH123 - pathlib would cost memory
        json.dump(used, output)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
