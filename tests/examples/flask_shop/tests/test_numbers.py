"""IntelePeer is told by its API where to post."""

from __future__ import annotations

import pytest
import requests
from pytest_mohook import Mohook, MohookReceiver, MohookServer

from shop import numbers

NUMBER = "+12161112222"


def test_a_number_posts_where_it_was_pointed(
    mohook: Mohook, mohook_server: MohookServer, mohook_receiver: MohookReceiver
) -> None:
    """The call is IntelePeer's own, at another base URL."""
    webhook = f"{mohook_receiver.url}/sms/intelepeer"
    numbers.point(NUMBER, webhook, token="any", api=mohook_server.url)
    sms = mohook.intelepeer.send("3 apples", recipient=NUMBER)
    assert sms.delivered
    assert mohook_receiver.payloads == [sms.payload]


def test_what_intelepeer_refuses_is_raised(mohook_server: MohookServer) -> None:
    with pytest.raises(requests.HTTPError, match="400"):
        numbers.point("call me", "https://shop.example/sms", token="any", api=mohook_server.url)
