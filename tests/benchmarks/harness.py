"""What the harness costs a test run: the plugin unused, the fixture, one `send`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from tests.benchmarks.table import Row

if TYPE_CHECKING:
    from flask import Flask

__all__ = ["harness"]

RUNS = 15
TESTS = 400
SENDS = 1_500
UNUSED_AIM_MS = 10.0
FIXTURE_AIM_MS = 3.0
SEND_AIM = 2.0

WITHOUT = """
import pytest

@pytest.mark.parametrize("number", range({tests}))
def test_nothing(number, {fixture}):
    pass
"""


def harness() -> Iterator[Row]:
    """Give what the plugin, the fixture and `send` cost."""
    yield _unused_plugin()
    yield _fixture()
    yield _send()


def _unused_plugin() -> Row:
    """Time `pytest --collect-only` on an empty project with and without the plugin, in turns."""
    with tempfile.TemporaryDirectory() as folder:
        seconds: dict[str, list[float]] = {"mohook": [], "no:mohook": []}
        for _ in range(RUNS):
            for choice, times in seconds.items():
                times.append(_ran(folder, "--collect-only", "-p", choice))
    added = (median(seconds["mohook"]) - median(seconds["no:mohook"])) * 1000
    return Row(
        f"the plugin, unused: `pytest --collect-only` on an empty project (median of {RUNS})",
        f"+{added:.1f} ms",
        f"under {UNUSED_AIM_MS:.0f} ms",
        added < UNUSED_AIM_MS,
    )


def _fixture() -> Row:
    """Time tests with the fixture against the same tests with one of pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        seconds: dict[str, list[float]] = {"mohook": [], "request": []}
        for _ in range(3):
            for fixture, times in seconds.items():
                test = Path(folder, f"test_{fixture}.py")
                test.write_text(WITHOUT.format(fixture=fixture, tests=TESTS))
                # The first test imports what all others find imported.
                one = _ran(folder, "-p", "mohook", f"{test}::test_nothing[0]")
                times.append((_ran(folder, "-p", "mohook", str(test)) - one) / (TESTS - 1))
    added = (median(seconds["mohook"]) - median(seconds["request"])) * 1000
    return Row(
        "the `mohook` fixture, a test after the first",
        f"+{added:.2f} ms",
        f"under {FIXTURE_AIM_MS:.0f} ms",
        added < FIXTURE_AIM_MS,
    )


def _ran(folder: str, *arguments: str) -> float:
    quiet = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "MOHOOK_"))}
    # Other plugins of this environment are nobody's cost here.
    environment = {**quiet, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    assert done.returncode in (0, 5), done.stdout.decode() + done.stderr.decode()
    return seconds


def _send() -> Row:
    """Time `send` to a trivial Flask app against the test client's post of the same body."""
    from pytest_mohook.harness.factory import new_handle

    app = _app()
    client = app.test_client()
    with new_handle() as mohook:
        mohook.ip1.connect(app, "/sms")
        body = mohook.emulator.store.message(mohook.ip1.send("Hi my name is earl").id).payload

        def post() -> None:
            assert client.post("/sms", data=body, content_type="application/json").data == b""

        rounds = [
            (_timed(lambda: mohook.ip1.send("Hi my name is earl")), _timed(post)) for _ in range(3)
        ]
    ratio = median(sent / posted for sent, posted in rounds)
    return Row(
        "`mohook.ip1.send` to a trivial Flask app : `app.test_client().post` of the same body",
        f"{ratio:.2f} ({rounds[0][0] * 1e6:.0f} : {rounds[0][1] * 1e6:.0f} µs)",
        f"at most {SEND_AIM:.0f}",
        ratio <= SEND_AIM,
    )


def _timed(act: Callable[[], object]) -> float:
    started = time.perf_counter()
    for _ in range(SENDS):
        act()
    return (time.perf_counter() - started) / SENDS


def _app() -> Flask:
    from flask import Flask, request

    app = Flask("trivial")

    @app.post("/sms")
    def sms() -> str:
        request.get_json()
        return ""

    return app
