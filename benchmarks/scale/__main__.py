"""Count what very large runs come to and write the tables of ``docs/scale.md``.

``python -m benchmarks.scale`` takes less than a minute; ``--quick`` measures no memory.
"""

import argparse

from benchmarks.scale import document
from benchmarks.scale.finder_memory import measured


def main() -> int:
    """Print the tables and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="count only, and leave what is measured as it is"
    )
    options = parser.parse_args()
    # Before all else, whose memory would hide the finder's.
    memory = None if options.quick else document.memory(measured())
    text = document.with_counts(document.DOCUMENT.read_text())
    if memory is not None:
        text = document.replaced(text, "memory", memory)
        print(f"memory\n{memory}\n")
    for name, table in document.generated().items():
        print(f"{name}\n{table}\n")
    document.DOCUMENT.write_text(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
