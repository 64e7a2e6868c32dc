"""How fast messages are drawn, beside what else draws them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.drawing import HAND_WRITTEN, JSONSCHEMA
from tests.benchmarks.table import Row, ratio

__all__ = ["strategies"]

ROOT = Path(__file__).parents[2]
# The library was last tried with this line of Hypothesis, and fails with later ones.
REQUIRED = ["hypothesis==6.131.*", "hypothesis-jsonschema==0.23.*", str(ROOT)]
AIMS = {HAND_WRITTEN: 1.0, JSONSCHEMA: 10.0}


def strategies() -> Iterator[Row]:
    """Give the rates against a strategy written by hand, and against one made of the schema."""
    yield from rows(HAND_WRITTEN, rates(sys.executable, HAND_WRITTEN))
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = str(Path(folder, "bin", "python"))
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *REQUIRED], check=True, capture_output=True)
        yield from rows(JSONSCHEMA, rates(python, JSONSCHEMA))


def rates(python: str, other: str) -> dict[str, list[float]]:
    """Return our rate and the other's for each provider, measured by that Python."""
    with tempfile.TemporaryDirectory() as scratch:  # Hypothesis keeps tables where it runs
        done = subprocess.run(
            [python, "-m", "tests.benchmarks.drawing", other],
            cwd=scratch,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
            text=True,
        )
    measured: dict[str, list[float]] = json.loads(done.stdout)
    return measured


def rows(other: str, measured: dict[str, list[float]]) -> Iterator[Row]:
    """Give both rates and their ratio for each provider."""
    for provider, (ours, theirs) in measured.items():
        aim = AIMS[other]
        yield Row(
            f"{provider}_messages() a second; {other}",
            f"{ours:,.0f}; {theirs:,.0f}, {ratio(ours, theirs)} times as many",
            f"{aim:.0f} times at least",
            ours >= aim * theirs,
        )
