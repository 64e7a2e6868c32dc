"""Nobody checks production by a typo, and who does not listen is told before anything is sent."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from mohook.errors import UnreachableError, WebhookError
from mohook.settings import ServeSettings, Settings
from pytest_mohook.check.errors import ForeignHostError
from pytest_mohook.check.reach import require_reach
from tests._receivers import Answer, Connection, Receiver, certificates, scripted


def allowing(*patterns: str) -> Settings:
    return Settings(serve=ServeSettings(allow_host=patterns))


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> object:
    """Let the name `receiver.test` stand for addresses."""

    def name(*addresses: str) -> None:
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 80)) for each in addresses]
        real = socket.getaddrinfo

        def looked_up(host: str, port: int, *rest: object, **more: object) -> Sequence[object]:
            if host != "receiver.test":
                return real(host, port, *rest, **more)  # type: ignore[arg-type]
            return [(*each[:4], (each[4][0], port)) for each in found]

        monkeypatch.setattr(socket, "getaddrinfo", looked_up)

    return name


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_this_machine_may_always_be_checked(host: str) -> None:
    """Whatever name its loopback has."""
    with scripted() as receiver:
        require_reach(receiver.url.replace("127.0.0.1", host), Settings())


@pytest.mark.parametrize(
    "host",
    ["192.0.2.1", "10.0.0.1", "192.168.1.1", "[2001:db8::1]", "[::ffff:a00:1]", "0.0.0.0"],
)
def test_another_machine_is_refused(host: str) -> None:
    """Private addresses too, where staging stands; the error says how to mean it."""
    with pytest.raises(ForeignHostError, match=r"on another machine .*: a check stores") as refused:
        require_reach(f"http://user:hush@{host}/sms", Settings())
    assert f"--allow-host {host.strip('[]')}" in str(refused.value)
    assert "hush" not in str(refused.value)


def test_every_address_of_a_name_counts(named: object) -> None:
    """One that is not this machine's is enough: it may be the one that is connected to."""
    named("127.0.0.1", "192.0.2.1")  # type: ignore[operator]
    with scripted() as receiver:
        url = receiver.url.replace("127.0.0.1", "receiver.test")
        with pytest.raises(ForeignHostError, match=r"192\.0\.2\.1"):
            require_reach(url, Settings())
        with pytest.raises(ForeignHostError):
            require_reach(url, allowing("10.0.0.0/8", "other.test"))
        for pattern in ("receiver.test", "*.TEST", "192.0.2.0/24"):
            require_reach(url, allowing(pattern))


def test_a_name_that_is_none_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """As is a receiver that nobody has started."""

    def not_found(*_: object, **__: object) -> Sequence[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", not_found)
    with pytest.raises(UnreachableError, match=r"'receiver\.test' is not found"):
        require_reach("http://receiver.test/", Settings())


def test_a_port_where_nobody_listens_is_unreachable() -> None:
    """The error says what to do."""
    with scripted() as gone:
        url = gone.url
    with pytest.raises(UnreachableError, match=r"nobody listens at .*: start the receiver"):
        require_reach(url, Settings())


def test_what_is_no_url_is_refused() -> None:
    """As a webhook would be."""
    with pytest.raises(WebhookError):
        require_reach("localhost:5000", Settings())


@pytest.fixture
def secured() -> Receiver:
    return scripted(tls=certificates.unknown_authority())


def test_a_certificate_of_an_unknown_authority_is_told_at_once(secured: Receiver) -> None:
    """And not by each check."""
    with secured as receiver:
        with pytest.raises(UnreachableError, match="SSL_CERT_FILE, or take any with --insecure"):
            require_reach(receiver.url.replace("http:", "https:"), Settings())
        insecure = Settings(serve=ServeSettings(insecure=True))
        require_reach(receiver.url.replace("http:", "https:"), insecure)


def test_https_where_http_is_spoken_is_told_as_that() -> None:
    """No certificate would help."""

    def speak_plainly(connection: Connection) -> None:
        connection.read()
        connection.send(Answer(400).wire)

    told = pytest.raises(UnreachableError, match="begin its URL with http://")
    with Receiver(speak_plainly) as receiver, told as problem:
        require_reach(receiver.url.replace("http:", "https:"), Settings())
    assert "SSL_CERT_FILE" not in str(problem.value)


def test_who_says_nothing_to_tls_is_told_as_that(monkeypatch: pytest.MonkeyPatch) -> None:
    """It listens: to start it would not help."""
    monkeypatch.setattr("pytest_mohook.check.reach._PATIENCE", 0.05)
    with scripted() as receiver, pytest.raises(UnreachableError, match="begin its URL with http:"):
        require_reach(receiver.url.replace("http:", "https:"), Settings())


def test_a_named_authority_is_trusted(
    secured: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SSL_CERT_FILE holds here as for deliveries."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates.trusted_by(tmp_path)))
    with secured as receiver:
        require_reach(receiver.url.replace("http:", "https:"), Settings())
