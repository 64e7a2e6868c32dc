"""Fault scripts: which step meets which attempt, exactly and in order."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from itertools import chain
from threading import Thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.delivery.faults import (
    MEANINGS,
    STEP_PATTERN,
    UNREACHED,
    FaultKind,
    FaultMatch,
    FaultPlan,
    FaultScript,
    parse_step,
)
from mohook.delivery.message import Message
from mohook.errors import FaultError, NotFoundError
from tests.store.made import new_message

WORDS = ["timeout", "reset", "refused", "lose-ack", "duplicate", "reorder", "ok"]
DELAYS = st.from_regex(r"delay:[0-9]{1,4}(\.[0-9]{1,3})?(ms|s|m|h|d)", fullmatch=True)
STEPS = st.sampled_from(WORDS) | st.integers(100, 599).map(str) | DELAYS


def walk(plan: FaultPlan, *messages: Message) -> list[str]:
    """Return the steps that the next attempts of these messages take; `-` for none."""
    return [str(plan.take(message) or "-") for message in messages]


A, B, C = (new_message(each) for each in ("m1", "m2", "m3"))


@pytest.mark.parametrize("word", WORDS)
def test_a_word_is_a_step_of_its_own_kind(word: str) -> None:
    """The kind is called as the word, and the step shows as it was written."""
    step = parse_step(word)
    assert step.kind == FaultKind(word)
    assert str(step) == word


def test_every_kind_has_a_meaning() -> None:
    """And says of itself whether the receiver was reached."""
    assert list(MEANINGS) == list(FaultKind)
    silent = {kind for kind, meaning in MEANINGS.items() if "not reached" in meaning}
    assert silent == UNREACHED


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("delay:5s", timedelta(seconds=5)),
        ("delay:1.5m", timedelta(seconds=90)),
        ("delay:250ms", timedelta(milliseconds=250)),
        ("delay:9999d", timedelta(days=9999)),
    ],
)
def test_a_delay_carries_its_duration(text: str, delay: timedelta) -> None:
    """A number and one unit; no more than the pattern takes."""
    assert parse_step(text).delay == delay


@given(st.integers(-10, 1000))
def test_a_status_is_a_step_from_100_to_599(status: int) -> None:
    """Every three-digit status of HTTP's five classes is one, and no other number."""
    if 100 <= status <= 599:
        assert parse_step(str(status)).status == status
    else:
        with pytest.raises(FaultError):
            parse_step(str(status))


@pytest.mark.parametrize(
    "text",
    ["", "OK", " ok", "ok\n", "lose_ack", "delay", "delay:", "delay:5", "delay:-5s", "delay:5 s",
     "delay:1h30m", "delay:99999s", "5000", "50", "\u0665\u0660\u0660", "timeout:5s"],
)  # fmt: skip
def test_a_word_that_names_no_step_is_refused(text: str) -> None:
    """The error shows the word and lists the steps."""
    with pytest.raises(FaultError) as caught:
        parse_step(text)
    assert repr(text) in str(caught.value)
    assert "lose-ack" in str(caught.value)


@given(STEPS | st.text(max_size=12) | st.from_regex(STEP_PATTERN))
def test_the_pattern_is_exactly_what_is_taken(text: str) -> None:
    """What the pattern matches whole is a step, and nothing else is."""
    if re.fullmatch(STEP_PATTERN, text):
        assert str(parse_step(text)) == text
    else:
        with pytest.raises(FaultError):
            parse_step(text)


def test_a_script_without_a_match_serves_the_next_attempts_of_anybody() -> None:
    """The queue runs over messages, and over the attempts of one message."""
    plan = FaultPlan()
    plan.add(["500", "timeout", "reset"])
    assert walk(plan, A, A, B, B) == ["500", "timeout", "reset", "-"]


def test_times_goes_through_the_whole_list_again() -> None:
    """Without a match, `times` counts rounds."""
    plan = FaultPlan()
    plan.add(["500", "ok"], times=2)
    assert walk(plan, A, B, C, A, B) == ["500", "ok", "500", "ok", "-"]


def test_with_a_match_each_message_has_a_walk_of_its_own() -> None:
    """The second message begins at the first step, wherever the other one is."""
    plan = FaultPlan()
    plan.add(["500", "timeout"], match=FaultMatch(provider="ip1"))
    assert walk(plan, A, B, A, B, A, B) == ["500", "500", "timeout", "timeout", "-", "-"]


def test_with_a_match_times_counts_messages() -> None:
    """The message after the last one counted is left alone; those begun go on to their end."""
    plan = FaultPlan()
    plan.add(["500", "timeout"], match=FaultMatch(), times=2)
    assert walk(plan, A, B, C, A, B, C) == ["500", "500", "-", "timeout", "timeout", "-"]
    assert plan.scripts() == ()


@pytest.mark.parametrize(
    ("match", "fits"),
    [
        (FaultMatch(), True),
        (FaultMatch(provider="ip1", recipient="456189040623", body="name is"), True),
        (FaultMatch(provider="intelepeer"), False),
        (FaultMatch(sender="46700000001"), True),
        (FaultMatch(sender="46700000002"), False),
        (FaultMatch(recipient="1"), False),
        (FaultMatch(provider="ip1", body="NAME"), False),
        (FaultMatch(body=""), True),
    ],
)
def test_a_match_fits_when_all_that_it_names_fits(match: FaultMatch, *, fits: bool) -> None:
    """Numbers are compared whole; the text may stand within the body, case counts."""
    assert match.fits(A) is fits


def test_scripts_serve_in_the_order_of_their_coming() -> None:
    """An older script that fits goes first; one that does not fit is passed over."""
    plan = FaultPlan()
    plan.add(["501"], match=FaultMatch(provider="intelepeer"))
    plan.add(["502"])
    plan.add(["503"])
    other = new_message("m9", provider="intelepeer")
    assert walk(plan, A, other, A, A) == ["502", "501", "503", "-"]


def test_a_walk_that_has_begun_goes_before_every_script() -> None:
    """A message bound to a script takes that one's next step, not an older script's."""
    plan = FaultPlan()
    plan.add(["501", "502"], match=FaultMatch(sender=A.sender), times=1)
    assert walk(plan, A) == ["501"]
    plan.add(["503"])
    assert walk(plan, A, A) == ["502", "503"]


def test_a_bad_script_changes_nothing() -> None:
    """A bad word, no steps or a bad count is refused, and the next script is still the first."""
    plan = FaultPlan()
    for steps, times in ((["500", "nope"], None), ([], None), (["500"], 0), (["500"], -1)):
        with pytest.raises(FaultError):
            plan.add(steps, times=times)
    assert plan.scripts() == ()
    assert plan.add(["500"]).id == "f1"


@pytest.mark.parametrize("times", ["2", 2.0, True])
def test_how_often_is_a_whole_number(times: Any) -> None:
    """Nothing that only looks like one, and nothing is added."""
    plan = FaultPlan()
    with pytest.raises(FaultError, match=f"times {times!r}: expected a whole number, 1 or more"):
        plan.add(["500"], times=times)
    assert plan.scripts() == ()


@pytest.mark.parametrize("name", ["provider", "recipient", "sender", "body"])
def test_a_match_names_texts(name: str) -> None:
    """What is none would never fit, or stop the attempt that it is asked about."""
    given: Any = {name: 7}
    with pytest.raises(FaultError, match=f"{name} 7: expected a text, or None for any"):
        FaultMatch(**given)


def test_one_script_is_dropped_with_its_walks() -> None:
    """The others stand, and so do the walks through them; one with walks alone is dropped too."""
    plan = FaultPlan()
    for steps in (["500", "500"], ["timeout", "timeout"]):
        plan.add(steps, match=FaultMatch(), times=1)
    assert walk(plan, A, B) == ["500", "timeout"]
    assert {each: (script.id, at) for each, (script, at) in plan.under_way().items()} == {
        "m1": ("f1", 1),
        "m2": ("f2", 1),
    }
    plan.drop("f1")
    assert walk(plan, A, B) == ["-", "timeout"]
    with pytest.raises(NotFoundError, match="no fault script 'f1'"):
        plan.drop("f1")


def test_each_change_is_counted() -> None:
    """Who shows the scripts sees by the count whether they are as they were."""
    plan = FaultPlan()
    seen = [plan.changes]
    for change in (
        lambda: plan.add(["500", "ok"], match=FaultMatch(sender=A.sender)),
        lambda: plan.take(A),
        lambda: plan.take(A),
        lambda: plan.drop("f1"),
        lambda: plan.load(plan.dump()),
        lambda: plan.clear(),
    ):
        change()
        seen.append(plan.changes)
    assert seen == sorted(set(seen))
    plan.take(A)
    plan.scripts()
    assert plan.changes == seen[-1]


def test_clear_drops_scripts_and_walks() -> None:
    """Nothing is left of either, and the number dropped is told."""
    plan = FaultPlan()
    plan.add(["500", "501"], match=FaultMatch())
    plan.add(["502"])
    plan.take(A)
    assert plan.clear() == 2
    assert walk(plan, A, B) == ["-", "-"]


MATCHES = st.none() | st.builds(FaultMatch, provider=st.sampled_from(["ip1", "intelepeer", None]))
SCRIPTS = st.tuples(st.lists(STEPS, min_size=1, max_size=4), MATCHES, st.sampled_from([None, 1, 2]))


@given(
    st.lists(SCRIPTS, max_size=4),
    st.lists(st.sampled_from([A, B, C]), max_size=8),
    st.lists(st.sampled_from([A, B, C]), max_size=8),
)
def test_a_plan_goes_on_after_a_dump_as_it_would_have(
    scripts: list[tuple[list[str], FaultMatch | None, int | None]],
    before: list[Message],
    after: list[Message],
) -> None:
    """What was dumped, written as JSON and loaded takes the same steps from there."""
    plan, again = FaultPlan(), FaultPlan()
    for steps, match, times in scripts:
        plan.add(steps, match=match, times=times)
    walk(plan, *before)
    again.load(json.loads(json.dumps(plan.dump())))
    assert again.dump() == plan.dump()
    assert walk(again, *after) == walk(plan, *after)
    assert again.add(["ok"]).id == plan.add(["ok"]).id


@pytest.mark.parametrize(
    "change",
    [
        {"steps": ["nope"]},
        {"steps": []},
        {"steps": None},
        {"steps": [500]},
        {"match": {"colour": "red"}},
        {"match": {"body": 5}},
        {"times": 0},
        {"times": "many"},
        {"left": -1},
        {"left": "x"},
        {"position": 1},
        {"position": -1},
        {"position": None},
        {"served": None},
    ],
    ids=repr,
)
def test_a_script_of_another_form_is_not_loaded(change: dict[str, object]) -> None:
    """A plan that refuses stands as it stood."""
    plan = FaultPlan()
    plan.add(["500"])
    good = plan.dump()
    bad = good | {"scripts": [good["scripts"][0] | change]}
    with pytest.raises(FaultError):
        plan.load(bad)
    assert plan.dump() == good


@pytest.mark.parametrize(
    "change",
    [
        {"added": "many"},
        {"added": None},
        {"scripts": None},
        {"scripts": [None]},
        {"open": ["f9"]},
        {"bound": {"m1": ["f9", 0]}},
        {"bound": {"m1": ["f1", 1]}},
        {"bound": {"m1": ["f1", -1]}},
        {"bound": {"m1": "f"}},
        {"bound": []},
    ],
    ids=repr,
)
def test_a_plan_of_another_form_is_not_loaded(change: dict[str, object]) -> None:
    """Whichever part is bad, all parts stand as they stood."""
    plan = FaultPlan()
    plan.add(["500"])
    good = plan.dump()
    with pytest.raises(FaultError):
        plan.load(good | {"added": 7, "open": []} | change)
    assert plan.dump() == good


def test_a_script_shows_what_is_left_of_it() -> None:
    """`left` counts down with the rounds and the script goes with the last of them."""
    plan = FaultPlan()
    script: FaultScript = plan.add(["500"], times=2)
    plan.take(A)
    assert (script.left, plan.scripts()) == (1, (script,))
    plan.take(A)
    assert plan.scripts() == ()


def test_threads_share_out_a_script_without_loss() -> None:
    """Four threads take every step once, and none twice."""
    plan = FaultPlan()
    plan.add([str(status) for status in range(100, 500)])
    taken: list[list[str]] = [[] for _ in range(4)]

    def take(number: int) -> None:
        message = new_message(f"m{number}")
        taken[number] += [str(plan.take(message)) for _ in range(100)]

    threads = [Thread(target=take, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(chain.from_iterable(taken)) == Counter(str(status) for status in range(100, 500))
