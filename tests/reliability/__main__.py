"""Print the fault matrix: ``python -m tests.reliability [--write] [WORD …]``.

Words choose the cells whose names hold all of them. ``--write`` renews the tables in ``docs/reliability.md``.
"""

import logging
import sys
from pathlib import Path

from local.deployment import ROOT
from tests.reliability.cells import all_groups
from tests.reliability.matrix import play
from tests.reliability.report import markdown
from tests.reliability.sides import running_clouds
from tests.reliability.verdicts import Verdict

PAGE: Path = ROOT / "docs" / "reliability.md"
BEGIN = "<!-- fault matrix: written by python -m tests.reliability --write -->"
END = "<!-- end of the fault matrix -->"


def main(arguments: list[str]) -> int:
    """Play the cells, print them, and tell whether all came to what they had to."""
    logging.disable(logging.CRITICAL)
    words = [word for word in arguments if word != "--write"]
    verdicts: list[Verdict] = []
    with running_clouds() as clouds:
        for group in all_groups():
            if all(word in group.name for word in words):
                verdicts += play(group, clouds)
                _say(f"{len(verdicts):4} cells, last: {group.name}")
    _say("")
    tables = markdown(verdicts)
    sys.stdout.write(tables + "\n")
    wrong = [f"{verdict.cell.name}: {'; '.join(verdict.wrongs)}" for verdict in verdicts if verdict.wrongs]
    sys.stderr.writelines(f"{line}\n" for line in wrong)
    if "--write" in arguments and not words and not wrong:
        PAGE.write_text(_with_tables(PAGE.read_text(), tables))
    return 1 if wrong else 0


def _say(text: str) -> None:
    """Show how far it is, where somebody watches."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text[:100]}")


def _with_tables(page: str, tables: str) -> str:
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables}\n{END}{after}"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
