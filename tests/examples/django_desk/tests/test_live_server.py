"""The desk as a browser sees it, on a port of pytest-django's live server."""

from __future__ import annotations

from pytest_django.live_server_helper import LiveServer
from pytest_mohook import Mohook

from desk.models import Ticket


def test_an_sms_comes_by_http(mohook: Mohook, live_server: LiveServer) -> None:
    mohook.ip1.connect(live_server.url, "/sms/ip1")
    assert mohook.ip1.send("The printer is on fire").delivered
    assert Ticket.objects.get().text == "The printer is on fire"
