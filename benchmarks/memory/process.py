"""Run a module as a program and write its process's peak memory: ``… process PEAK_FILE MODULE [ARGUMENT …]``.

The kernel's figure for a finished child (``ru_maxrss``) holds what its parent had at the fork, so the process
reads its own high-water mark.
"""

import runpy
import sys
from pathlib import Path


def peak_mib() -> float:
    """Return the most memory this process ever had resident, in MiB."""
    status = Path("/proc/self/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return round(int(kib) / 1024, 1)


def main() -> None:
    """Run the module and write the peak, however it ends."""
    peak_file, module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        Path(peak_file).write_text(f"{peak_mib()}\n")


if __name__ == "__main__":
    main()
