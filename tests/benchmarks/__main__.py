"""Run the benchmarks and print one table: `.venv/bin/python -m tests.benchmarks [NAME…]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table

from tests.benchmarks.crash import crash
from tests.benchmarks.day import day
from tests.benchmarks.growth import growth
from tests.benchmarks.harness import harness
from tests.benchmarks.imports import imports
from tests.benchmarks.isolation import isolation
from tests.benchmarks.metrics import metrics
from tests.benchmarks.portal import portal
from tests.benchmarks.processes import processes
from tests.benchmarks.state import state
from tests.benchmarks.stateful import stateful
from tests.benchmarks.strategies import strategies
from tests.benchmarks.table import Row
from tests.benchmarks.throughput import throughput
from tests.benchmarks.tools import tools
from tests.benchmarks.verdict import verdict
from tests.benchmarks.virtual_time import virtual_time

BENCHMARKS: dict[str, Callable[[], Iterator[Row]]] = {
    "throughput": throughput,
    "tools": tools,
    "isolation": isolation,
    "metrics": metrics,
    "state": state,
    "growth": growth,
    "processes": processes,
    "crash": crash,
    "imports": imports,
    "harness": harness,
    "stateful": stateful,
    "virtual-time": virtual_time,
    "day": day,
    "strategies": strategies,
    "portal": portal,
    "verdict": verdict,
}


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; return 2 for a name that there is not."""
    console = Console()
    if unknown := set(names) - BENCHMARKS.keys():
        console.print(f"no benchmark {sorted(unknown)}; there are {', '.join(BENCHMARKS)}")
        return 2
    table = Table("measure", "seen", "aim", "")
    for name in names or BENCHMARKS:
        with console.status(f"measuring {name} …"):
            rows = list(BENCHMARKS[name]())
        for row in rows:
            table.add_row(row.measure, row.seen, row.aim, _verdict(row))
        table.add_section()
    console.print(table)
    return 0


def _verdict(row: Row) -> str:
    return {None: "", True: "[green]reached[/]", False: "[red]missed[/]"}[row.reached]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
