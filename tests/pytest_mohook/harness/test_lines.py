"""Connecting receivers, several accounts, several numbers, batches, signatures."""

from __future__ import annotations

import hashlib
import hmac
from types import SimpleNamespace
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer as DjangoServer
from pytest_flask.live_server import LiveServer as FlaskServer  # type: ignore[import-untyped]

from mohook.errors import AddressError, ConflictError, InputError, NotFoundError, WebhookError
from pytest_mohook import Mohook, MohookReceiver, State
from tests._receivers import Answer, scripted
from tests.emulators import App

PROVIDERS = ["ip1", "intelepeer"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_an_app_gets_what_is_sent(mohook: Mohook, provider: str) -> None:
    """A WSGI app is posted to at its path, and the message knows that it was delivered."""
    paths = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        paths.append(environ["PATH_INFO"])
        start_response("200 OK", [])
        return []

    mohook.line(provider).connect(app, "/sms/in")
    message = mohook.send(provider, "Hi")
    assert message.delivered
    assert message.body == "Hi"
    assert paths == ["/sms/in"]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_url_is_posted_to_over_a_socket(mohook: Mohook, provider: str) -> None:
    """A URL takes real HTTP, with the path given or the one it has."""
    with scripted(Answer(500), Answer(200)) as receiver:
        mohook.line(provider).connect(receiver.url)
        message = mohook.send(provider, "Hi")
        mohook.run_until_idle()
    assert message.outcomes == ["500", "200"]
    assert [arrived.path for arrived in receiver.requests] == ["/inbound"] * 2


def test_a_live_servers_url_and_a_path_are_joined(mohook: Mohook) -> None:
    """`live_server.url` has no path: the path says where the receiver stands."""
    assert mohook.ip1.connect("http://127.0.0.1:5000", "/sms") == "http://127.0.0.1:5000/sms"
    assert mohook.ip1.connect("http://127.0.0.1:5000/a/", "/b") == "http://127.0.0.1:5000/a/b"
    assert mohook.ip1.webhook() == "http://127.0.0.1:5000/a/b"


@pytest.mark.parametrize("app", [5, None, object(), {}])
def test_what_is_no_app_is_refused(mohook: Mohook, app: Any) -> None:
    """What cannot be called is told as it is."""
    with pytest.raises(WebhookError, match="app"):
        mohook.ip1.connect(app)
    assert mohook.ip1.webhook() is None


def test_pytest_djangos_live_server_stands_for_its_url(mohook: Mohook) -> None:
    """Its `url` is a property."""
    server = DjangoServer.__new__(DjangoServer)  # not served: Django would want its settings
    server.thread = SimpleNamespace(host="localhost", port=5000)
    assert mohook.ip1.connect(server, "/sms") == "http://localhost:5000/sms"


def test_pytest_flasks_live_server_stands_for_its_url(mohook: Mohook) -> None:
    """Its `url` is a method."""
    server = FlaskServer(None, "localhost", 5000, wait=1)
    assert mohook.ip1.connect(server, "/sms") == "http://localhost:5000/sms"
    assert mohook.ip1.webhook() == "http://localhost:5000/sms"


def test_what_is_called_is_an_app_though_it_has_a_url(mohook: Mohook) -> None:
    """A `MohookReceiver` is one: no socket is opened for it."""
    with MohookReceiver() as receiver:
        assert mohook.ip1.connect(receiver) == "http://testserver:1/"


def test_a_server_whose_url_is_no_text_is_no_server(mohook: Mohook) -> None:
    """What cannot be called and tells no URL is told as any other thing."""
    server: Any = SimpleNamespace(url=5)
    with pytest.raises(WebhookError, match=r"namespace\(url=5\) is not callable: pass the app"):
        mohook.ip1.connect(server)


@pytest.mark.parametrize("url", ["localhost:5000", "ftp://127.0.0.1/", ""])
def test_what_is_no_url_is_refused(mohook: Mohook, url: str) -> None:
    """A URL that cannot be posted to is told, with one that could be."""
    with pytest.raises(WebhookError, match="expected a URL such as"):
        mohook.ip1.connect(url)


@pytest.mark.parametrize("path", ["sms", "", None, 5])
def test_what_is_no_path_is_refused(mohook: Mohook, path: Any) -> None:
    """A path begins with a slash."""
    with pytest.raises(WebhookError, match=r"path .*: expected where the receiver stands"):
        mohook.intelepeer.connect(App(), path)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_without_a_receiver_messages_are_held(mohook: Mohook, provider: str) -> None:
    """What is sent before anything is connected waits, and goes out as soon as there is one."""
    message = mohook.send(provider, "Hi")
    assert message.held
    mohook.line(provider).connect(App())
    mohook.advance()
    assert message.delivered


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_receiver_can_be_disconnected(mohook: Mohook, provider: str) -> None:
    """After `disconnect` messages are held again."""
    line = mohook.line(provider)
    line.connect(App())
    line.disconnect()
    assert line.webhook() is None
    assert line.send("Hi").state is State.HELD


def test_nothing_said_is_the_documented_example(mohook: Mohook) -> None:
    """`send()` alone sends what the documents show."""
    assert mohook.ip1.send().body == "Hi my name is earl"
    message = mohook.intelepeer.send()
    assert (message.sender, message.recipient) == ("+7708675309", "+13038675309")


def test_several_accounts_have_numbers_and_receivers_of_their_own(mohook: Mohook) -> None:
    """Each ip1 account posts to its own callback URL, for its own numbers."""
    everyone, other = App(), App()
    mohook.ip1.connect(everyone)
    account = mohook.ip1.account("ip1-20002", ["46700000002", "46700000003"])
    assert account.send("before").delivered
    account.connect(other)
    assert account.send("after").recipient == "46700000002"
    mohook.ip1.send("by number", recipient="46700000003")
    mohook.ip1.send("all others")
    assert [payload["body"] for payload in everyone.payloads] == ["before", "all others"]
    assert [payload["body"] for payload in other.payloads] == ["after", "by number"]
    assert {payload["owner"] for payload in other.payloads} == {"ip1-20002"}


def test_an_account_that_is_connected_keeps_its_receiver(mohook: Mohook) -> None:
    """Connecting ip1 as a whole leaves out the account that has a receiver of its own."""
    own, everyone = App(), App()
    account = mohook.ip1.account("ip1-20002", ["46700000002"])
    account.connect(own)
    mohook.ip1.connect(everyone)
    account.send("mine")
    assert (len(own.bodies), len(everyone.bodies)) == (1, 0)
    assert mohook.ip1.account("ip1-20002") is account


def test_accounts_are_checked(mohook: Mohook) -> None:
    """A bad owner, a bad number, another's number and an unknown account are each told."""
    with pytest.raises(InputError, match="is no account owner"):
        mohook.ip1.account("ip1 2", ["46700000002"])
    with pytest.raises(AddressError, match="is not an MSISDN"):
        mohook.ip1.account("ip1-2", ["+46700000002"])
    with pytest.raises(NotFoundError, match="no ip1 account 'ip1-2': numbers="):
        mohook.ip1.account("ip1-2")
    mohook.ip1.account("ip1-2", ["46700000002"])
    with pytest.raises(ConflictError, match="claimed by two accounts"):
        mohook.ip1.account("ip1-3", ["46700000002"])


def test_several_numbers_have_receivers_of_their_own(mohook: Mohook) -> None:
    """Each IntelePeer number posts to its own webhook; the others follow the default."""
    everyone, other = App(), App()
    number = mohook.intelepeer.number("1-1234")
    mohook.intelepeer.connect(everyone)
    assert number.send("before").delivered
    number.connect(other)
    number.send("after")
    mohook.intelepeer.send("all others")
    assert [payload["message"] for payload in everyone.payloads] == ["before", "all others"]
    assert [payload["to"] for payload in other.payloads] == ["1-1234"]


def test_numbers_have_switches(mohook: Mohook) -> None:
    """A CPaaS number without a webhook goes to the inbox; one without SMS cannot receive."""
    assert mohook.intelepeer.number("+12161112222", cpaas_enabled=True).send("Hi").delivered
    with pytest.raises(ConflictError, match="cannot receive"):
        mohook.intelepeer.number("+12161112223", sms_enabled=False).send("Hi")
    with pytest.raises(ConflictError, match="cannot receive"):
        mohook.intelepeer.number("+12161112224", provisioning="requested").send("Hi")


def test_numbers_are_checked(mohook: Mohook) -> None:
    """A number in no documented form and an unknown state are told."""
    with pytest.raises(AddressError, match="'12161112222'"):
        mohook.intelepeer.number("12161112222")
    with pytest.raises(InputError, match="provisioning 'ready': expected one of requested"):
        mohook.intelepeer.number("+12161112222", provisioning="ready")


def test_a_batch_at_ip1_shares_its_id(mohook: Mohook) -> None:
    """Texts and fields, in order, under one batchId and ids of their own."""
    app = App()
    mohook.ip1.connect(app)
    messages = mohook.ip1.send_batch(["a", {"body": "b", "priority": 2}, {}])
    assert [message.body for message in messages] == ["a", "b", "Hi my name is earl"]
    assert len({payload["batchId"] for payload in app.payloads}) == 1
    assert len({payload["id"] for payload in app.payloads}) == 3
    assert app.payloads[1]["priority"] == 2


def test_a_batch_at_intelepeer_is_several_messages(mohook: Mohook) -> None:
    """IntelePeer knows no batch: they are sent at one instant."""
    first, second = mohook.intelepeer.send_batch(["a", "a"])
    assert first.created_at == second.created_at
    assert first.payload["refid"] != second.payload["refid"]


@pytest.mark.parametrize("messages", ["Hi", {"body": "Hi"}, [], 5, None])
def test_what_is_no_batch_is_refused(mohook: Mohook, messages: Any) -> None:
    """A batch is a list of one or more."""
    with pytest.raises(InputError, match=r"a batch of .*: expected"):
        mohook.ip1.send_batch(messages)


def test_a_batch_is_sent_whole_or_not_at_all(mohook: Mohook) -> None:
    """One bad message in a batch leaves nothing behind."""
    with pytest.raises(AddressError):
        mohook.ip1.send_batch(["a", {"sender": "nobody"}])
    assert mohook.messages == []


def test_messages_are_signed_with_the_secret(mohook: Mohook) -> None:
    """By default the code itself; `sign_with` sets another, or an HMAC, or none."""
    assert mohook.intelepeer.secret == "SECRET CODE"
    assert mohook.intelepeer.send().payload["signature"] == "SECRET CODE"
    mohook.intelepeer.sign_with("geheim", mode="hmac", hash="sha1", encoding="HEX")
    payload = mohook.intelepeer.send("Hi").payload
    signed = hmac.digest(b"geheim", (payload["refid"] + "Hi").encode(), hashlib.sha1)
    assert mohook.intelepeer.secret == "geheim"
    assert payload["signature"] == signed.hex().upper()
    mohook.intelepeer.sign_with(mode="absent")
    assert "signature" not in mohook.intelepeer.send().payload


def test_a_mode_of_signing_that_is_none_is_refused(mohook: Mohook) -> None:
    """The error lists the modes."""
    wrong: Any = "rot13"
    with pytest.raises(InputError, match=r"mode = 'rot13': expected .*literal"):
        mohook.intelepeer.sign_with("x", mode=wrong)


@pytest.mark.mohook(intelepeer={"long_messages": "parts"})
def test_of_a_message_in_parts_the_first_is_returned(mohook: Mohook) -> None:
    """By switch a long text is several messages; all of them are in `messages`."""
    message = mohook.intelepeer.send("a" * 161)
    assert message.body == "a" * 153
    assert [each.body for each in mohook.messages] == ["a" * 153, "a" * 8]


@pytest.mark.mohook(ip1={"accounts": {"ip1-1": {"numbers": ["46700000001"]}, "ip1-2": {}}})
def test_a_closed_inventory_is_kept_to(mohook: Mohook) -> None:
    """Accounts that the marker names are connected, and other numbers do not exist."""
    mohook.ip1.connect(App())
    assert mohook.ip1.send().recipient == "46700000001"
    with pytest.raises(NotFoundError, match="belongs to no ip1 account"):
        mohook.ip1.send(recipient="46700000009")
