"""Messages by the thousand: all or none, the bad line named."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mohook.server import bulk
from mohook.server.bulk import read_lines
from mohook.server.problems import ProblemError
from tests.server.bench import API, NDJSON, Bench, message


def send_lines(bench: Bench, *lines: str | dict[str, Any], query: str = "") -> Any:
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    path = f"{API}/messages{query}"
    return bench.client.post(path, data="\n".join(texts), content_type=NDJSON)


def test_lines_are_accepted_in_their_order(bench: Bench) -> None:
    """201 tells how many; the messages stand in the order of the lines, of both providers."""
    lines = [message("ip1", body="a"), message("intelepeer", body="b"), message("ip1", body="c")]
    answer = send_lines(bench, *lines)
    assert (answer.status_code, answer.json) == (201, {"accepted": 3})
    assert [each["body"] for each in bench.get("/messages").json["messages"]] == ["a", "b", "c"]


@pytest.mark.parametrize(("query", "batches"), [("", 2), ("?batch=false", 2), ("?batch=true", 1)])
def test_lines_may_be_one_batch(bench: Bench, query: str, batches: int) -> None:
    """Only where it is asked for, ip1 has received all lines in one request."""
    lines = [message("ip1", body="a"), message("ip1", body="b")]
    assert send_lines(bench, *lines, query=query).json == {"accepted": 2}
    shown = bench.get("/messages").json["messages"]
    assert len({each["payload"]["batchId"] for each in shown}) == batches


def test_a_batch_of_two_providers_is_refused(bench: Bench) -> None:
    """No request comes from both, and a batch has a message; nothing is accepted."""
    answer = send_lines(bench, message("ip1"), message("intelepeer"), query="?batch=true")
    assert (answer.status_code, "of one provider" in answer.json["detail"]) == (422, True)
    assert send_lines(bench, "", query="?batch=true").status_code == 422
    assert bench.get("/reports/sms").json["received"] == 0


def test_a_line_may_count(bench: Bench) -> None:
    """`count` on a line counts into `accepted`."""
    assert send_lines(bench, message(count=5), message()).json == {"accepted": 6}


def test_blank_lines_and_carriage_returns_are_passed_over(bench: Bench) -> None:
    """A blank line is none, and CRLF ends a line as well; no line at all accepts nothing."""
    line = json.dumps(message())
    assert send_lines(bench, "", line + "\r", " \r", line, "").json == {"accepted": 2}
    assert send_lines(bench, "").json == {"accepted": 0}


@pytest.mark.parametrize(
    ("bad", "status", "named"),
    [
        ('{"provider":', 400, "line 3"),
        ("[]", 422, "line 3"),
        (json.dumps(message(to="x")), 422, "line 3: 'x'"),
        (json.dumps(message(count=0)), 422, "line 3: count"),
        (json.dumps(message(surprise=1)), 422, "line 3: surprise"),
        (json.dumps(message() | {"fields": {"a": 1}})[:-2] + ',"b":NaN}}', 422, "line 3"),
        (json.dumps(message()) + json.dumps(message()), 400, "line 3"),
    ],
)
def test_one_bad_line_refuses_all(bench: Bench, bad: str, status: int, named: str) -> None:
    """The bad line is named by its number, blank lines counted; nothing is accepted."""
    answer = send_lines(bench, message(), "", bad, message())
    assert (answer.status_code, named in answer.json["detail"]) == (status, True)
    assert answer.content_type == "application/problem+json"
    assert bench.get("/reports/sms").json["received"] == 0


def test_lines_that_add_up_to_too_much_are_refused(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sum of all counts is bounded, and the refusal tells sum and bound."""
    monkeypatch.setattr(bulk, "MOST_MESSAGES", 6)
    answer = send_lines(bench, message(count=4), message(count=3))
    assert (answer.status_code, "7" in answer.json["detail"]) == (422, True)
    assert send_lines(bench, message(count=3), message(count=3)).status_code == 201


@given(st.lists(st.booleans(), max_size=8))
def test_the_first_bad_line_is_the_one_named(good: list[bool]) -> None:
    """Whatever lines are bad, the first of them is named, and without one all are read."""
    lines = [json.dumps(message()) if each else "{}" for each in good]
    data = "\n".join(lines).encode()
    if all(good):
        assert len(read_lines(data)) == len(good)
        return
    with pytest.raises(ProblemError) as refused:
        read_lines(data)
    assert refused.value.detail.startswith(f"line {good.index(False) + 1}:")


def test_lines_can_be_indexed_as_any_sequence() -> None:
    """Lines are a sequence of submissions: by index, by slice, by length."""
    lines = read_lines("\n".join(json.dumps(message(body=b)) for b in "abc").encode())
    assert [each.body for each in lines[1:]] == ["b", "c"]
    assert (lines[0].body, len(lines)) == ("a", 3)
