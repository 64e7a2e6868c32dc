"""Whatever two attempts differ in is told, and nothing else; no secret on the way."""

from __future__ import annotations

import json
from time import process_time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.delivery.message import Timings
from mohook.evidence.difference import MOST_CHARACTERS, MOST_LINES, Line, Row, difference
from tests.store.made import new_attempt

ASPECTS = ["request line", "request headers", "request body", "status", "response headers",
           "response body", "outcome", "timings"]  # fmt: skip
CHANGES: dict[str, dict[str, Any]] = {
    "request line": {"url": "http://127.0.0.1:5000/other"},
    "request headers": {"request_headers": (("Host", "other"),)},
    "request body": {"request_body": b'{"body":"Ho"}'},
    "status": {"status_code": 503},
    "response headers": {"response_head": b"HTTP/1.1 500 Oops\r\nServer: b\r\n\r\n"},
    "response body": {"response_body": b"ooops"},
    "outcome": {"outcome": "404"},
    "timings": {"timings": Timings(total=0.5)},
}


def row(aspect: str, a: dict[str, Any], b: dict[str, Any]) -> Row:
    rows = difference(new_attempt(**a), new_attempt(**b))
    assert [each.aspect for each in rows] == ASPECTS
    return rows[ASPECTS.index(aspect)]


def test_an_attempt_does_not_differ_from_itself() -> None:
    """All aspects stand there, all of their lines the same."""
    rows = difference(new_attempt(), new_attempt(2))
    assert [each.aspect for each in rows if each.differs] == []
    assert all(each.lines for each in rows)


@pytest.mark.parametrize("aspect", ASPECTS)
def test_what_differs_is_told_where_it_belongs(aspect: str) -> None:
    """And in no other aspect."""
    rows = difference(new_attempt(), new_attempt(**CHANGES[aspect]))
    assert [each.aspect for each in rows if each.differs] == [aspect]


def test_json_is_compared_value_by_value() -> None:
    """One changed value is one line removed and one added."""
    a, b = b'{"id":"a","body":"Hi","n":[1,2]}', b'{"id":"b","body":"Hi","n":[1,2]}'
    made = row("request body", {"request_body": a}, {"request_body": b})
    assert [each for each in made.lines if each.tag != "same"] == [
        Line("removed", '  "id": "a",'),
        Line("added", '  "id": "b",'),
    ]
    assert Line("same", '  "body": "Hi",') in made.lines


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (b'{"a":1}', b'{"a": 1}'),
        (b"[1.0]", b"[1.00]"),
        (b'{"a":1,"a":1}', b'{"a":1}'),
        (b'["\\u00e9"]', '["é"]'.encode()),
        (b"[" * 100_000, b"[" * 100_001),
        (b"\xff", b"\xfe"),
        (b"a\r\nb", b"a\nb"),
        (b'["\\ud800"]', b'["\\ud801"]'),
        (b"", b"\n"),
    ],
    ids=lambda body: repr(body[:20]),
)
def test_bytes_that_mean_the_same_still_differ(a: bytes, b: bytes) -> None:
    """Spaces, ways to write a value, line ends, bytes that are no text."""
    assert row("response body", {"response_body": a}, {"response_body": b}).differs
    assert not row("response body", {"response_body": a}, {"response_body": a}).differs


def test_secrets_are_masked_and_their_difference_told() -> None:
    """In the URL, in the headers and in the signature."""
    made = [
        new_attempt(
            url=f"http://user:{word}@a/",
            request_headers=(("Authorization", f"Basic {word}"),),
            request_body=json.dumps({"refid": "A", "signature": word}).encode(),
        )
        for word in ("hush", "secret")
    ]
    rows = difference(*made)
    assert [each.aspect for each in rows if each.differs] == ASPECTS[:3]
    assert all("masked" in each.note for each in rows[:3])
    assert "hush" not in str(rows)
    assert "secret" not in str(rows)


def test_half_a_character_is_shown_as_it_was_written() -> None:
    """Laid out as JSON it would be a text that no page can hold."""
    made = row("response body", {"response_body": b'["\\ud800"]'}, {"response_body": b"[]"})
    assert Line("removed", '["\\ud800"]') in made.lines


@pytest.mark.parametrize("end", ["x", "y"])
@pytest.mark.parametrize("text", ["a\n" * 3 * MOST_LINES, "a" * 3 * MOST_CHARACTERS])
def test_of_a_large_body_the_head_is_compared(text: str, end: str) -> None:
    """The last line tells whether the rest is the same."""
    a, b = {"response_body": f"{text}x".encode()}, {"response_body": f"{text}{end}".encode()}
    made = row("response body", a, b)
    assert made.differs == (end == "y")
    assert len(made.lines) <= MOST_LINES + 2
    assert sum(len(each.text) for each in made.lines) < MOST_CHARACTERS + 200
    assert ("the same in both" in made.lines[-1].text) == (end == "x")


@pytest.mark.slow
def test_bodies_that_share_nothing_are_compared_in_no_time() -> None:
    """The bound holds for the worst: a megabyte each, of lines that come again and again."""
    a = b"\n".join(b"%d" % (each % 7) for each in range(500_000))
    b = b"\n".join(b"%d" % (each % 5) for each in range(500_000))
    begun = process_time()
    row("response body", {"response_body": a}, {"response_body": b})
    assert process_time() - begun < 2


@given(*[st.text('ab\n\r{}"é', max_size=30)] * 2)
def test_each_side_can_be_read_back(a: str, b: str) -> None:
    """What is the same and removed is the first, what is the same and added the second."""
    made = row("response body", {"response_body": a.encode()}, {"response_body": b.encode()})
    for side, tag in ((a, "removed"), (b, "added")):
        lines = [each.text for each in made.lines if each.tag in ("same", tag)]
        assert "\n".join(lines) == side
    assert made.differs == (a != b)
