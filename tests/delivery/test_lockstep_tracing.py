"""Lockstep leaves what traces Python code in place: debuggers and coverage.py see every line."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

import pytest

from mohook.delivery.transports.lockstep import run_in_lockstep

if TYPE_CHECKING:
    from _typeshed import TraceFunction


def walk(trail: list[str], name: str) -> None:
    trail.append(name)
    trail.append(name)
    trail.append(name)


def test_a_trace_function_for_new_threads_is_told_all() -> None:
    """A debugger's, set by `threading.settrace`; the caller's own is not touched."""
    lines: list[tuple[str, str]] = []

    def theirs(frame: FrameType, event: str, arg: object) -> TraceFunction:  # noqa: ARG001
        lines.append((frame.f_code.co_name, event))
        return theirs

    mine = sys.gettrace()
    trail: list[str] = []
    threading.settrace(theirs)
    try:
        run_in_lockstep([partial(walk, trail, "a"), partial(walk, trail, "b")])
    finally:
        threading.settrace(None)
    assert sys.gettrace() is mine
    assert [lines.count(("walk", event)) for event in ("call", "line", "return")] == [2, 6, 2]
    assert trail == ["a", "b", "a", "b", "a", "b"]


@pytest.mark.slow
@pytest.mark.skipif(not importlib.util.find_spec("coverage"), reason="coverage is not installed")
@pytest.mark.parametrize("core", ["ctrace", "pytrace", "sysmon"])
def test_coverage_sees_the_lines_that_ran(core: str, tmp_path: Path) -> None:
    """Lines that ran in lockstep alone count as covered, and are still torn apart."""
    if core == "sysmon" and sys.version_info < (3, 12):
        pytest.skip("sys.monitoring came with Python 3.12")
    program = tmp_path / "program.py"
    program.write_text(
        "from mohook.delivery.transports.lockstep import run_in_lockstep\n"
        "rows = []\n"
        "def receive():\n"
        "    if not rows:\n"
        "        rows.append(1)\n"
        "    else:\n"
        "        rows.clear()\n"
        "run_in_lockstep([receive, receive])\n"
        "assert rows == [1, 1], rows\n"
    )
    (tmp_path / "coveragerc").write_text(f"[run]\nbranch = true\ncore = {core}\n")
    coverage = [sys.executable, "-m", "coverage"]
    run = partial(subprocess.run, cwd=tmp_path, check=True, capture_output=True, text=True)
    run([*coverage, "run", "--rcfile=coveragerc", "program.py"])
    report = run([*coverage, "report", "--show-missing", "--include=program.py"]).stdout
    assert report.splitlines()[2].split()[-1] == "7"
