"""A history is data: it comes out of JSON as it went in, and what is none is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given

from mohook.errors import InputError
from mohook.settings import Settings
from pytest_mohook.fuzz.drawing import histories, hostile_histories
from pytest_mohook.fuzz.export.history_file import read_history
from pytest_mohook.fuzz.history import (
    Advance,
    Again,
    Fail,
    History,
    Resend,
    Send,
    history_from,
    history_json,
)
from pytest_mohook.fuzz.told import steps_in_words


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["ip1", "intelepeer"])
def test_any_history_survives_json(provider: str) -> None:
    """Those of messages, and those of hostile requests; each can be said in words."""

    @given(histories(provider, Settings()) | hostile_histories(provider, Settings()))
    def survives(history: History) -> None:
        again = history_from(json.loads(json.dumps(history_json(history))))
        assert history_json(again) == history_json(history)
        assert len(steps_in_words(again)) <= len(history.steps)

    survives()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], 'an object with "mohook": "history"'),
        ({"mohook": "history", "version": 9}, "another release wrote this"),
        ({"mohook": "history", "version": 1, "provider": "ip2"}, "one of ip1, intelepeer"),
        ({"mohook": "history", "version": 1, "provider": "ip1", "steps": 1}, "a list of steps"),
    ],
)
def test_what_is_no_history_is_refused(given: object, said: str) -> None:
    """With what was expected."""
    with pytest.raises(InputError, match=said):
        history_from(given)


@pytest.mark.parametrize(
    "step", [7, {}, {"resend": True}, {"send": []}, {"fail_next": "explode"}, {"post": {}}]
)
def test_what_is_no_step_is_refused(step: object) -> None:
    """Also one of a known name with something else in it."""
    with pytest.raises(InputError):
        history_from({"mohook": "history", "version": 1, "provider": "ip1", "steps": [step]})


@pytest.mark.parametrize("content", [b"", b"[", b"\xff", b"[]", b"[" * 100_000])
def test_a_file_that_is_no_history_is_refused(tmp_path: Path, content: bytes) -> None:
    """The file is named."""
    path = tmp_path / "h.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"h\.json.*expected"):
        read_history(path)


def test_steps_are_told_in_words() -> None:
    """Messages are counted; a step that does nothing here is not told."""
    steps = (
        Resend(0),
        Fail("duplicate"),
        Send(({"body": "Hi", "mcc": None},)),
        Fail("503"),
        Again(4),
        Send(({}, {"body": "a" * 300}), batch=True),
        Advance("1h"),
        Advance("next"),
    )
    told = steps_in_words(History("ip1", steps))
    assert told[:4] == [
        "the next attempt comes twice, at the same time",
        "message 1: 'Hi', mcc=None",
        "the next attempt meets 503, and the receiver is not reached",
        "message 2: what message 1 says, from the same sender",
    ]
    assert told[4].startswith("messages 3 to 4 in one batch: the documented text; 'aaa")
    assert told[4].endswith("…")
    assert told[5:] == ["1h pass", "time passes until the next attempt"]
