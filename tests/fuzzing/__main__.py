"""Fuzz every parser that takes bytes from outside: `python -m tests.fuzzing --seconds 3600`.

It ends with 1 where something was found, and prints the smallest input that shows it. Names
choose targets: `python -m tests.fuzzing --seconds 60 snapshots NDJSON`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.fuzzing.running import Tally, fuzz
from tests.fuzzing.targets.catalogue import TARGETS

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Fuzz; return 0 where nothing was found, 1 with findings, 2 for a name that there is not."""
    given = _parser().parse_args(arguments)
    console = Console()
    chosen = [each for each in TARGETS if not given.names or each.name in given.names]
    if unknown := set(given.names) - {each.name for each in chosen}:
        names = ", ".join(repr(each.name) for each in TARGETS)
        console.print(f"no target {sorted(unknown)}; there are {names}", soft_wrap=True)
        return 2
    seed = given.seed if given.seed is not None else time.time_ns() % 1_000_000
    console.print(f"seed {seed}, {given.seconds:g} seconds, {len(chosen)} targets")
    tallies = fuzz(
        chosen, given.seconds, first_seed=seed, database=given.database, told=_finding_told(console)
    )
    console.print(_table(tallies))
    return 1 if any(tally.findings for tally in tallies) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing", description=__doc__)
    parser.add_argument("names", nargs="*", help="targets; all of them without")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, help="chooses again what was chosen")
    parser.add_argument("--database", type=Path, help="a folder that keeps what failed")
    return parser


def _finding_told(console: Console) -> Callable[[Tally], None]:
    def told(tally: Tally) -> None:
        for finding in tally.findings:
            console.rule(tally.target.name)
            console.print(finding, markup=False, highlight=False, soft_wrap=True)

    return told


def _table(tallies: list[Tally]) -> Table:
    table = Table("target", "inputs", "seconds", "findings")
    for tally in tallies:
        table.add_row(
            tally.target.name,
            f"{tally.inputs:,}",
            f"{tally.seconds:,.0f}",
            str(len(tally.findings)),
        )
    table.add_section()
    table.add_row(
        "all",
        f"{sum(tally.inputs for tally in tallies):,}",
        f"{sum(tally.seconds for tally in tallies):,.0f}",
        str(sum(len(tally.findings) for tally in tallies)),
    )
    return table


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
