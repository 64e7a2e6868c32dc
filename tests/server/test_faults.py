"""Faults over HTTP: scripting, listing, dropping, and that they come true."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.bench import Bench
from tests.server.test_messages import to_app


def test_a_script_comes_true_and_is_gone(bench: Bench) -> None:
    """201 shows the script with its id; the next attempt meets it, and the list is empty again."""
    to_app(bench, 200)
    answer = bench.post("/faults", {"steps": ["503"]})
    assert answer.status_code == 201
    assert bench.get("/faults").json == {"faults": [answer.json]}
    [attempt] = bench.send()["attempts"]
    assert (attempt["outcome"], attempt["fault"]) == ("503", "503")
    assert bench.get("/faults").json == {"faults": []}


def test_a_match_names_messages_in_the_words_of_messages(bench: Bench) -> None:
    """`to`, `from`, `provider` and `body` choose the messages that a script is for."""
    to_app(bench, 200)
    match = {"provider": "ip1", "to": "456189040623", "from": "46712345678", "body": "bad"}
    answer = bench.post("/faults", {"match": match, "steps": ["500", "ok"], "times": 2})
    assert (answer.json["match"], answer.json["times"], answer.json["left"]) == (match, 2, 2)
    assert bench.send(body="good")["state"] == "delivered"
    assert bench.send(body="so bad")["state"] == "pending"
    assert bench.get("/faults").json["faults"][0]["left"] == 1


def test_a_match_may_be_partial_or_null(bench: Bench) -> None:
    """What a match leaves out is null when it is shown; no match at all is null."""
    partly = bench.post("/faults", {"match": {"to": "1"}, "steps": ["ok"]}).json["match"]
    assert partly == {"provider": None, "to": "1", "from": None, "body": None}
    assert bench.post("/faults", {"match": None, "steps": ["ok"]}).json["match"] is None


def test_all_scripts_can_be_dropped(bench: Bench) -> None:
    """DELETE tells how many there were."""
    for _ in range(2):
        bench.post("/faults", {"steps": ["timeout", "reset"], "times": 3})
    assert bench.delete("/faults").json == {"dropped": 2}
    assert bench.delete("/faults").json == {"dropped": 0}


def test_one_script_can_be_dropped(bench: Bench) -> None:
    """DELETE by id drops that one; a second time it is a 404, and what is no id a 422."""
    for step in ("timeout", "reset"):
        bench.post("/faults", {"steps": [step]})
    assert bench.delete("/faults/f1").status_code == 204
    assert [each["id"] for each in bench.get("/faults").json["faults"]] == ["f2"]
    again = bench.delete("/faults/f1")
    assert (again.status_code, "'f1'" in again.json["detail"]) == (404, True)
    wrong = bench.delete("/faults/m1")
    assert (wrong.status_code, "such as f1" in wrong.json["detail"]) == (422, True)


def test_what_changes_the_scripts_stands_in_the_journal(bench: Bench) -> None:
    """Adding and dropping are told, so that whoever shows the scripts shows them as they are."""
    for _ in range(3):
        bench.post("/faults", {"steps": ["500"]})
    bench.delete("/faults/f1")
    bench.delete("/faults")
    bench.delete("/faults")
    told = [(each["type"], each["data"]) for each in bench.get("/events").json["events"]]
    assert told == [
        ("faults.changed", {"added": "f1"}),
        ("faults.changed", {"added": "f2"}),
        ("faults.changed", {"added": "f3"}),
        ("faults.changed", {"dropped": "f1"}),
        ("faults.changed", {"dropped": 2}),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {}, {"steps": []}, {"steps": ["explode"]}, {"steps": "500"}, {"steps": [500]},
        {"steps": ["600"]}, {"steps": ["delay:-1s"]}, {"steps": ["ok"], "times": 0},
        {"steps": ["ok"], "match": {"sender": "1"}}, {"steps": ["ok"], "match": {"provider": "x"}},
        {"steps": ["ok"] * 1001}, {"steps": ["ok"], "twice": True}, {"steps": ["ok\n"]},
    ],
)  # fmt: skip
def test_a_script_that_is_none_is_refused(bench: Bench, body: dict[str, Any]) -> None:
    """A step that does not exist, or a match by a wrong word, scripts nothing."""
    assert bench.post("/faults", body).status_code == 422
    assert bench.get("/faults").json == {"faults": []}
