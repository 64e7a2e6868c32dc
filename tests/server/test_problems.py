"""Refusals: problem details everywhere but on the provider's paths, and never a 500."""

from __future__ import annotations

import json

import pytest

from mohook import errors
from mohook.errors import MohookError
from mohook.problem_types import problem_type
from mohook.server.problems import ProblemError, problem_of
from tests.server.bench import API, NDJSON, Bench, message

DEEP = "[" * 100_000
BODIES = ["", "{", "[1", "nul", "{'a': 1}", '{"a": NaN}', '{"a": Infinity}', '"\\ud800"', DEEP,
          '{"a":' * 5_000, "{}{}", "\x00", "\ufeff{}"]  # fmt: skip


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("path", ["/messages", "/clock/advance", "/faults"])
def test_what_is_no_json_is_a_400(bench: Bench, path: str, body: str) -> None:
    """Malformed JSON, deep JSON and Python's own extras are 400 problems, never a 500."""
    answer = bench.client.post(API + path, data=body.encode(), content_type="application/json")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.json["status"] == 400


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"provider":"\xe9"}', '{"a":1}'.encode("utf-16")])
def test_what_is_no_utf_8_is_a_400(bench: Bench, body: bytes) -> None:
    """Bytes that are no UTF-8 are malformed, in one object as in lines."""
    for content_type in ("application/json", NDJSON):
        answer = bench.client.post(f"{API}/messages", data=body, content_type=content_type)
        assert answer.status_code == 400


@pytest.mark.parametrize("body", ["[]", '"{}"', "1", "null", "true"])
def test_json_that_is_no_object_is_a_422(bench: Bench, body: str) -> None:
    """Another JSON value than an object is refused, a string that holds one as well."""
    answer = bench.client.put(f"{API}/ip1/accounts/a", data=body, content_type="application/json")
    assert (answer.status_code, answer.json["type"]) == (422, "urn:mohook:problem:input")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_another_content_type_is_a_415(bench: Bench, content_type: str | None) -> None:
    """A body that is not said to be JSON is refused, and nothing is read into it."""
    body = json.dumps(message())
    answer = bench.client.post(f"{API}/messages", data=body, content_type=content_type)
    assert (answer.status_code, "application/json" in answer.json["detail"]) == (415, True)


def test_a_content_type_may_name_its_charset(bench: Bench) -> None:
    """`application/json; charset=utf-8` is JSON."""
    answer = bench.client.post(
        f"{API}/messages",
        data=json.dumps(message()),
        content_type="application/json; charset=utf-8",
    )
    assert answer.status_code == 201


def test_deep_fields_are_refused_or_kept(bench: Bench) -> None:
    """Nesting within the bound goes through to the payload and back out; beyond it is a 400."""
    fields = json.loads('{"a":' * 100 + "1" + "}" * 100)
    assert bench.send(fields=fields)["payload"]["a"] == fields["a"]
    deeper = '{"a":' * 300 + "1" + "}" * 300
    body = json.dumps(message())[:-1] + f',"fields":{deeper}}}'
    for content_type in ("application/json", NDJSON):
        answer = bench.client.post(f"{API}/messages", data=body, content_type=content_type)
        assert answer.status_code == 400


def test_every_misfit_is_listed(bench: Bench) -> None:
    """`errors` names each field; `detail` begins with the first and counts the rest."""
    answer = bench.post("/messages", {"provider": "ip1", "count": 0})
    assert [each["field"] for each in answer.json["errors"]] == ["from", "to", "body", "count"]
    assert answer.json["detail"] == "from: is missing (and 3 more)"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"steps": ["lose-akc"]}, "steps.0: 'lose-akc': expected a status such as 500, timeout"),
        ({"steps": ["ok"], "macth": {}}, "macth: no such field"),
    ],
)
def test_a_slip_is_told_in_the_words_of_the_field(
    bench: Bench, body: dict[str, object], said: str
) -> None:
    """What was given and what was expected, and no regular expression."""
    answer = bench.post("/faults", body)
    assert (answer.status_code, answer.json["detail"][: len(said)]) == (422, said)


def test_a_misfit_of_an_optional_field_is_one(bench: Bench) -> None:
    """That the field might have been left out is no second misfit."""
    answer = bench.get("/messages?after=zz")
    assert answer.json["detail"] == "after: 'zz': expected the id of a message, such as m1"
    assert [each["field"] for each in answer.json["errors"]] == ["after"]


def test_unknown_paths_and_methods_are_problems(bench: Bench) -> None:
    """404 says where the paths are listed; 405 tells what is allowed, in words and by Allow."""
    missing = bench.get("/nothing")
    assert (missing.status_code, missing.content_type) == (404, "application/problem+json")
    assert "openapi.json" in missing.json["detail"]
    wrong = bench.delete("/messages")
    assert wrong.status_code == 405
    assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert bench.get("/health/").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/health"), ("GET", "/faults"), ("DELETE", "/faults"), ("POST", "/reset")],
)
def test_a_query_that_nobody_asks_for_is_refused(bench: Bench, method: str, path: str) -> None:
    """Where an operation has no query, any name in it is a slip."""
    answer = bench.client.open(f"{API}{path}?x=1", method=method)
    assert (answer.status_code, "'x'" in answer.json["detail"]) == (422, True)


def every_error() -> list[type[MohookError]]:
    return [
        kind
        for name in errors.__all__
        if issubclass(kind := getattr(errors, name), MohookError) and kind is not MohookError
    ]


@pytest.mark.parametrize("kind", every_error(), ids=problem_type)
def test_every_error_of_ours_is_told_with_its_type(kind: type[MohookError]) -> None:
    """Each class of errors has a type of its own; what a caller can mend is no 500."""
    problem = problem_of(kind("what is wrong"))
    assert problem.body()["type"] == f"urn:mohook:problem:{problem_type(kind)}"
    assert (problem.status == 500) is (kind is errors.UnreachableError)


def test_a_crash_is_a_problem_and_says_nothing_of_the_inside(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A bug is a 500 without its traceback, which goes to the log."""

    def broken() -> None:
        msg = "inner secret"
        raise ZeroDivisionError(msg)

    monkeypatch.setattr(bench.emulator.faults, "scripts", broken)
    answer = bench.get("/faults")
    assert (answer.status_code, b"secret" in answer.data) == (500, False)
    assert "ZeroDivisionError" in caplog.text


def test_a_problem_brings_its_headers() -> None:
    """What a status needs beside its body, such as Retry-After, is in the answer."""
    answer = ProblemError(503, "busy", headers={"Retry-After": "1"}).response()
    assert answer.headers["Retry-After"] == "1"
