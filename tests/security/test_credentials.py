"""Credentials go to the receiver that they are for, and to nobody else."""

from __future__ import annotations

import pytest

from mohook.delivery.transports.transport import Exchange
from tests._receivers import Answer, Receiver, scripted
from tests.security.receivers import posted, witnessed

ADDED = (("X-Api-Key", "hush-hush"), ("Cookie", "session=hush-hush"))


def moved_to(url: str, status: int = 307) -> Receiver:
    return scripted(Answer(status, headers=(("Location", url),)))


def with_credentials(url: str) -> str:
    return url.replace("http://", "http://ann:hush-hush@")


def heads(receiver: Receiver) -> bytes:
    return b"".join(request.head for request in receiver.requests)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_does_not_take_the_password_along(status: int) -> None:
    """Credentials of the URL are for its own origin: another port is another receiver."""
    with scripted() as other, moved_to(other.url, status) as first, witnessed() as transport:
        posted(transport, with_credentials(first.url))
        assert first.requests[0].header("Authorization")
        assert len(other.requests) == 1
        assert other.requests[0].header("Authorization") is None


def test_a_redirect_does_not_take_added_headers_along() -> None:
    """What a gateway before the receiver asks for is for nobody else: the redirect ends there."""
    with scripted() as other, moved_to(other.url) as first:
        with witnessed(headers=ADDED) as transport:
            exchange = posted(transport, first.url)
        assert first.requests[0].header("X-Api-Key") == "hush-hush"
        assert b"hush-hush" not in heads(other)
        assert exchange.outcome == "forbidden"
        assert exchange.status_code == 307
        assert "another origin" in (exchange.error or "")


@pytest.mark.parametrize("location", ["/there", "there", "?a=b"])
def test_a_redirect_within_the_receiver_is_followed_with_all(location: str) -> None:
    """The same origin gets what it got before."""
    answers = (Answer(307, headers=(("Location", location),)), Answer(200))
    with scripted(*answers) as receiver, witnessed(headers=ADDED) as transport:
        assert posted(transport, with_credentials(receiver.url)).outcome == "200"
    again = receiver.requests[1]
    assert again.header("X-Api-Key") == "hush-hush"
    assert again.header("Authorization")


def test_the_next_request_to_another_receiver_has_none() -> None:
    """A handle that has sent a password sends none to whoever comes next."""
    with scripted() as first, scripted() as second, witnessed() as transport:
        posted(transport, with_credentials(first.url))
        exchange: Exchange = posted(transport, second.url)
        assert b"Authorization" not in heads(second)
        assert "Authorization" not in dict(exchange.request_headers)
