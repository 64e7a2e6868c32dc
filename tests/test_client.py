"""The client speaks every call of the control API, and raises what a refusal stands for."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mohook import errors
from mohook.calls import error_for
from mohook.client import Client
from mohook.delivery.clock import MANUAL_START, ManualClock
from mohook.emulator import Emulator
from mohook.errors import (
    ConflictError,
    FaultError,
    InputError,
    MohookError,
    NotFoundError,
    NotSettledError,
    UnauthorizedError,
    UnreachableError,
)
from mohook.server.app import create_app
from mohook.server.http import HttpServer
from mohook.server.problems import problem_of
from mohook.settings import CustomerSettings, IntelePeerSettings, Settings
from mohook.submission import Submission
from tests._receivers import Answer, Connection, Receiver, scripted

NUMBER = "+12161112222"
SMS = Submission("intelepeer", "+7708675309", NUMBER, "Hello World!")
IP1 = Submission("ip1", "46712345678", "456189040623", "Hi my name is earl")


@pytest.fixture
def client() -> Iterator[Client]:
    emulator = Emulator(clock=ManualClock())
    with HttpServer(create_app(emulator), port=0) as server, Client(server.url) as client:
        yield client
    emulator.stop()


def refuse_all(client: Client) -> None:
    """Let no message arrive: every connection is refused."""
    client.put_account("ip1-10001", callback_url="http://127.0.0.1:1/")
    client.put_number(NUMBER, webhook="http://127.0.0.1:1/")


def test_health_names_version_and_clock(client: Client) -> None:
    """The emulator says that it is ready."""
    health = client.health()
    assert (health["status"], health["clock"]) == ("ready", "manual")


def test_what_is_sent_comes_back_as_it_stands(client: Client) -> None:
    """`send` returns the messages after their first attempts, each a message of the contract."""
    with scripted(Answer(500), Answer(200)) as receiver:
        client.put_number(NUMBER, webhook=receiver.url)
        first, second = client.send(SMS._replace(count=2))
    assert {first["state"], second["state"]} == {"pending", "delivered"}
    assert first["body"] == "Hello World!"


def test_fields_and_batch_reach_the_payload(client: Client) -> None:
    """What a submission says beyond the four words goes with it."""
    one, two = client.send(IP1._replace(count=2, batch=True, fields={"priority": 2}))
    assert one["payload"]["batchId"] == two["payload"]["batchId"]
    assert one["payload"]["priority"] == 2


def test_many_go_in_bulk(client: Client) -> None:
    """`send_many` takes any iterable, and counts what was accepted over all lots."""
    assert client.send_many(IP1 for _ in range(1_500)) == 1_500
    assert client.sms_report()["received"] == 1_500
    assert client.send_many([]) == 0


def test_a_batch_is_one_request_to_the_provider(client: Client) -> None:
    """Different texts share a batchId; a bad one refuses them all."""
    assert client.send_batch([IP1, IP1._replace(body="two")]) == 2
    one, two = client.messages()
    assert one["payload"]["batchId"] == two["payload"]["batchId"]
    with pytest.raises(MohookError, match="line 2"):
        client.send_batch([IP1, IP1._replace(recipient="+46")])
    assert len(client.messages()) == 2


def test_a_bad_line_is_named(client: Client) -> None:
    """One refused line refuses its lot, and the error says which line."""
    with pytest.raises(MohookError, match=r"line 2: .*'\+46'"):
        client.send_many([IP1, IP1._replace(recipient="+46")])
    assert client.messages() == []


def test_messages_are_listed_and_found(client: Client) -> None:
    """Filters, one message, and several by id over all pages."""
    client.send(SMS)
    client.send(IP1._replace(count=3))
    assert [each["id"] for each in client.messages(provider="ip1", limit=2)] == ["m2", "m3"]
    assert [each["id"] for each in client.messages(state="held", after="m3")] == ["m4"]
    assert [each["id"] for each in client.messages(recipient=NUMBER)] == ["m1"]
    assert client.message("m4") == client.messages(after="m3")[0]
    found = client.messages_by_id(["m4", "m1", "m9"])
    assert [each["id"] for each in found] == ["m1", "m4"]
    assert client.messages_by_id([]) == []


def test_every_page_is_read(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages by id come from as many pages as there are."""
    monkeypatch.setattr("mohook.client._LINES", 2)
    ids = [each["id"] for each in client.send(IP1._replace(count=5))]
    assert [each["id"] for each in client.messages_by_id(ids)] == ids


def test_the_clock_is_moved(client: Client) -> None:
    """By a span, to an instant, until next and until idle."""
    refuse_all(client)
    client.send(SMS)
    assert client.clock()["next_due"] == "2026-01-01T12:01:00.000Z"
    assert client.advance(span=timedelta(seconds=30))["attempts_made"] == 0
    assert client.advance(to=MANUAL_START + timedelta(minutes=1))["attempts_made"] == 1
    assert client.advance(until="next")["now"] == "2026-01-01T12:02:00.000Z"
    assert client.advance(until="idle")["idle"] is True


def test_the_clock_is_changed(client: Client) -> None:
    """It answers as `clock` does; what is no clock is refused in the emulator's words."""
    shown = client.change_clock("x0.5")
    assert (shown["mode"], shown["idle"]) == ("x0.5", True)
    assert client.clock()["mode"] == "x0.5"
    with pytest.raises(ConflictError, match="mohook clock manual"):
        client.advance(until="next")
    with pytest.raises(InputError, match="mode: 'slow': expected real, manual or xN"):
        client.change_clock("slow")
    assert client.change_clock("manual")["mode"] == "manual"


def test_a_clock_needs_one_move(client: Client) -> None:
    """None, or two at once, is refused before anything is asked."""
    with pytest.raises(InputError, match="exactly one"):
        client.advance()
    with pytest.raises(InputError, match="exactly one"):
        client.advance(span=timedelta(1), until="idle")


def test_what_does_not_settle_raises(client: Client) -> None:
    """A bound on attempts that was reached is its own error, with the timeline in it."""
    refuse_all(client)
    client.send(IP1)
    with pytest.raises(NotSettledError, match="connection"):
        client.advance(until="idle", max_attempts=3)


def test_messages_are_sent_again(client: Client) -> None:
    """One, all that failed, or those that failed since."""
    refuse_all(client)
    client.send(SMS)
    client.advance(until="idle")
    after_all = datetime.fromisoformat(client.clock()["now"]) + timedelta(seconds=1)
    assert client.resend_failed(after_all) == []
    assert [each["id"] for each in client.resend_failed(MANUAL_START)] == ["m1"]
    client.advance(until="idle")
    assert [each["id"] for each in client.resend_failed()] == ["m1"]
    client.advance(until="idle")
    assert client.resend("m1")["state"] == "pending"


def test_events_are_told_in_order(client: Client) -> None:
    """From a number on, with the last number known."""
    assert client.last_event() == 0
    client.send(IP1._replace(count=3))
    assert [each["number"] for each in client.events()] == [1, 2, 3]
    assert [each["message_id"] for each in client.events(after=1, limit=1)] == ["m2"]
    assert client.last_event() == 3


def test_accounts_customers_and_numbers(client: Client) -> None:
    """What is put is what is found; what is deleted is as the open inventory has it."""
    client.put_account("ip1-7", callback_url="http://127.0.0.1:5000/", numbers=["4670000001"])
    assert client.account("ip1-7")["numbers"] == ["4670000001"]
    assert [each["owner"] for each in client.accounts()] == ["ip1-10001", "ip1-7"]
    client.put_customer("us", token="ours", secret="hush")
    assert client.customer("us")["secret"] == "***"
    assert client.customer("us", reveal=True)["secret"] == "hush"
    assert [each["name"] for each in client.customers()] == ["default", "us"]
    client.put_number("1-1234", cpaas_enabled=True)
    assert client.number("1-1234")["cpaas_enabled"] is True
    client.delete_number("1-1234")
    assert client.number("1-1234")["cpaas_enabled"] is False


def test_credentials_in_urls_are_shown_on_demand(client: Client) -> None:
    """Each call that shows a URL masks its credentials, and reveals them when it is told to."""
    url = "http://us:hush@127.0.0.1:5000/"
    client.put_account("ip1-7", callback_url=url)
    client.put_default_webhook(url)
    for reveal, expected in ((False, "http://***@127.0.0.1:5000/"), (True, url)):
        assert client.account("ip1-7", reveal=reveal)["callback_url"] == expected
        assert client.accounts(reveal=reveal)[-1]["callback_url"] == expected
        assert client.default_webhook(reveal=reveal) == expected
        assert client.number(NUMBER, reveal=reveal)["webhook"] == expected
    client.put_default_webhook(None)
    assert client.default_webhook() is None


def test_the_documented_api_sets_webhooks(client: Client) -> None:
    """One number answers 201 and 200, several 207."""
    made = client.set_webhook([NUMBER], "http://127.0.0.1:5000/", token="any")
    assert made["code"] == 201
    assert client.webhook([NUMBER], token="any")["webhook"] == "http://127.0.0.1:5000/"
    assert client.webhook([NUMBER, "1-1234"], token="any")["code"] == 207
    assert client.authenticate("somebody", "secret")


def test_tokens_are_refused_as_errors() -> None:
    """Where customers are named, a wrong token and a wrong password are `UnauthorizedError`."""
    customers = {"us": CustomerSettings(token="ours", username="us", password="right")}
    emulator = Emulator(Settings(intelepeer=IntelePeerSettings(customers=customers)))
    with HttpServer(create_app(emulator), port=0) as server, Client(server.url) as client:
        assert client.webhook([NUMBER], token="ours")["code"] == 200
        with pytest.raises(UnauthorizedError):
            client.webhook([NUMBER], token="theirs")
        with pytest.raises(UnauthorizedError):
            client.authenticate("us", "wrong")
        assert client.authenticate("us", "right")
    emulator.stop()


def test_faults_are_scripted(client: Client) -> None:
    """Added, listed, used and dropped."""
    client.add_faults("500", "ok", match={"to": NUMBER}, times=2)
    client.add_faults("timeout")
    assert [each["steps"] for each in client.faults()] == [["500", "ok"], ["timeout"]]
    client.drop_fault("f1")
    assert [each["steps"] for each in client.faults()] == [["timeout"]]
    with pytest.raises(NotFoundError, match="no fault script 'f1'"):
        client.drop_fault("f1")
    client.clear_faults()
    assert client.faults() == []


def test_state_is_taken_put_back_and_forgotten(client: Client) -> None:
    """A snapshot brings everything back after a reset."""
    client.send(IP1)
    snapshot = client.snapshot()
    client.reset()
    assert client.messages() == []
    client.restore(snapshot)
    assert [each["id"] for each in client.messages()] == ["m1"]


def test_reports_ledger_and_document(client: Client) -> None:
    """The figures, the detail records, the ledger and the OpenAPI document."""
    client.send(SMS)
    assert client.sms_report()["held"] == 1
    assert [each["to"] for each in client.detail_records()] == [NUMBER]
    assert "time-limit" in {each["id"] for each in client.assumptions()}
    assert client.openapi()["openapi"].startswith("3.1")


def test_refusals_are_errors_in_the_emulators_words(client: Client) -> None:
    """What is not there, what is not taken and what cannot be now, each by its class."""
    with pytest.raises(NotFoundError, match="no message 'm99'"):
        client.message("m99")
    with pytest.raises(InputError, match=r"'\+46' is not an MSISDN"):
        client.send(IP1._replace(recipient="+46"))
    with pytest.raises(ConflictError, match="which has no webhook"):
        client.resend(client.send(IP1)[0]["id"])
    with pytest.raises(InputError):
        client.add_faults("explode")


@pytest.mark.parametrize("kind", [getattr(errors, name) for name in errors.__all__])
def test_every_problem_type_is_its_error(kind: type[MohookError]) -> None:
    """The client reads each type that the server writes."""
    read = error_for(422, problem_of(kind("why")).body())
    assert (type(read), str(read)) == (kind, "why")


@pytest.mark.parametrize(
    ("status", "answer", "kind", "words"),
    [
        (400, {"code": 400, "error": "bad URL"}, InputError, "bad URL"),
        (401, {"detail": "unauthorized"}, UnauthorizedError, "unauthorized"),
        (404, {"error": {"nested": 1}}, NotFoundError, "the emulator answered 404"),
        (409, {}, ConflictError, "the emulator answered 409"),
        (503, {"type": "urn:mohook:problem:busy", "title": "Busy"}, MohookError, "Busy"),
        (422, {"type": "urn:mohook:problem:fault", "detail": "no"}, FaultError, "no"),
    ],
)
def test_answers_without_a_known_type_go_by_their_status(
    status: int, answer: dict[str, object], kind: type[MohookError], words: str
) -> None:
    """IntelePeer's bodies have no type: the status tells, and what words there are."""
    error = error_for(status, answer)
    assert (type(error), str(error)) == (kind, words)


@pytest.mark.parametrize("url", ["127.0.0.1:7670", "ftp://127.0.0.1", "http://", ""])
def test_what_is_no_url_is_refused(url: str) -> None:
    """An emulator's URL is http or https, and has a host."""
    with pytest.raises(InputError, match="is no emulator's URL"):
        Client(url)


def test_no_emulator_is_unreachable() -> None:
    """Where nothing listens, the error names the URL and how to start one."""
    with pytest.raises(UnreachableError, match=r"http://127\.0\.0\.1:1: start one .*mohook serve"):
        Client("http://127.0.0.1:1").health()


def test_another_server_is_told_from_an_emulator() -> None:
    """An answer that is no JSON object comes from something else."""
    with (
        scripted(Answer(200, b"<html>")) as other,
        pytest.raises(UnreachableError, match="is no emulator"),
    ):
        Client(other.url).health()


def test_an_emulator_that_hangs_is_unreachable() -> None:
    """The time limit of the client ends the wait."""
    with (
        Receiver(Connection.hold) as silent,
        pytest.raises(UnreachableError, match="did not answer within"),
    ):
        Client(silent.url, timeout=timedelta(seconds=0.05)).health()


def test_a_proxy_of_the_environment_is_left_alone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emulator is on the bench: HTTP_PROXY does not stand between."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert client.health()["status"] == "ready"


@pytest.mark.slow
def test_importing_the_client_is_cheap(tmp_path: Path) -> None:
    """Requests is imported by the first call, not by the import."""
    code = "import sys, mohook.client; sys.exit('requests' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0
