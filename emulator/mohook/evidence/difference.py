"""What differs between two attempts of a message, aspect by aspect, line by line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

from mohook.delivery.message import Attempt
from mohook.delivery.outcome import in_words
from mohook.evidence.phases import phases
from mohook.rendering import attempt_json

__all__ = ["MOST_CHARACTERS", "MOST_LINES", "Line", "Row", "difference"]

MOST_LINES = 400
"""Lines of a text that are compared; finding what moved takes their square."""
MOST_CHARACTERS = 20_000
"""Characters of a text that are compared."""

Tag = Literal["same", "removed", "added"]
_HIDDEN = "They differ in what is masked, or in bytes that are no text."


class Line(NamedTuple):
    """One line: the same in both, removed (in the first alone) or added (in the second alone)."""

    tag: Tag
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """One aspect of both attempts. `note` tells of what differs and does not show, else empty."""

    aspect: str
    lines: tuple[Line, ...]
    note: str = ""

    @property
    def differs(self) -> bool:
        """Whether the two attempts differ in this."""
        return bool(self.note) or any(line.tag != "same" for line in self.lines)


class _Aspect(NamedTuple):
    name: str
    raw: Callable[[Attempt], object]
    shown: Callable[[Attempt, dict[str, Any]], str]


def difference(a: Attempt, b: Attempt) -> tuple[Row, ...]:
    """Return every aspect of two attempts with what `b` has otherwise than `a`.

    Secrets are masked. Bodies of JSON are compared as it is written with one value a line,
    unless they differ in their spaces alone. Of a text, 400 lines and 20,000 characters are
    compared line by line; a last line tells whether the rest differs.

    >>> from datetime import UTC, datetime
    >>> from dataclasses import replace
    >>> from mohook.delivery.message import Timings
    >>> a = Attempt(1, datetime(2026, 1, 1, tzinfo=UTC), "500", 500, None, Timings(),
    ...             "http://a/", (), b'{"id":1}', b"", b"")
    >>> b = replace(a, number=2, outcome="200", status_code=200)
    >>> [(row.aspect, [str(each.text) for each in row.lines]) for row in difference(a, b)
    ...  if row.differs]
    [('status', ['500', '200']), ('outcome', ['answered 500', 'answered 200'])]
    """
    both = (a, attempt_json(a)), (b, attempt_json(b))
    return tuple(_row(each, *both) for each in _ASPECTS)


def _row(
    aspect: _Aspect, a: tuple[Attempt, dict[str, Any]], b: tuple[Attempt, dict[str, Any]]
) -> Row:
    lines = tuple(_lines(*_comparable(aspect.shown(*a), aspect.shown(*b))))
    hidden = all(line.tag == "same" for line in lines) and aspect.raw(a[0]) != aspect.raw(b[0])
    return Row(aspect.name, lines, _HIDDEN if hidden else "")


def _comparable(a: str, b: str) -> tuple[str, str]:
    """Return two texts as JSON with one value a line, if that does not hide what differs."""
    pretty_a, pretty_b = _pretty(a), _pretty(b)
    if pretty_a is None or pretty_b is None or (pretty_a == pretty_b and a != b):
        return a, b
    return pretty_a, pretty_b


def _pretty(text: str) -> str | None:
    if not text.lstrip().startswith(("{", "[")) or len(text) > 10 * MOST_CHARACTERS:
        return None
    try:
        pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        pretty.encode()
    except (ValueError, RecursionError):  # no JSON, nested too deep, or half a character
        return None
    return pretty


def _lines(a: str, b: str) -> Iterator[Line]:
    (head_a, rest_a), (head_b, rest_b) = _cut(a), _cut(b)
    matcher = SequenceMatcher(None, head_a, head_b, autojunk=False)
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "equal":
            yield from (Line("same", each) for each in head_a[a_from:a_to])
        else:
            yield from (Line("removed", each) for each in head_a[a_from:a_to])
            yield from (Line("added", each) for each in head_b[b_from:b_to])
    yield from _rests(rest_a, rest_b)


def _cut(text: str) -> tuple[list[str], str]:
    """Return the lines of a text that are compared, and the rest of it."""
    if not text:
        return [], ""
    lines = text[:MOST_CHARACTERS].split("\n")[:MOST_LINES]
    return lines, text[len("\n".join(lines)) :]


def _rests(a: str, b: str) -> Iterator[Line]:
    if a == b:
        if a:
            yield Line("same", f"… {len(a):,} characters more, the same in both")
        return
    if a:
        yield Line("removed", f"… {len(a):,} characters more, not compared in detail")
    if b:
        yield Line("added", f"… {len(b):,} characters more, not compared in detail")


def _outcome(attempt: Attempt, _: dict[str, Any]) -> str:
    told = [in_words(attempt.outcome), attempt.error, attempt.fault and f"script: {attempt.fault}"]
    return "\n".join(each for each in told if each)


def _headers(headers: list[list[str]]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers)


def _timings(attempt: Attempt, shown: dict[str, Any]) -> str:
    lines = [f"{each.label}: {each.duration_ms:g} ms" for each in phases(attempt)]
    return "\n".join([*lines, f"in all: {shown['duration_ms']:g} ms"])


_ASPECTS = (
    _Aspect("request line", lambda a: a.url, lambda _, shown: f"POST {shown['request']['url']}"),
    _Aspect(
        "request headers",
        lambda a: a.request_headers,
        lambda _, shown: _headers(shown["request"]["headers"]),
    ),
    _Aspect("request body", lambda a: a.request_body, lambda _, shown: shown["request"]["body"]),
    _Aspect(
        "status",
        lambda a: a.status_code,
        lambda a, _: "" if a.status_code is None else str(a.status_code),
    ),
    _Aspect(
        "response headers",
        lambda _: None,
        lambda _, shown: _headers(shown["response"]["headers"]),
    ),
    _Aspect("response body", lambda a: a.response_body, lambda _, shown: shown["response"]["body"]),
    _Aspect("outcome", lambda a: (a.outcome, a.error, a.fault), _outcome),
    _Aspect("timings", lambda _: None, _timings),
)
