"""What is stored, held against what was acknowledged."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from mohook.delivery.message import State
from mohook.providers import PROVIDERS
from pytest_mohook.check.errors import ReadbackError
from pytest_mohook.load.judging import Judged, compare, judge
from pytest_mohook.load.tally import Sent
from pytest_mohook.oracle.findings import FindingKind
from pytest_mohook.oracle.readback import StoredItem

TEXTS = ["Hi", "Ho"]
NAMES = PROVIDERS["ip1"].wire
DELIVERED = Sent(0, State.DELIVERED, False)
GIVEN_UP = Sent(0, State.FAILED, False)
UNHEARD = Sent(0, State.FAILED, True)
PENDING = Sent(0, State.PENDING, False)


@pytest.mark.parametrize(
    ("sent", "stored", "wrong"),
    [
        (DELIVERED, ["Hi"], []),
        (DELIVERED, [], ["lost"]),
        (DELIVERED, ["Hi", "Hi"], ["duplicated"]),
        (DELIVERED, ["H"], ["altered"]),
        (DELIVERED, [None], ["altered"]),
        (DELIVERED, ["Hi", "H"], ["duplicated", "altered"]),
        (GIVEN_UP, [], []),
        (GIVEN_UP, ["Hi"], ["unacknowledged"]),
        (UNHEARD, ["Hi"], []),
        (UNHEARD, [], []),
        (UNHEARD, ["Hi", "Hi"], ["duplicated"]),
        (PENDING, ["Hi"], []),
        (PENDING, [], []),
        (PENDING, ["Hi", "Hi"], ["duplicated"]),
    ],
)
def test_a_message_is_judged_by_how_it_ended(
    sent: Sent, stored: list[str | None], wrong: list[str]
) -> None:
    """Acknowledged: once and intact. Refused to the end: not at all. Unheard: either."""
    items = [StoredItem("a", text) for text in stored]
    assert [each.kind for each in compare({"a": sent}, TEXTS, items)] == wrong


@pytest.mark.parametrize(
    ("stored", "wrong"), [([], ["lost"]), (["b"], []), (["a", "c"], ["duplicated"])]
)
def test_a_message_of_several_ids_is_one(stored: list[str], wrong: list[str]) -> None:
    """Where each attempt has an id of its own, whichever it is stored under is right."""
    sent = {"a": DELIVERED._replace(later_ids=("b", "c"))}
    items = [StoredItem(each, "Hi") for each in stored]
    assert [each.kind for each in compare(sent, TEXTS, items)] == wrong


def test_what_others_have_stored_is_not_judged() -> None:
    """A store that is in use holds messages of before."""
    items = [StoredItem("before", "x"), StoredItem(None, "y"), StoredItem("a", "Hi")]
    assert list(compare({"a": DELIVERED}, TEXTS, items)) == []


def test_without_a_readback_nothing_is_known() -> None:
    """It is not checked, and says why: nothing is 0 that nobody has counted."""
    judged = judge({"a": DELIVERED}, TEXTS, None, NAMES, settle=timedelta())
    assert not judged.checked
    assert judged.why == "no readback was given"


def test_a_readback_that_fails_is_no_verdict() -> None:
    """What was wrong with it is kept; nothing is checked then."""

    def readback() -> Any:
        raise ReadbackError("no JSON")

    judged = judge({"a": DELIVERED}, TEXTS, readback, NAMES, settle=timedelta())
    assert (judged.checked, judged.trouble, judged.wrong) == (False, "no JSON", 0)


def test_a_receiver_may_store_later() -> None:
    """It is asked again until all is right, as long as storing may take."""
    told: list[list[dict[str, str]]] = [[], [], [{"id": "a", "body": "Hi"}]]
    later = judge(
        {"a": DELIVERED},
        TEXTS,
        lambda: told.pop(0) if len(told) > 1 else told[0],
        NAMES,
        settle=timedelta(seconds=20),
    )
    assert later == Judged({}, [])
    assert len(told) == 1


def test_five_of_a_kind_are_shown_and_all_are_counted() -> None:
    """A thousand that are lost do not fill the screen, nor hide one that is doubled."""
    messages = {str(number): DELIVERED for number in range(1000)}
    stored = [("0", "Hi"), ("0", "Hi")]
    judged = judge(messages, TEXTS, lambda: stored, NAMES, settle=timedelta())
    assert judged.counts == {"lost": 999, "duplicated": 1}
    shown = Counter(each.kind for each in judged.examples)
    assert shown == {FindingKind.LOST: 5, FindingKind.DUPLICATED: 1}
