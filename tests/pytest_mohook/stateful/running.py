"""Runs of machines: what they find, and the steps that it shrinks to."""

from __future__ import annotations

from operator import methodcaller
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from pytest_mohook.stateful import receiver_machine
from pytest_mohook.stateful.errors import ReceiverError

__all__ = ["QUIET", "failure", "run", "steps"]

QUIET = settings(
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate, Phase.shrink],  # to explain takes longer than to find
)


def run(app: Any, provider: str, *, examples: int = 100, steps: int = 50, **how: Any) -> None:
    """Run the machine of a receiver, by default one of `shops.py`."""
    how = {"readback": methodcaller("stored")} | how
    machine = receiver_machine(app=app, provider=provider, **how)
    chosen = settings(QUIET, max_examples=examples, stateful_step_count=steps)
    run_state_machine_as_test(machine, settings=chosen)


def failure(app: Any, provider: str, **how: Any) -> ReceiverError:
    """Return what a machine finds."""
    with pytest.raises(ReceiverError) as caught:
        run(app, provider, **how)
    return caught.value


def steps(error: ReceiverError) -> list[str]:
    """Return the shrunk history, a line a step."""
    lines = "\n".join(error.__notes__).splitlines()
    return [line for line in lines if "state." in line and "teardown" not in line]
