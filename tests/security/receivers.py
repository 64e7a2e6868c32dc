"""Names that lead where a test says, and a witness of every socket that delivery opens.

Nothing leaves this machine: a test fails when a socket for another address is handed out.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pycurl
import pytest

from mohook.delivery.transports.addresses import AddressRule
from mohook.delivery.transports.curl import CurlTransport
from mohook.delivery.transports.easy import Easy
from mohook.delivery.transports.transport import Exchange, Headers, Request

__all__ = ["BODY", "Witnessed", "posted", "witnessed"]

BODY = b'{"id":"5c61","body":"Hi my name is earl"}'
_LIMIT = timedelta(seconds=3)


class Witnessed(CurlTransport[str]):
    """A transport whose names are ours, and that notes for which addresses it opens a socket.

    `asked` holds each address that libcurl wanted to connect to, `opened` those it may.
    """

    def __init__(
        self,
        names: Mapping[str, Sequence[str]],
        *patterns: str,
        follow: bool = True,
        headers: Headers = (),
    ) -> None:
        super().__init__(
            time_limit=_LIMIT,
            allow=AddressRule(patterns),
            follow_redirects=follow,
            headers=headers,
        )
        self.asked: list[str] = []
        self.opened: list[str] = []
        self._names = dict(names)

    def lead(self, name: str, port: int, *addresses: str) -> None:
        """Let a name lead elsewhere from now on."""
        self._names[f"{name}:{port}"] = addresses
        for easy in self._idle:
            easy.curl.setopt(pycurl.RESOLVE, [f"-{name}:{port}", *self._resolved()])

    def _resolved(self) -> list[str]:
        return [f"{name}:{','.join(found)}" for name, found in self._names.items()]

    def _new_easy(self) -> Easy:
        easy = super()._new_easy()
        easy.curl.setopt(pycurl.RESOLVE, self._resolved())
        easy.curl.setopt(pycurl.OPENSOCKETFUNCTION, self._watched(easy))
        return easy

    def _watched(self, easy: Easy) -> Any:
        def open_socket(purpose: int, address: Any) -> int:
            self.asked.append(address.addr[0])
            fd = easy._open_socket(purpose, address)
            if fd != pycurl.SOCKET_BAD:
                self.opened.append(address.addr[0])
                if not _is_here(address.addr[0]):
                    # Before libcurl connects it: a finding is no reason to call a stranger.
                    pytest.exit(f"a socket was opened to {address.addr[0]}", 3)
            return fd

        return open_socket


def _is_here(address: str) -> bool:
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


@contextmanager
def witnessed(
    names: Mapping[str, Sequence[str]] | None = None, *patterns: str, **more: Any
) -> Iterator[Witnessed]:
    """Give such a transport; `names` is by `name:port`."""
    transport = Witnessed(names or {}, *patterns, **more)
    try:
        yield transport
    finally:
        transport.close()


def posted(transport: CurlTransport[str], url: str) -> Exchange:
    """Post once, and return what came of it."""
    transport.start(Request(url, BODY), "it")
    [(_, exchange)] = transport.wait(30)
    return exchange
