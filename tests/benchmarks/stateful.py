"""What the state machine costs: histories of a Flask receiver that is right."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from flask import Flask, request
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from pytest_mohook.stateful import receiver_machine
from pytest_mohook.stateful.machine import ReceiverMachine
from tests.benchmarks.table import Row

__all__ = ["stateful"]

HISTORIES = 20
STEPS = 50
RUNS = 3
AIM_S = 10.0


def create_app() -> Flask:
    """Return a receiver that keeps texts by id."""
    app = Flask(__name__)
    kept: dict[str, str] = {}
    app.config["KEPT"] = kept

    @app.post("/sms/ip1")
    def take() -> str:
        message = request.get_json()
        kept.setdefault(message["id"], message["body"])
        return ""

    return app


def stored(app: Any) -> list[tuple[str, str]]:
    """Return all that it has kept."""
    return list(app.config["KEPT"].items())


def stateful() -> Iterator[Row]:
    """Give the time that a thousand steps take, from an empty database of examples."""
    machine = receiver_machine(app=create_app, provider="ip1", readback=stored, path="/sms/ip1")
    chosen = settings(
        max_examples=HISTORIES,
        stateful_step_count=STEPS,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seconds = min(_timed(machine, chosen) for _ in range(RUNS))
    yield Row(
        f"{HISTORIES * STEPS:,} state-machine steps with a Flask app (best of {RUNS})",
        f"{seconds:.1f} s",
        f"under {AIM_S:.0f} s",
        seconds < AIM_S,
    )


def _timed(machine: type[ReceiverMachine], chosen: settings) -> float:
    started = time.perf_counter()
    run_state_machine_as_test(machine, settings=chosen)
    return time.perf_counter() - started
