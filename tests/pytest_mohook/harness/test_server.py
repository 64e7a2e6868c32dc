"""The emulator's HTTP face: what is configured there is where the test's messages go."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from mohook.errors import UnreachableError
from pytest_mohook.harness.factory import new_handle
from pytest_mohook.harness.handle import Mohook
from pytest_mohook.harness.receiver import MohookReceiver
from pytest_mohook.harness.server import MohookServer

EXAMPLE = Path(__file__).parents[3] / "fixtures" / "intelepeer_example" / "set_webhook.py.txt"
NUMBER = "+12161112222"


@pytest.fixture
def mohook() -> Iterator[Mohook]:
    with new_handle() as mohook:
        yield mohook


@pytest.fixture
def server(mohook: Mohook) -> Iterator[MohookServer]:
    with MohookServer(mohook) as server:
        yield server


def documented_client(url: str, number: str, webhook: str) -> str:
    """Run IntelePeer's own example against `url`, with Python 3's print; return its verdict."""
    source = EXAMPLE.read_text()
    given = {"AUTH_TOKEN": "any", "TELEPHONENUMBER": number, "WEBHOOK_URL": webhook}
    for marker, value in given.items():
        source = re.sub(rf"'INSERT_{marker}[^']*'", repr(value), source)
    source = source.replace("https://api.intelepeer.com", url)
    source = re.sub(r"^print u(.*)$", r"print(\1)", source, flags=re.MULTILINE)
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(source, EXAMPLE.name, "exec"), {})  # noqa: S102 - the document's own code
    return printed.getvalue().partition(":")[0]


def test_a_webhook_set_by_the_documented_client_is_where_messages_go(
    mohook: Mohook, server: MohookServer
) -> None:
    """Code under test sets its webhook at IntelePeer; what the test sends arrives there."""
    with MohookReceiver() as receiver:
        assert documented_client(server.url, NUMBER, f"{receiver.url}/sms") == "OK"
        message = mohook.intelepeer.send("Hello World!", to=NUMBER)
        elsewhere = mohook.intelepeer.send("Hello?", to="+12161113333")
    assert (message.delivered, elsewhere.held) == (True, True)
    [request] = receiver.requests
    assert (request.path, request.json["message"]) == ("/sms", "Hello World!")


def test_an_app_that_sets_its_webhook_while_it_handles_a_message_is_answered(
    mohook: Mohook, server: MohookServer
) -> None:
    """The emulator answers by HTTP while the test's thread is busy with an attempt."""
    receiver = MohookReceiver()

    def moves_away(_: object) -> int:
        documented_client(server.url, NUMBER, "http://127.0.0.1:1/")
        return 500

    receiver.answer(moves_away)
    mohook.intelepeer.connect(receiver)
    message = mohook.intelepeer.send(to=NUMBER)
    mohook.run_next()
    assert message.outcomes == ["500", "refused"]


def test_the_control_api_tells_what_the_handle_did(mohook: Mohook, server: MohookServer) -> None:
    """One emulator, two faces: messages, faults and the clock are the same."""
    message = mohook.ip1.send("Hi")
    assert server.client.message(message.id)["state"] == "held"
    server.client.add_faults("500")
    mohook.ip1.connect(MohookReceiver())
    mohook.run_next()
    assert message.outcomes == ["500"]
    assert server.client.advance(until="next")["attempts_made"] == 1
    assert message.outcomes == ["500", "200"]


def test_it_has_a_port_of_its_own_and_closes_it(mohook: Mohook) -> None:
    """`port` is what `url` names; after the block nobody answers there."""
    with MohookServer(mohook) as server, MohookServer(mohook) as other:
        assert server.port != other.port
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert requests.get(f"{server.url}/mohook/v1/health", timeout=10).ok
        assert repr(server) == f"<MohookServer at {server.url}>"
    with pytest.raises(UnreachableError):
        server.client.health()
