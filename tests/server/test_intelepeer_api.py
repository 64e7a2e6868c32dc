"""IntelePeer's documented API: every documented answer, and refusals in its own form alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from mohook.settings import CustomerSettings, IntelePeerSettings, NumberSettings, ServeSettings
from tests.providers.samples import as_text, sample
from tests.server.bench import Bench, message

BenchOf = Callable[..., Bench]

WEBHOOK = "/_rest/v4/my/did/sms/webhook"
AUTHENTICATE = "/_rest/v4/authenticate"
OLDER = "/_rest/v4/app/sms/authenticate/get_portal_auth_token"
PROVISION = "/_rest/v4/my/did/sms/provision"
RECORDS = "/_rest/v4/app/sms/mdr"
OURS = "+12161112222"
URL = "https://www.myserver.com/myapp"
TOKEN = {"Authorization": "Bearer sesame"}

CLOSED = IntelePeerSettings(
    customers={
        "acme": CustomerSettings(token="sesame", username="ann", password="secret"),
        "other": CustomerSettings(token="other-token"),
    },
    numbers={
        OURS: NumberSettings(customer="acme"),
        "+12161112223": NumberSettings(customer="acme"),
        "+12161112224": NumberSettings(customer="acme", sms_enabled=False),
        "+12161112225": NumberSettings(customer="other"),
        "1-1234": NumberSettings(customer="acme", cpaas_enabled=True),
    },
)


@pytest.fixture
def closed(bench_of: BenchOf) -> Bench:
    return bench_of(intelepeer=CLOSED)


def set_webhook(bench: Bench, *endpoints: str, webhook: str = URL, headers: Any = TOKEN) -> Any:
    body = {"endpoints": list(endpoints), "webhook": webhook}
    return bench.client.post(WEBHOOK, json=body, headers=headers)


def get_webhook(bench: Bench, *endpoints: str, headers: Any = TOKEN) -> Any:
    return bench.client.get(WEBHOOK, query_string={"endpoint": endpoints}, headers=headers)


def test_one_endpoint_is_answered_as_documented(closed: Bench) -> None:
    """201 and 200 bring the documented bodies, value for value and in key order."""
    request = sample("intelepeer-webhook-request")
    answer = closed.client.post(WEBHOOK, json=request, headers=TOKEN)
    assert answer.status_code == 201
    assert as_text(answer.json) == as_text(sample("intelepeer-webhook-single"))
    told = get_webhook(closed, OURS)
    expected = sample("intelepeer-webhook-get") | {"webhook": request["webhook"]}
    assert (told.status_code, as_text(told.json)) == (200, as_text(expected))


def test_several_endpoints_are_answered_as_documented(closed: Bench) -> None:
    """207 brings the documented list, for the POST and for the GET."""
    answer = set_webhook(closed, OURS, "+12161112223")
    assert answer.status_code == 207
    assert as_text(answer.json) == as_text(sample("intelepeer-webhook-bulk"))
    told = get_webhook(closed, OURS, "+12161112223")
    assert told.status_code == 207
    assert [entry["status"] for entry in told.json["endpoints"]] == [200, 200]


def test_each_of_several_has_a_status_of_its_own(closed: Bench) -> None:
    """A 207 mixes what went well with what did not, and only that is set."""
    asked = (OURS, "12161112222", "+12161112224", "+12161112225", "+19999999999", "1-1234")
    answer = set_webhook(closed, *asked)
    entries = answer.json["endpoints"]
    assert [entry["endpoint"] for entry in entries] == list(asked)
    assert [entry["status"] for entry in entries] == [201, 400, 400, 404, 404, 201]
    assert entries[3]["response"]["code"] == 404
    assert get_webhook(closed, "+12161112223").json["webhook"] is None


@pytest.mark.parametrize(
    ("endpoint", "status"),
    [
        ("12161112222", 400),
        ("+12161112224", 400),
        ("+12161112225", 404),
        ("+19999999999", 404),
        ("1-12", 400),
    ],
)
def test_one_bad_endpoint_has_the_documented_status(
    closed: Bench, endpoint: str, status: int
) -> None:
    """400 for the form and for a number without SMS, 404 for a number that is not the caller's."""
    answer = set_webhook(closed, endpoint)
    assert (answer.status_code, answer.json["code"]) == (status, status)
    assert answer.content_type == "application/json"


@pytest.mark.parametrize(
    "webhook", ["", "ftp://host/", "www.myserver.com", "http://", "http://a b/"]
)
def test_a_malformed_url_is_a_400(closed: Bench, webhook: str) -> None:
    """An improperly formatted URL is refused, for one endpoint or several, and sets nothing."""
    for endpoints in ([OURS], [OURS, "1-1234"]):
        answer = set_webhook(closed, *endpoints, webhook=webhook)
        assert (answer.status_code, "URL" in answer.json["error"]) == (400, True)
    assert get_webhook(closed, OURS).json["webhook"] is None


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"webhook": URL}, "endpoints"),
        ({"endpoints": [OURS]}, "webhook"),
        ({"endpoints": OURS, "webhook": URL}, "endpoints"),
        ({"endpoints": [1], "webhook": URL}, "endpoints"),
        ({"endpoints": [], "webhook": URL}, "endpoints"),
        ({"endpoints": [OURS], "webhook": None}, "webhook"),
        ([], "object"),
        ("text", "object"),
    ],
)
def test_a_body_that_does_not_fit_is_a_400(closed: Bench, body: object, named: str) -> None:
    """A missing field or a wrong type is named, in IntelePeer's form."""
    answer = closed.client.post(WEBHOOK, json=body, headers=TOKEN)
    assert (answer.status_code, answer.json["code"]) == (400, 400)
    assert named in answer.json["error"]


@pytest.mark.parametrize(
    ("path", "token"), [(WEBHOOK, TOKEN), (AUTHENTICATE, {}), (PROVISION, TOKEN)]
)
def test_bodies_that_are_no_json_are_refused_in_its_form(
    closed: Bench, path: str, token: dict[str, str]
) -> None:
    """Malformed and missing JSON is a 400, another content type a 415, never problem details."""
    bad = [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"a=b", "application/x-www-form-urlencoded", 415),
    ]
    for data, content_type, status in bad:
        answer = closed.client.post(path, data=data, content_type=content_type, headers=token)
        assert (answer.status_code, answer.content_type) == (status, "application/json")
        assert set(answer.json) == {"code", "error"}


def test_fields_that_nobody_documents_are_passed_over(closed: Bench) -> None:
    """A further field in a body, or name in a query, changes nothing."""
    body = {"endpoints": [OURS], "webhook": URL, "comment": 1}
    assert closed.client.post(f"{WEBHOOK}?x=1", json=body, headers=TOKEN).status_code == 201


@pytest.mark.parametrize("authorization", ["Bearer sesame", "sesame", "bearer  sesame"])
def test_both_forms_of_authorization_are_taken(closed: Bench, authorization: str) -> None:
    """The two documented examples differ: with and without the word Bearer."""
    headers = {"Authorization": authorization}
    assert set_webhook(closed, OURS, headers=headers).status_code == 201
    assert get_webhook(closed, OURS, headers=headers).status_code == 200


def test_bearer_alone_is_a_switch(bench_of: BenchOf) -> None:
    """With `bearer_only`, the raw token is refused and Bearer is taken."""
    strict = bench_of(intelepeer=IntelePeerSettings(bearer_only=True))
    assert get_webhook(strict, OURS, headers={"Authorization": "sesame"}).status_code == 401
    assert get_webhook(strict, OURS).status_code == 200


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer wrong", "Basic sesame"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", WEBHOOK), ("GET", WEBHOOK), ("POST", PROVISION), ("GET", RECORDS)]
)
def test_without_a_good_token_it_is_a_401(
    closed: Bench, method: str, path: str, authorization: str | None
) -> None:
    """Who has no good token learns nothing else: not even that the body is no JSON."""
    headers = {} if authorization is None else {"Authorization": authorization}
    answer = closed.client.open(path, method=method, data=b"{", headers=headers)
    assert answer.status_code == 401
    assert as_text(answer.json) == '{"code": 401, "error": "Unauthorized"}'


def test_with_no_configuration_any_token_is_good(bench: Bench) -> None:
    """The open inventory takes any token and any well-formed number, but not no token."""
    assert set_webhook(bench, "+447700900123").status_code == 201
    assert set_webhook(bench, "+447700900123", headers={}).status_code == 401


@pytest.mark.parametrize("path", [AUTHENTICATE, OLDER])
def test_a_password_is_traded_for_a_token(closed: Bench, path: str) -> None:
    """Either address gives a token that is good; a wrong password is the documented 401."""
    given = {"username": "ann", "password": "secret"}
    answer = closed.client.post(path, json=given)
    assert (answer.status_code, list(answer.json)) == (200, ["token"])
    headers = {"Authorization": f"Bearer {answer.json['token']}"}
    assert set_webhook(closed, OURS, headers=headers).status_code == 201
    refused = closed.client.post(path, json=given | {"password": "wrong"})
    assert (refused.status_code, refused.json) == (401, {"code": 401, "error": "Unauthorized"})


def test_a_token_lasts_24_hours_of_the_emulators_clock(closed: Bench) -> None:
    """A second before its end a token is good, and at its end it has expired."""
    given = {"username": "ann", "password": "secret"}
    token = closed.client.post(AUTHENTICATE, json=given).json["token"]
    headers = {"Authorization": f"Bearer {token}"}
    closed.emulator.advance(timedelta(hours=24) - timedelta(seconds=1))
    assert get_webhook(closed, OURS, headers=headers).status_code == 200
    closed.emulator.advance(timedelta(seconds=1))
    expired = get_webhook(closed, OURS, headers=headers)
    assert (expired.status_code, expired.json) == (401, {"error": "token has expired"})


def test_a_get_may_carry_a_body(closed: Bench) -> None:
    """The documented example sends `json={}` with its GET; a broken body harms as little."""
    for data in (b"{}", b"{", b"[[["):
        answer = closed.client.get(
            WEBHOOK,
            query_string={"endpoint": OURS},
            data=data,
            content_type="application/json",
            headers=TOKEN,
        )
        assert answer.status_code == 200


def test_a_plus_that_arrives_as_a_space_is_explained(closed: Bench) -> None:
    """`?endpoint=+1216…` is a 400 that says %2B, as in the real world; %2B works."""
    lost = closed.client.get(f"{WEBHOOK}?endpoint={OURS}", headers=TOKEN)
    assert (lost.status_code, "%2B" in lost.json["error"]) == (400, True)
    found = closed.client.get(f"{WEBHOOK}?endpoint=%2B12161112222", headers=TOKEN)
    assert found.json["tnkey"] == OURS


def test_a_get_without_endpoint_is_a_400(closed: Bench) -> None:
    """Without an endpoint there is nothing to tell."""
    assert get_webhook(closed).status_code == 400


def test_commas_are_a_switch(bench_of: BenchOf) -> None:
    """With `get_endpoints = "comma"` one parameter names several."""
    bench = bench_of(intelepeer=IntelePeerSettings(get_endpoints="comma"))
    assert get_webhook(bench, f"{OURS},1-1234").status_code == 207


@pytest.mark.parametrize(
    ("form", "keys"), [("code", {"code", "error"}), ("error", {"error"}), ("detail", {"detail"})]
)
def test_the_form_of_errors_is_a_switch(bench_of: BenchOf, form: Any, keys: set[str]) -> None:
    """Every refusal under /_rest has the form that `error_body` says, whoever refuses."""
    bench = bench_of(intelepeer=IntelePeerSettings(error_body=form))
    refused = [
        bench.client.get("/_rest/nothing"),
        bench.client.delete(WEBHOOK),
        bench.client.post(AUTHENTICATE, data="{", content_type="application/json"),
        set_webhook(bench, "x"),
        set_webhook(bench, OURS, headers={}),
    ]
    assert [answer.status_code for answer in refused] == [404, 405, 400, 400, 401]
    assert all(set(answer.json) == keys for answer in refused)
    assert all(answer.content_type == "application/json" for answer in refused)


def test_unknown_paths_are_refused_in_its_form(closed: Bench) -> None:
    """Under /_rest, 404 and 405 are IntelePeer's, and 405 tells what is allowed."""
    missing = closed.client.get("/_rest/v4/my/did/sms/nothing", headers=TOKEN)
    assert (missing.status_code, set(missing.json)) == (404, {"code", "error"})
    wrong = closed.client.put(WEBHOOK, json={}, headers=TOKEN)
    assert (wrong.status_code, set(wrong.json)) == (405, {"code", "error"})
    assert "POST" in wrong.headers["Allow"]


def test_a_body_over_the_cap_is_refused_in_its_form(bench_of: BenchOf) -> None:
    """413 under /_rest is no problem details either."""
    small = bench_of(serve=ServeSettings(clock="manual", request_cap=100))
    body = json.dumps({"endpoints": [OURS], "webhook": "http://host/" + "a" * 100})
    answer = small.client.post(WEBHOOK, data=body, content_type="application/json", headers=TOKEN)
    assert (answer.status_code, answer.json["code"]) == (413, 413)


def test_provisioning_is_at_once_by_default(closed: Bench) -> None:
    """202 says requested; the number takes SMS from then on."""
    body = {"endpoints": ["+12161112224"]}
    answer = closed.client.post(PROVISION, json=body, headers=TOKEN)
    assert answer.status_code == 202
    assert answer.json == {"code": 202, "provisioning": {"state": "requested"}}
    assert set_webhook(closed, "+12161112224").status_code == 201


def test_provisioning_takes_its_time_on_the_clock(bench_of: BenchOf) -> None:
    """While it is in progress, asking again is a 409 and the webhook a 400; the GET tells."""
    slow = bench_of(intelepeer=IntelePeerSettings(provisioning_delay=timedelta(hours=2)))
    body = {"endpoints": [OURS]}

    def state() -> str:
        return str(get_webhook(slow, OURS).json["provisioning"]["state"])

    assert slow.client.post(PROVISION, json=body, headers=TOKEN).status_code == 202
    assert (state(), set_webhook(slow, OURS).status_code) == ("requested", 400)
    assert slow.client.post(PROVISION, json=body, headers=TOKEN).status_code == 409
    slow.emulator.advance(timedelta(hours=1))
    assert state() == "provisioning"
    slow.emulator.advance(timedelta(hours=1))
    assert (state(), set_webhook(slow, OURS).status_code) == ("provisioned", 201)


@pytest.mark.parametrize(
    "endpoints", [[], [OURS, "+12161112223"], ["1-1234"], ["x"], "x", ["+19999999999"]]
)
def test_what_cannot_be_provisioned_is_a_400(closed: Bench, endpoints: object) -> None:
    """One long code of the caller's, no more, no short code."""
    answer = closed.client.post(PROVISION, json={"endpoints": endpoints}, headers=TOKEN)
    assert (answer.status_code, answer.json["code"]) == (400, 400)


def test_a_webhook_ends_the_delivery_to_cpaas(closed: Bench) -> None:
    """A CPaaS number without webhook fills the inbox; once a webhook is set, it is posted to."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        received.append(json.loads(environ["wsgi.input"].read()))
        start_response("200 OK", [])
        return [b""]

    received: list[dict[str, Any]] = []
    first = closed.send("intelepeer", body="to the platform")
    assert (first["state"], first["via"], first["attempts"]) == ("delivered", "cpaas", [])
    assert set_webhook(closed, "1-1234", webhook=closed.emulator.apps.mount(app)).status_code == 201
    second = closed.send("intelepeer", body="to the webhook")
    assert (second["state"], second["via"]) == ("delivered", "webhook")
    assert [each["message"] for each in received] == ["to the webhook"]
    inbox = closed.get("/intelepeer/cpaas").json["messages"]
    assert [each["body"] for each in inbox] == ["to the platform"]
    assert closed.get(f"/intelepeer/cpaas?after={first['id']}").json == {"messages": []}


def test_records_are_those_of_the_callers_numbers(closed: Bench) -> None:
    """The MDR holds the caller's inbound messages, by their refid, without their text."""
    mine = closed.send("intelepeer", to=OURS)
    closed.send("intelepeer", to="+12161112225")
    closed.send("ip1")
    answer = closed.client.get(RECORDS, headers=TOKEN)
    [record] = answer.json["records"]
    assert record["id"] == mine["payload"]["refid"]
    assert record["message"] is None


def test_the_text_of_records_is_a_switch(bench_of: BenchOf) -> None:
    """With `mdr_text` the record holds the message's text."""
    bench = bench_of(intelepeer=IntelePeerSettings(mdr_text=True))
    bench.post("/messages", message("intelepeer", body="hello"))
    [record] = bench.client.get(RECORDS, headers=TOKEN).json["records"]
    assert record["message"] == "hello"
