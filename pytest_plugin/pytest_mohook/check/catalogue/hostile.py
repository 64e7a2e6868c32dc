"""What no provider sends: refused or taken as one likes, and never a reason to fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from hypothesis import strategies as st

from pytest_mohook.check import registry
from pytest_mohook.check.catalogue.refusals import Wrong, answers_without_failing
from pytest_mohook.check.drawn import drawn
from pytest_mohook.check.registry import Declared
from pytest_mohook.check.trial import Trial
from pytest_mohook.oracle.readback import StoredItem
from pytest_mohook.strategies.hostile import HostileKind as Kind
from pytest_mohook.strategies.hostile import hostile_requests
from pytest_mohook.strategies.requests import WebhookRequest

__all__ = ["CHECKS"]

CHECKS: Final[Declared] = []
_BASIS = (
    "RFC 9110, 15.5 and 15.6: what the client did wrong is a 4xx, and a 5xx says that the server "
    "failed; the webhook's address is open to everybody"
)
_SAFE = "RFC 9110, 9.2.1: GET and HEAD change nothing"

# What is drawn of each kind, and what the check claims. Those of a signature: see `forgery`.
_KINDS: Final[dict[Kind, tuple[int, str, str]]] = {
    Kind.EMPTY: (1, "An empty body is refused", "no body"),
    Kind.NOT_JSON: (14, "What is no JSON is refused", "text, markup and bytes"),
    Kind.TRUNCATED: (8, "JSON that breaks off is refused", "messages cut off"),
    Kind.NO_MESSAGE: (11, "JSON that is no message is refused", "null, numbers, lists and {}"),
    Kind.ALMOST_JSON: (8, "What is nearly JSON does no harm", "stray commas, quotes and comments"),
    Kind.TRAILING_DATA: (6, "Data behind a message does no harm", "a message and more"),
    Kind.DUPLICATE_KEY: (8, "A field that stands twice does no harm", "fields that stand twice"),
    Kind.WRONG_ENCODING: (
        12,
        "Another encoding than UTF-8 does no harm",
        "UTF-16, Latin-1 and more",
    ),
    Kind.LONE_SURROGATE: (28, "Half a character does no harm", "halves of surrogate pairs"),
    Kind.NUL_CHARACTER: (16, "A NUL beside the text does no harm", "a NUL in each sort of field"),
    Kind.NOT_A_NUMBER: (16, "NaN and Infinity do no harm", "NaN and Infinity in fields"),
    Kind.HUGE_NUMBER: (16, "Huge numbers do no harm", "numbers that no type holds"),
    Kind.MISSING_FIELD: (16, "A missing field does no harm", "messages without a field"),
    Kind.NULL_FIELD: (16, "Null for a field does no harm", "messages with null for a field"),
    Kind.WRONG_TYPE: (32, "A field of another type does no harm", "fields of other JSON types"),
    Kind.IMPOSSIBLE_VALUE: (24, "An impossible value does no harm", "values that never come"),
    Kind.HUGE_BODY: (3, "A body of megabytes does no harm", "bodies of one to four megabytes"),
    Kind.DEEP_NESTING: (8, "JSON that nests deep does no harm", "arrays within arrays"),
    Kind.WRONG_CONTENT_TYPE: (18, "Another content type does no harm", "other content types"),
    Kind.ODD_HEADERS: (18, "Odd headers do no harm", "headers that make no sense"),
    Kind.OTHER_METHOD: (3, "Another method does no harm", "PUT, PATCH and DELETE"),
    Kind.SAFE_METHOD: (2, "GET and HEAD store nothing", "a message by GET and HEAD"),
}
_MORE = 3
"""With a readback no other check runs beside it, so there is room for so many times as many."""
_ALONE = {kind for kind in Kind if kind.must_refuse} | {Kind.HUGE_BODY}


def _assault(trial: Trial, kind: Kind, most: int) -> None:
    """Make requests of a kind; fail at a 5xx, at none, at what is stored and must not be."""
    before = _everything(trial) if kind.must_refuse else Counter[StoredItem]()
    if trial.target.readback:
        trial.at_once *= _MORE
    for some in _parts(_requests(trial, kind, most), trial.at_once):
        answers_without_failing(trial, some)
        trial.stored()  # what breaks that is among these few
    plain = trial.send(f"Still there, after {kind.value}?")
    if kind.must_refuse:
        trial.let_settle()
        for item in _everything(trial) - before:
            if item.id != plain.payload[trial.wire.id]:
                why = f"{kind.value}: something was stored, {item.text!r:.60} (id {item.id})"
                trial.fail(why)
    trial.judge()


def _everything(trial: Trial) -> Counter[StoredItem]:
    return Counter(trial.stored() or ())


def _requests(trial: Trial, kind: Kind, most: int) -> list[Wrong]:
    """Return different requests of a kind, each spoilt from a message of its own."""
    messages: st.SearchStrategy[dict[str, Any]] = st.builds(
        lambda: trial.payload(f"Spoilt: {kind.value}")
    )
    strategy = hostile_requests(trial.provider, kinds=[kind], messages=messages)
    made = drawn(strategy, most, trial.random.getrandbits(32))
    return [Wrong(each.reason, WebhookRequest(*each[:3])) for each in trial.some(made)]


def _parts(made: list[Wrong], size: int) -> Iterator[list[Wrong]]:
    yield from (made[start : start + size] for start in range(0, len(made), size))


def _declare(kind: Kind, most: int, claim: str, what: str) -> None:
    run: Callable[[Trial], None] = lambda trial: _assault(trial, kind, most)  # noqa: E731
    stored = "nothing is stored" if kind.must_refuse else "a plain message is taken afterwards"
    run.__doc__ = f"Send {what}; there is always an answer, never a 5xx, and {stored}."
    registry.check(
        CHECKS,
        f"hostile.{kind.value}",
        f"{claim}.",
        basis=_SAFE if kind is Kind.SAFE_METHOD else _BASIS,
        needs_readback=kind.must_refuse,
        alone=kind in _ALONE,
    )(run)


for _kind, (_most, _claim, _what) in _KINDS.items():
    _declare(_kind, _most, _claim, _what)
