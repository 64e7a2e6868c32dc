"""The oracle: what a receiver stored, held against what it acknowledged. Pure.

Every acknowledged message is stored once, its text intact. It counts as acknowledged as soon as
the receiver has answered one attempt so, also where that answer was lost on the way. What is
not acknowledged may be stored while the provider still tries: the next attempt may be.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from mohook.delivery.message import Message
from mohook.providers import PROVIDERS
from mohook.settings import Settings
from pytest_mohook.oracle.answers import Told, told
from pytest_mohook.oracle.difference import difference, named_difference
from pytest_mohook.oracle.findings import Finding, FindingKind, report
from pytest_mohook.oracle.readback import Stored, read_back

__all__ = ["assert_stored", "check_stored"]

_SHOWN = 60


def assert_stored(
    messages: Sequence[Message],
    stored: Stored,
    *,
    settings: Settings | None = None,
    seed: int | None = None,
) -> None:
    """Raise AssertionError unless `stored` is right; it shows findings, timeline and seed.

    Else as `check_stored`.
    """
    if findings := check_stored(messages, stored, settings=settings):
        raise AssertionError(report(findings, messages, seed=seed))


def check_stored(
    messages: Iterable[Message], stored: Stored, *, settings: Settings | None = None
) -> list[Finding]:
    """Return what is wrong with what a receiver stored of these messages; [] when it is right.

    `stored` holds mappings with the provider's own names (further keys are ignored), pairs of
    id and text, or texts alone: these are compared as a multiset, which tells less.
    `settings` say what acknowledges. Raises InputError for what is none of this.

    >>> check_stored([], [("5c61", "Hi")])[0].sentence
    "'Hi' is stored under the id 5c61, and was never sent"
    """
    messages = list(messages)
    names = [PROVIDERS[each].wire for each in {m.provider: None for m in messages} or PROVIDERS]
    items = read_back(stored, names)
    known = told(messages, settings or Settings())
    if items and items[0].id is None:
        return list(_by_text(known.values(), Counter(item.text or "" for item in items)))
    texts: dict[str, list[str | None]] = defaultdict(list)
    for item in items:
        texts[item.id or ""].append(item.text)
    return list(_by_id(known, texts))


def _by_id(
    known: Mapping[str, Told], stored: Mapping[str, Sequence[str | None]]
) -> Iterator[Finding]:
    for identity, one in known.items():
        yield from _of_one(one, stored.get(identity, ()))
    for identity, texts in stored.items():
        for text in texts if identity not in known else ():
            sentence = f"{_short(text)} is stored under the id {identity}, and was never sent"
            yield Finding(FindingKind.UNKNOWN, sentence)


def _of_one(one: Told, texts: Sequence[str | None]) -> Iterator[Finding]:
    if not texts and one.acknowledged:
        yield _about(one, FindingKind.LOST, _LOST)
    if len(texts) > 1:
        yield _about(one, FindingKind.DUPLICATED, f"is stored {len(texts)} times")
    if texts and _left_over(one):
        yield _about(one, FindingKind.UNACKNOWLEDGED, _NEVER_ACKNOWLEDGED)
    for text in dict.fromkeys(texts):
        if text not in one.texts:
            yield _altered(one, text)


_LOST = "was acknowledged and is not stored"
_NEVER_ACKNOWLEDGED = "is stored, but was never acknowledged, and the provider tries no more"


def _left_over(one: Told) -> bool:
    return one.settled and not one.acknowledged and not one.unheard


def _altered(one: Told, text: str | None) -> Finding:
    sent = next(iter(one.texts))
    how = "it is null" if text is None else difference(sent, text)
    what = f"is stored with another text: {how} (sent {_short(sent)}, stored {_short(text)})"
    return _about(one, FindingKind.ALTERED, what)


def _by_text(known: Iterable[Told], stored: Counter[str]) -> Iterator[Finding]:
    """Compare texts alone: each acknowledged message takes one of its own first."""
    left = Counter(stored)
    lost = [one for one in known if one.acknowledged and not _take(one, left)]
    waiting = [one for one in known if not one.acknowledged]
    over = [one for one in waiting if _take(one, left) and _left_over(one)]
    for one in over:
        yield _about(one, FindingKind.UNACKNOWLEDGED, _NEVER_ACKNOWLEDGED)
    senders: dict[str, list[str]] = defaultdict(list)
    for one in known:
        for text in one.texts:
            senders[text] += one.names
    yield from _paired(lost, waiting, [text for text in left.elements() if text not in senders])
    for text, more in left.items():
        if more and text in senders:
            sentence = f"{_short(text)} is stored {stored[text]} times, {more} too many"
            yield Finding(FindingKind.DUPLICATED, sentence, tuple(senders[text]))


def _take(one: Told, left: Counter[str]) -> bool:
    text = next((text for text in one.texts if left[text] > 0), None)
    if text is None:
        return False
    left[text] -= 1
    return True


def _paired(lost: list[Told], waiting: Sequence[Told], strange: list[str]) -> Iterator[Finding]:
    """Tell texts that nobody sent as what they came from, where that can be told."""
    candidates = [*lost, *waiting]
    for text in list(strange):
        one = next((each for each in candidates if _comes_from(each, text)), None)
        if one:
            candidates.remove(one)
            strange.remove(text)
            yield _altered(one, text)
    lost = [one for one in lost if one in candidates]
    if len(lost) == len(strange) == 1:  # what else can have become of it?
        yield _altered(lost[0], strange[0])
        return
    for text in strange:
        yield Finding(FindingKind.UNKNOWN, f"{_short(text)} is stored, and was never sent")
    for one in lost:
        yield _about(one, FindingKind.LOST, _LOST)


def _comes_from(one: Told, text: str) -> bool:
    return any(named_difference(sent, text) for sent in one.texts)


def _about(one: Told, kind: FindingKind, what: str) -> Finding:
    name = f"{'/'.join(one.names)} {_short(next(iter(one.texts)))} (id {one.id})"
    return Finding(kind, f"{name} {what}", one.names)


def _short(text: str | None) -> str:
    if text is None:
        return "null"
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")
