"""What the harness reads from outside: histories to replay, and what a receiver has stored."""

from __future__ import annotations

from hypothesis import strategies as st

from mohook.errors import InputError
from mohook.providers.provider import WireNames
from pytest_mohook.check.errors import ReadbackError
from pytest_mohook.check.readback.pointers import Pointers
from pytest_mohook.check.reading import stored_items
from pytest_mohook.fuzz.history import history_from, history_json
from tests.fuzzing.drawn import broken_json, json_values, near, raw_json
from tests.fuzzing.target import plain

__all__ = ["TARGETS"]

_HISTORY = {
    "mohook": "history",
    "version": 1,
    "provider": "ip1",
    "steps": [
        {"fail_next": "delay:5s"},
        {"send": [{"body": "Hi", "id": "5c61"}]},
        {"send_batch": [{"body": "Hi"}, {"body": "ho"}]},
        {"advance": "10m"},
        {"advance": "idle"},
        {"resend": 0},
        {"send_again": 1},
        {
            "post": {
                "method": "POST",
                "headers": {"Content-Type": "application/json"},
                "body": "{}",
                "kind": "not-json",
                "reason": "because",
                "identity": "5c61",
            }
        },
    ],
}
_STORED = [{"id": "5c61", "body": "Hi"}, {"id": 7, "body": None}]


def _history(given: object) -> None:
    try:
        history = history_from(given)
    except InputError as problem:
        assert str(problem)
        return
    assert history_from(history_json(history)) == history


def _readback(content: bytes) -> None:
    for pointers in (Pointers("/id", "/body"), Pointers("/0/a~1b", "/data/text")):
        try:
            told = pointers.read(content, "readback")
        except ReadbackError as problem:
            assert len(str(problem)) < 2_000
            continue
        try:
            for item in stored_items(told, WireNames("id", "body", "sender", "recipient")):
                assert isinstance(item.id, str)
        except ReadbackError:
            continue


TARGETS = [
    plain(
        "histories to replay",
        near(_HISTORY),
        _history,
        found=({**_HISTORY, "provider": []},),
    ),
    plain(
        "readback bodies",
        st.one_of(broken_json, near(_STORED).map(raw_json), json_values.map(raw_json)),
        _readback,
        found=(raw_json({"a" * 3_000: []}),),
    ),
]
