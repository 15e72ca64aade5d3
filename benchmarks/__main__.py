"""Run the scenarios named on the command line, or all: ``python -m benchmarks [memory] [transport]``."""

import runpy
import sys
from pathlib import Path

SCENARIOS = sorted(path.parent.name for path in Path(__file__).parent.glob("*/__main__.py"))


def main() -> int:
    """Run scenarios one after the other; 2 when a name is unknown."""
    wanted = sys.argv[1:] or SCENARIOS
    unknown = sorted(set(wanted) - set(SCENARIOS))
    if unknown:
        print(f"Unknown: {unknown}; there are {SCENARIOS}.", file=sys.stderr)
        return 2
    for name in wanted:
        sys.argv = [f"benchmarks.{name}"]
        runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
