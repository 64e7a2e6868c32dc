"""The webhook calls: documented answers, refusals, and every switch on both sides."""

from __future__ import annotations

from typing import Any

import pytest

from mohook.providers.intelepeer.requests import webhook_request
from tests.directory.bench import HOOK, NOW, ONE, TWO, Bench, closed
from tests.providers.samples import as_text, sample

MALFORMED = "12161112222"
UNKNOWN = "+19999999999"


def test_documented_single_request_gets_the_documented_answer() -> None:
    """The sample request is answered by the sample response, key for key."""
    request = webhook_request(sample("intelepeer-webhook-request"))
    bench = Bench()
    status, body = bench.set(*request.endpoints, webhook=request.webhook)
    assert status == 201
    assert as_text(body) == as_text(sample("intelepeer-webhook-single"))
    assert bench.webhook(ONE) == request.webhook


def test_documented_bulk_answer_is_reproduced() -> None:
    """Two endpoints are answered with 207 and the sample's list."""
    status, body = Bench().set(ONE, TWO)
    assert status == 207
    assert as_text(body) == as_text(sample("intelepeer-webhook-bulk"))


def test_documented_get_answer_is_reproduced() -> None:
    """A webhook that was set is told as in the sample."""
    documented = sample("intelepeer-webhook-get")
    bench = Bench()
    bench.set(ONE, webhook=documented["webhook"])
    status, body = bench.get(ONE)
    assert status == 200
    assert as_text(body) == as_text(documented)


def test_get_of_several_endpoints_is_a_bulk() -> None:
    """Several endpoints in a GET are a 207, each with its own status."""
    bench = closed()
    status, body = bench.get(ONE, TWO, MALFORMED)
    assert status == 207
    assert list(body) == ["code", "endpoints"]
    assert [entry["status"] for entry in body["endpoints"]] == [200, 404, 400]
    assert [list(entry) for entry in body["endpoints"]] == [["status", "endpoint", "response"]] * 3


def test_bulk_mixes_good_and_bad() -> None:
    """In a 207 each endpoint has its own status and error, and the good ones are set."""
    bench = closed()
    status, body = bench.set(MALFORMED, ONE, UNKNOWN, "+12160000000")
    assert status == body["code"] == 207
    found = {entry["endpoint"]: entry for entry in body["endpoints"]}
    assert {endpoint: entry["status"] for endpoint, entry in found.items()} == {
        MALFORMED: 400,
        ONE: 201,
        UNKNOWN: 404,
        "+12160000000": 400,
    }
    assert list(found[UNKNOWN]["response"]) == ["code", "error"]
    assert found[UNKNOWN]["response"]["code"] == 404
    assert bench.webhook(ONE) == HOOK


@pytest.mark.parametrize(
    ("endpoint", "status", "words"),
    [
        (MALFORMED, 400, "not in the proper E.164 format"),
        ("", 400, "not in the proper E.164 format"),
        (" 12161112222", 400, "%2B"),
        ("+12160000000", 400, "not been enabled for SMS"),
        (UNKNOWN, 404, "not available for use by the customer"),
        (TWO, 404, "not available for use by the customer"),
    ],
)
def test_single_refusal_is_told_in_the_document_s_words(
    endpoint: str, status: int, words: str
) -> None:
    """Each documented error has its status, its words, and changes nothing."""
    bench = closed()
    code, body = bench.set(endpoint)
    assert (code, body["code"]) == (status, status)
    assert list(body) == ["code", "error"]
    assert words in body["error"]
    assert bench.changes == []


@pytest.mark.parametrize("webhook", ["", "ftp://host/", "www.myserver.com/myapp", "http://a b/"])
def test_bad_url_is_the_whole_request_s_400(webhook: str) -> None:
    """One URL serves all endpoints: when it is malformed, none is touched."""
    bench = Bench()
    status, body = bench.set(ONE, TWO, webhook=webhook)
    assert (status, body["code"]) == (400, 400)
    assert body["error"].startswith("Improperly-formatted URL provided for the webhook")
    assert bench.changes == []


def test_number_without_customer_belongs_to_every_caller() -> None:
    """A named number that names no customer can be configured by any."""
    bench = closed()
    for token in ("acme-token", "beta-token"):
        answer = bench.directory.webhook_set(bench.caller(token), ["1-1234"], HOOK, NOW)
        assert answer[0] == 201


def test_open_inventory_belongs_to_every_caller() -> None:
    """Without named numbers, any customer may configure any well-formed endpoint."""
    bench = Bench()
    bench.directory.put_customer("acme", token="acme-token")
    for token in ("acme-token", "another"):
        answer = bench.directory.webhook_set(bench.caller(token), [ONE, "57-1234"], HOOK, NOW)
        assert [entry["status"] for entry in answer[1]["endpoints"]] == [201, 201]


@pytest.mark.parametrize(
    ("form", "body"),
    [
        ("code", {"code": 404, "error": "…"}),
        ("error", {"error": "…"}),
        ("detail", {"detail": "…"}),
    ],
)
def test_error_body_is_a_switch(form: str, body: dict[str, Any]) -> None:
    """`error_body` decides the keys of an error, alone and within a 207."""
    bench = closed(error_body=form)
    _, single = bench.get(UNKNOWN)
    _, bulk = bench.get(UNKNOWN, ONE)
    for answer in (single, bulk["endpoints"][0]["response"]):
        assert list(answer) == list(body)
        assert answer.get("code") == body.get("code")


def test_empty_list_is_a_400_or_an_empty_207() -> None:
    """`empty_endpoints` decides for POST and GET alike."""
    for bench, expected in ((Bench(), 400), (Bench(empty_endpoints="207"), 207)):
        for status, body in (bench.set(), bench.get()):
            assert status == body["code"] == expected
            assert expected == 400 or body == {"code": 207, "endpoints": []}


def test_duplicates_are_answered_each_once_or_not_at_all() -> None:
    """`duplicate_endpoints` decides for POST and GET alike."""
    for switch, expected in (("each", 207), ("once", None), ("400", 400)):
        bench = Bench(duplicate_endpoints=switch)
        assert bench.set(ONE, ONE)[0] == (expected or 201)
        assert bench.get(ONE, ONE)[0] == (expected or 200)
    _, body = Bench().set(ONE, ONE, TWO)
    assert [entry["endpoint"] for entry in body["endpoints"]] == [ONE, ONE, TWO]
    _, body = Bench(duplicate_endpoints="once").set(TWO, ONE, TWO, ONE)
    assert [entry["endpoint"] for entry in body["endpoints"]] == [TWO, ONE]
    _, body = Bench(duplicate_endpoints="400").set(TWO, ONE, ONE)
    assert ONE in body["error"]


def test_lists_without_duplicates_pass_the_strictest_switch() -> None:
    """`duplicate_endpoints = "400"` refuses duplicates alone."""
    assert Bench(duplicate_endpoints="400").set(ONE, TWO)[0] == 207


def test_empty_url_unsets_by_switch() -> None:
    """`empty_webhook = "unset"` takes the webhook away, and the default with it."""
    bench = Bench(empty_webhook="unset", webhook="http://default/")
    bench.set(ONE)
    status, body = bench.set(ONE, webhook="")
    assert (status, body["webhook"]) == (201, None)
    assert bench.webhook(ONE) is None
    assert bench.get(ONE)[1]["webhook"] is None


@pytest.mark.parametrize(("switch", "told"), [("null", None), ("empty", "")])
def test_webhook_never_set_is_null_or_empty(switch: str, told: str | None) -> None:
    """`webhook_never_set` decides what a GET tells where there is none, and an unset too."""
    bench = Bench(webhook_never_set=switch, empty_webhook="unset")
    status, body = bench.get(ONE)
    assert (status, body["webhook"]) == (200, told)
    assert bench.set(ONE, webhook="")[1]["webhook"] == told


def test_webhook_never_set_is_a_404_by_switch() -> None:
    """`webhook_never_set = "404"` refuses the GET until a webhook is set."""
    bench = Bench(webhook_never_set="404")
    assert bench.get(ONE)[0] == 404
    bench.set(ONE)
    assert bench.get(ONE)[0] == 200


def test_default_webhook_is_told() -> None:
    """A GET tells where messages really go."""
    assert Bench(webhook="http://default/").get(ONE)[1]["webhook"] == "http://default/"


def test_get_leaves_no_trace() -> None:
    """Asking for a number of an open inventory records nothing."""
    bench = Bench()
    bench.get(ONE)
    assert bench.directory.numbers(NOW) == []


def test_short_code_length_is_a_switch() -> None:
    """An endpoint outside `short_code_length` is malformed."""
    bench = Bench(short_code_length=(5, 6))
    assert (bench.set("1-12345")[0], bench.set("1-1234")[0]) == (201, 400)
