"""What the receiver has stored of a storm, held against what it acknowledged."""

from __future__ import annotations

import reprlib
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from mohook.delivery.message import State
from mohook.providers.provider import WireNames
from pytest_mohook.check.errors import ReadbackError
from pytest_mohook.check.reading import stored_items
from pytest_mohook.check.target import Readback
from pytest_mohook.load.tally import Sent
from pytest_mohook.oracle.difference import difference
from pytest_mohook.oracle.findings import Finding, FindingKind
from pytest_mohook.oracle.readback import StoredItem

__all__ = ["Judged", "compare", "judge"]

_POLL = 0.1  # seconds
_SHOWN = 5


@dataclass(slots=True)
class Judged:
    """What a readback showed. Where none was made, `why` says so, and nothing is known.

    `trouble` is what was wrong with the readback, if anything was.
    """

    counts: Mapping[FindingKind, int] = field(default_factory=dict)
    examples: Sequence[Finding] = ()
    why: str = ""
    trouble: str = ""

    @property
    def checked(self) -> bool:
        """Whether the store was looked at."""
        return not self.why

    @property
    def wrong(self) -> int:
        """How much is wrong with what is stored."""
        return sum(self.counts.values())

    def of(self, kind: FindingKind) -> int:
        """Return how many messages have that wrong with them."""
        return self.counts.get(kind, 0)


def judge(
    messages: Mapping[str, Sent],
    texts: Sequence[str],
    readback: Readback | None,
    names: WireNames,
    *,
    settle: timedelta,
) -> Judged:
    """Ask what is stored, as long as it is not right and `settle` is not over, and compare.

    Only messages of the storm are judged: others may have been there before.
    """
    if readback is None:
        return Judged(why="no readback was given")
    until = time.monotonic() + settle.total_seconds()
    try:
        while True:
            findings = list(compare(messages, texts, stored_items(readback(), names)))
            if not findings or time.monotonic() >= until:
                break
            time.sleep(_POLL)
    except ReadbackError as problem:
        return Judged(why="the readback failed", trouble=str(problem))
    return Judged(Counter(each.kind for each in findings), _some_of_each(findings))


def compare(
    messages: Mapping[str, Sent], texts: Sequence[str], stored: Iterable[StoredItem]
) -> Iterator[Finding]:
    """Yield what is wrong: lost, stored more than once, altered, or stored and never acknowledged.

    A message whose answer never came may be stored or not; it is one under whatever id of its.

    >>> sent = {"5c61": Sent(0, State.DELIVERED, False)}
    >>> [str(each) for each in compare(sent, ["Hi"], [])]
    ["lost: 'Hi' (id 5c61) was acknowledged and is not stored"]
    """
    found: dict[str, list[str | None]] = defaultdict(list)
    first = {later: identity for identity, one in messages.items() for later in one.later_ids}
    for item in stored:
        if item.id is not None and (identity := first.get(item.id, item.id)) in messages:
            found[identity].append(item.text)
    for identity, one in messages.items():
        text = texts[one.place]
        what = f"{reprlib.repr(text)} (id {identity})"
        for kind, how in _wrong_with(one, text, found.get(identity, ())):
            yield Finding(kind, f"{what} {how}", (identity,))


def _wrong_with(
    one: Sent, text: str, stored: Sequence[str | None]
) -> Iterator[tuple[FindingKind, str]]:
    if not stored and one.state is State.DELIVERED:
        yield FindingKind.LOST, "was acknowledged and is not stored"
    if len(stored) > 1:
        yield FindingKind.DUPLICATED, f"is stored {len(stored)} times"
    if stored and one.state is State.FAILED and not one.unheard:
        yield FindingKind.UNACKNOWLEDGED, "is stored, and was never acknowledged"
    for other in {each: None for each in stored if each != text}:
        how = "it is null" if other is None else difference(text, other)
        yield FindingKind.ALTERED, f"is stored with another text: {how}"


def _some_of_each(findings: Sequence[Finding]) -> list[Finding]:
    by_kind: dict[FindingKind, list[Finding]] = defaultdict(list)
    for each in findings:
        by_kind[each.kind].append(each)
    return [each for kind in by_kind.values() for each in kind[:_SHOWN]]
