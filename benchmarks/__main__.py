"""Run scenarios and write their results: ``python -m benchmarks [small] [finder] … [--rounds 5]``.

Without names all of them run. ``--tables`` writes the tables of ``docs/performance.md`` anew and runs none.
"""

import argparse
import importlib
import pkgutil
import sys

from benchmarks import rclone, results, scenarios, tables
from benchmarks.measuring import Measured
from benchmarks.scenario import Round, Scenario

NAMES = tuple(module.name for module in pkgutil.iter_modules(scenarios.__path__))


def scenario_named(name: str) -> Scenario:
    """Return a scenario."""
    found: Scenario = importlib.import_module(f"benchmarks.scenarios.{name}").SCENARIO
    return found


def run_rounds(scenario: Scenario, rounds: int) -> list[Round]:
    """Run every contender once per round, telling on the way what it took."""
    measured: list[Round] = []
    for number in range(1, rounds + 1):
        done: dict[str, Measured] = {}
        for name, contend in scenario.contenders.items():
            done[name] = one = contend(False)
            print(
                f"  {number}/{rounds} {name:44} {one.cpu_per_unit:9.4f} CPU s per {scenario.unit}, "
                f"{one.wall_seconds:6.1f} s, {one.peak_rss_mib:5.0f} MiB",
                flush=True,
            )
        measured.append(done)
    return measured


def write_tables() -> None:
    """Write what the results say into the document."""
    text = tables.DOCUMENT.read_text()
    tables.DOCUMENT.write_text(tables.replaced(text, results.read_all()))


def main() -> int:
    """Return 2 when a name is unknown or the rival is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="scenario", help=", ".join(NAMES))
    parser.add_argument("--rounds", type=int, help="instead of each scenario's own number, which is 5 mostly")
    parser.add_argument("--tables", action="store_true", help="only write the tables anew")
    options = parser.parse_args()
    if unknown := sorted(set(options.names) - set(NAMES)):
        print(f"Unknown: {', '.join(unknown)}; there are {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    if not options.tables:
        try:
            rclone.program()
        except rclone.MissingRivalError as error:
            print(error, file=sys.stderr)
            return 2
        for name in options.names or NAMES:
            scenario = scenario_named(name)
            print(f"{name}: {scenario.title}", flush=True)
            path = results.write(name, scenario, run_rounds(scenario, options.rounds or scenario.rounds))
            print(f"  {path.relative_to(tables.DOCUMENT.parents[1])}", flush=True)
    write_tables()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
