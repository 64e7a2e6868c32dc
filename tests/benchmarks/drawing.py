"""Examples a second of our strategies and of another's: `-m tests.benchmarks.drawing OTHER`.

Run in a process of its own, and for `hypothesis-jsonschema` in an environment of its own.
Prints `{"ip1": [ours, theirs], "intelepeer": [ours, theirs]}`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from mohook.providers import PROVIDERS
from mohook.schemas import payload_schema
from pytest_mohook.strategies import intelepeer_messages, ip1_messages

__all__ = ["HAND_WRITTEN", "JSONSCHEMA"]

HAND_WRITTEN = "hand-written"
JSONSCHEMA = "hypothesis-jsonschema"
ROUNDS = 5

Strategy = st.SearchStrategy[dict[str, Any]]
OURS: dict[str, Strategy] = {"ip1": ip1_messages(), "intelepeer": intelepeer_messages()}

# What one writes in ten minutes, without regular expressions, which are slower.
_IDS = st.text("0123456789abcdef", min_size=24, max_size=24)
_DIGITS = st.text("0123456789", min_size=2, max_size=15)
_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2037, 12, 31)).map(  # noqa: DTZ001 - in UTC
    lambda instant: instant.strftime("%Y-%m-%dT%H:%M:%SZ")
)
_STATUSES = st.fixed_dictionaries(
    {"created": _TIMES, "code": st.just(201), "duration": st.just(1)}
).map(lambda status: [status])
_IP1: Strategy = st.fixed_dictionaries(
    {
        "id": _IDS,
        "batchId": _IDS,
        "owner": st.integers(10_000, 99_999).map("ip1-{}".format),
        "sender": _DIGITS,
        "recipient": _DIGITS,
        "body": st.text(),
        "direction": st.just("mo"),
        "segments": st.integers(1, 255),
        "type": st.sampled_from(["SMS", "Flash"]),
        "datacoding": st.sampled_from(["GSM", "UCS"]),
        "priority": st.sampled_from([1, 2]),
        "statuses": _STATUSES,
        "modified": _TIMES,
    },
    optional={
        "mcc": st.none() | st.sampled_from(["240", "310"]),
        "mnc": st.none() | st.sampled_from(["01", "410"]),
    },
)
_ENDPOINTS = _DIGITS.map("+".__add__) | st.sampled_from(["1-1234", "57-1234"])
_INTELEPEER: Strategy = st.fixed_dictionaries(
    {
        "refid": st.text("0123456789ABCDEF", min_size=32, max_size=32),
        "from": _ENDPOINTS,
        "to": _ENDPOINTS,
        "message": st.text(),
        "signature": st.just("SECRET CODE"),
    }
)


def hand_written(provider: str) -> Strategy:
    """Return the strategy that somebody writes who has none."""
    return {"ip1": _IP1, "intelepeer": _INTELEPEER}[provider]


def from_json_schema(provider: str) -> Strategy:
    """Return the strategy that a library makes of our own schema."""
    from hypothesis_jsonschema import from_schema  # type: ignore[import-not-found,unused-ignore]

    made: Strategy = from_schema(payload_schema(provider))
    return made


# By default it draws slowly enough that fewer must do.
OTHERS: dict[str, tuple[Callable[[str], Strategy], int]] = {
    HAND_WRITTEN: (hand_written, 300),
    JSONSCHEMA: (from_json_schema, 60),
}


def rate(strategy: Strategy, examples: int, of_seed: int) -> float:
    """Return examples a second of processor time, in a test that does nothing with them."""
    drawn = 0

    @seed(of_seed)
    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def nothing(_: dict[str, Any]) -> None:
        nonlocal drawn
        drawn += 1

    started = time.process_time()
    nothing()
    return drawn / (time.process_time() - started)


def main(other: str) -> None:
    """Measure in turns, and print the best of each."""
    make, examples = OTHERS[other]
    found: dict[str, list[float]] = {}
    for provider in PROVIDERS:
        pair = (OURS[provider], make(provider))
        for strategy in pair:
            rate(strategy, 10, 0)  # the first draw builds tables
        rounds = [[rate(each, examples, number) for each in pair] for number in range(ROUNDS)]
        found[provider] = [max(rates) for rates in zip(*rounds, strict=True)]
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
