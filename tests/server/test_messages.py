"""Messages over HTTP: sending, waiting, listing, sending again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from mohook.emulator import Emulator
from mohook.server.http import HttpServer
from mohook.settings import (
    AccountSettings,
    DeliverySettings,
    IntelePeerSettings,
    Ip1Settings,
    NumberSettings,
    Settings,
)
from tests._receivers import Answer, scripted
from tests.server.bench import API, Bench, message

BenchOf = Callable[..., Bench]


def answering(status: int) -> Callable[..., Any]:
    """Return a WSGI app that always answers with one status."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        environ["wsgi.input"].read()
        start_response(f"{status} As told", [])
        return [b""]

    return app


def to_app(bench: Bench, status: int) -> None:
    url = bench.emulator.apps.mount(answering(status)) + "/sms"
    assert bench.put("/ip1/accounts/ip1-10001", {"callback_url": url}).status_code == 200


def test_a_message_is_shown_as_the_contract_says(bench: Bench) -> None:
    """201 brings the message with every promised key, its payload in wire form."""
    shown = bench.send("ip1", body="Hi my name is earl")
    promised = {"id", "provider", "from", "to", "body", "state", "created_at"}
    assert promised | {"next_attempt_at", "payload", "attempts"} <= set(shown)
    assert shown["payload"]["body"] == "Hi my name is earl"
    assert (shown["state"], shown["attempts"]) == ("held", [])


def test_an_attempt_is_shown_as_the_contract_says(bench: Bench) -> None:
    """An attempt tells what was sent, what came back, and what was decided."""
    to_app(bench, 500)
    [attempt] = bench.send()["attempts"]
    promised = {"number", "started_at", "duration_ms", "outcome", "status_code", "error"}
    assert promised | {"timings", "request", "response"} == set(attempt) - {
        "fault", "copy_of", "decision", "next_attempt_at"
    }  # fmt: skip
    assert set(attempt["request"]) == {"url", "headers", "body"}
    assert set(attempt["response"]) == {"headers", "body"}
    assert (attempt["outcome"], attempt["decision"]) == ("500", "retry")


def test_the_manual_clock_makes_the_first_attempt_at_once(bench: Bench) -> None:
    """Where the clock is manual, the answer shows the first attempt already."""
    to_app(bench, 200)
    assert bench.send()["state"] == "delivered"


def test_count_sends_so_many(bench: Bench) -> None:
    """`count` makes so many messages, each with a batch of its own; `batch` gives them one."""
    alone = bench.post("/messages", message(count=3)).json["messages"]
    together = bench.post("/messages", message(count=3, batch=True)).json["messages"]
    assert len({each["payload"]["batchId"] for each in alone}) == 3
    assert len({each["payload"]["batchId"] for each in together}) == 1
    assert len({each["id"] for each in alone + together}) == 6


def test_fields_go_over_the_payload(bench: Bench) -> None:
    """`fields` replaces and adds provider fields by wire name, as given."""
    shown = bench.send("intelepeer", fields={"refid": None, "extra": [1.5, {"x": "ü"}]})
    assert shown["payload"]["refid"] is None
    assert shown["payload"]["extra"] == [1.5, {"x": "ü"}]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"provider": "sms77"}, "provider"),
        ({"to": "+456189040623"}, "MSISDN"),
        ({"from": "MyCompany"}, "MSISDN"),
        ({"count": 0}, "count"),
        ({"count": 10_001}, "count"),
        ({"count": 1.5}, "count"),
        ({"count": True}, "count"),
        ({"batch": "yes"}, "batch"),
        ({"body": 7}, "body"),
        ({"fields": []}, "fields"),
        ({"sender": "46712345678"}, "sender"),
        ({"body": "ç" * 20_000}, "255"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    bench: Bench, change: dict[str, Any], named: str
) -> None:
    """422 names the misfit, and nothing is accepted."""
    answer = bench.post("/messages", message() | change)
    assert answer.status_code == 422
    assert named in answer.json["detail"]
    assert bench.get("/messages").json == {"messages": []}


def test_a_whole_number_may_be_written_with_a_point(bench: Bench) -> None:
    """JSON knows no integers: 2.0 is 2."""
    assert len(bench.post("/messages", message(count=2.0)).json["messages"]) == 2


def test_a_number_outside_a_closed_inventory_is_not_found(bench_of: BenchOf) -> None:
    """Naming numbers closes the inventory: any other is a 404, a named one is taken."""
    closed = bench_of(
        ip1=Ip1Settings(accounts={"ip1-7": AccountSettings(numbers=("456189040623",))})
    )
    assert closed.post("/messages", message(to="4600000000")).status_code == 404
    assert closed.post("/messages", message()).status_code == 201


def test_a_number_without_sms_cannot_receive(bench_of: BenchOf) -> None:
    """A number that is not SMS-enabled is a conflict."""
    closed = bench_of(
        intelepeer=IntelePeerSettings(numbers={"1-1234": NumberSettings(sms_enabled=False)})
    )
    answer = closed.post("/messages", message("intelepeer"))
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (409, "to")


def test_wait_answers_when_all_have_settled(served: Callable[..., HttpServer]) -> None:
    """`?wait=` holds the answer until the receiver has acknowledged, over real HTTP."""
    with scripted(Answer(200)) as receiver:
        url = served(Emulator(Settings(ip1=Ip1Settings(callback_url=receiver.url)))).url
        answer = requests.post(
            f"{url}{API}/messages", json=message(count=3), params={"wait": 5}, timeout=9
        )
        assert [each["state"] for each in answer.json()["messages"]] == ["delivered"] * 3
        assert len(receiver.requests) == 3


def test_wait_ends_when_its_time_is_over(served: Callable[..., HttpServer]) -> None:
    """`?wait=` is not waited beyond: what is pending then is shown as pending."""
    with scripted(Answer(500)) as receiver:
        url = served(Emulator(Settings(ip1=Ip1Settings(callback_url=receiver.url)))).url
        answer = requests.post(
            f"{url}{API}/messages", json=message(), params={"wait": "0.05"}, timeout=9
        )
        [shown] = answer.json()["messages"]
        assert shown["state"] == "pending"


@pytest.mark.parametrize("wait", ["-1", "601", "soon", "nan", ""])
def test_a_wait_that_is_none_is_refused(bench: Bench, wait: str) -> None:
    """Nothing is sent for a wait that is no number of seconds, 600 at most."""
    assert bench.post(f"/messages?wait={wait}", message()).status_code == 422
    assert bench.get("/messages").json["messages"] == []


def test_messages_are_listed_in_order_by_filter_and_page(bench: Bench) -> None:
    """Each filter holds alone and with others; `after` and `limit` turn pages."""
    ids = [bench.send("ip1")["id"], bench.send("intelepeer")["id"], bench.send("ip1")["id"]]

    def listed(query: str) -> list[str]:
        return [each["id"] for each in bench.get(f"/messages{query}").json["messages"]]

    assert listed("") == ids
    assert listed("?provider=intelepeer") == ids[1:2]
    assert listed("?to=1-1234") == ids[1:2]
    assert listed("?state=held&provider=ip1") == [ids[0], ids[2]]
    assert listed("?state=delivered") == []
    assert listed("?limit=1") == ids[:1]
    assert listed(f"?limit=1&after={ids[0]}") == ids[1:2]


@pytest.mark.parametrize(
    "query",
    ["?limit=0", "?limit=1001", "?limit=1.0", "?limit=", "?state=lost", "?provider=x", "?stat=held",
     "?after=1", "?limit=1&limit=2", "?to=12x", "?to=+12161112222"],
)  # fmt: skip
def test_a_query_that_does_not_fit_is_refused(bench: Bench, query: str) -> None:
    """A slip in a query is told: it never lists everything instead."""
    answer = bench.get(f"/messages{query}")
    assert answer.status_code == 422
    assert answer.json["detail"]


def test_a_plus_that_was_lost_is_explained(bench: Bench) -> None:
    """A `+` in a query arrives as a space: the refusal says how to write it."""
    assert "%2B" in bench.get("/messages?to=+12161112222").json["detail"]
    assert bench.get("/messages?to=%2B12161112222").status_code == 200


def test_one_message_is_found_by_its_id(bench: Bench) -> None:
    """GET brings the message; an id that was never given is a 404."""
    sent = bench.send()
    assert bench.get(f"/messages/{sent['id']}").json == sent
    assert bench.get("/messages/m99").status_code == 404
    assert bench.get("/messages/99").status_code == 422


def test_a_finished_message_can_be_sent_again(bench: Bench) -> None:
    """Resend makes it due now, and with the manual clock it has been tried by the answer."""
    to_app(bench, 200)
    sent = bench.send()
    again = bench.post(f"/messages/{sent['id']}/resend")
    assert again.status_code == 200
    assert len(again.json["attempts"]) == 2


def test_a_message_without_webhook_cannot_be_sent_again(bench: Bench) -> None:
    """Resend of a held message is a conflict that says what to do; of none, a 404."""
    held = bench.send()
    answer = bench.post(f"/messages/{held['id']}/resend")
    assert (answer.status_code, "webhook" in answer.json["detail"]) == (409, True)
    assert bench.post("/messages/m77/resend").status_code == 404


def test_all_failed_are_sent_again_since_a_time(bench_of: BenchOf) -> None:
    """Resend takes the failed ones alone, and of these those that failed since."""
    bench = bench_of(ip1=Ip1Settings(retry_limit=1), delivery=DeliverySettings())
    to_app(bench, 500)
    failed = bench.send()
    assert failed["state"] == "failed"
    late = {"since": "2026-01-01T12:00:01Z"}
    assert bench.post("/resend", late).json == {"messages": []}
    [again] = bench.post("/resend", {"since": "2026-01-01T12:00:00Z"}).json["messages"]
    assert again["attempts_made"] == 2
    [once_more] = bench.client.post(f"{API}/resend").json["messages"]
    assert once_more["attempts_made"] == 3


def test_an_instant_needs_its_zone(bench: Bench) -> None:
    """`since` is an RFC 3339 instant; anything else is refused by name."""
    for since in ("2026-01-01", "2026-01-01T12:00:00", 5, "2026-02-30T12:00:00Z"):
        answer = bench.post("/resend", {"since": since})
        assert (answer.status_code, "since" in answer.json["detail"]) == (422, True)
    assert bench.post("/resend", {"since": "2026-12-31T23:59:60+01:00"}).status_code == 200


@pytest.mark.parametrize(
    ("provider", "wrong", "field"),
    [
        ("ip1", {"from": "+46"}, "from"),
        ("ip1", {"to": "+46"}, "to"),
        ("ip1", {"from": "a", "to": "b"}, "from"),
        ("intelepeer", {"from": "12"}, "from"),
        ("intelepeer", {"to": "12"}, "to"),
        ("ip1", {"body": "x" * 40_000}, "body"),
        ("ip1", {"count": 0}, "count"),
    ],
)
def test_a_refusal_names_the_field(
    bench: Bench, provider: str, wrong: dict[str, Any], field: str
) -> None:
    """`errors` tells it, in the words of `detail`, so that a form can show it where it belongs."""
    problem = bench.post("/messages", message(provider, **wrong)).json
    [error] = problem["errors"]
    assert error["field"] == field
    assert error["message"] in problem["detail"]


def test_a_number_that_is_not_there_is_told_at_its_field(bench_of: BenchOf) -> None:
    """What a closed inventory does not know is the recipient."""
    closed = bench_of(ip1=Ip1Settings(accounts={"ip1-1": AccountSettings(numbers=("1234567",))}))
    answer = closed.post("/messages", message("ip1"))
    assert (answer.status_code, answer.json["errors"][0]["field"]) == (404, "to")
