"""Fuzz one target led by coverage: `python -m tests.fuzzing.guided NAME --seconds 600`.

atheris (libFuzzer) chooses the bytes that Hypothesis makes inputs of, and keeps those that reach
new lines. It is no dependency: `pip install atheris` where it is wanted. What it finds is printed
with the input, and ends the run.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from tests.fuzzing.target import Check, Target

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Fuzz until time is up, when libFuzzer ends the process; return 2 where that cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzzing.guided")
    parser.add_argument("name")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--corpus", type=Path, help="a folder that keeps what reached new lines")
    given_ones = parser.parse_args(arguments)
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        print("atheris is not installed: pip install atheris", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["mohook", "pytest_mohook"]):
        targets: list[Target] = importlib.import_module("tests.fuzzing.targets.catalogue").TARGETS
    found = [target for target in targets if target.name == given_ones.name]
    if not found:
        names = ", ".join(repr(target.name) for target in targets)
        print(f"no target {given_ones.name!r}; there are {names}", file=sys.stderr)
        return 2
    folders = [str(given_ones.corpus)] if given_ones.corpus else []
    flags = [f"-max_total_time={given_ones.seconds}", "-max_len=4096", *folders]
    with found[0].opened() as check:
        atheris.Setup([sys.argv[0], *flags], _entry(found[0], check))
        atheris.Fuzz()
    return 0


def _entry(target: Target, check: Check) -> object:
    """Return what takes libFuzzer's bytes: Hypothesis draws an input from them."""

    @settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(target.inputs)
    def try_one(value: object) -> None:
        check(value)

    return try_one.hypothesis.fuzz_one_input  # type: ignore[attr-defined] # added by Hypothesis


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
