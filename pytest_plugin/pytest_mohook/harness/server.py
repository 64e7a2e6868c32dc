"""The emulator's HTTP face for a test: IntelePeer's API and the control API on a real port."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from mohook.client import Client
from mohook.errors import InputError
from pytest_mohook.harness.handle import Mohook

if TYPE_CHECKING:
    from mohook.emulator import Emulator
    from mohook.server.http import HttpServer

__all__ = ["MohookServer"]


class MohookServer:
    """The fixture `mohook_server`: the handle's emulator, for code that calls it by HTTP.

    Point IntelePeer's base URL at `url`: what is set there is set for `mohook.intelepeer`, and
    what is sent by the handle is told here. With `--mohook-url` it is the running emulator.

    >>> from pytest_mohook.harness.factory import new_handle
    >>> with new_handle() as mohook, MohookServer(mohook) as server:
    ...     server.client.health()["status"]
    'ready'
    """

    def __init__(self, handle: Mohook) -> None:
        if not isinstance(handle, Mohook):
            msg = f"{handle!r} is no handle: expected what the fixture mohook gives, or an episode"
            raise InputError(msg)
        self._server: HttpServer | None = None
        self.url: str = handle._bench.url or self._served(handle.emulator)

    def _served(self, emulator: Emulator) -> str:
        from mohook.server.app import create_app
        from mohook.server.http import HttpServer

        self._server = HttpServer(create_app(emulator), port=0)
        self._server.start()
        return self._server.url

    @property
    def port(self) -> int:
        """The port that `url` names."""
        parts = urlsplit(self.url)
        return parts.port or {"https": 443}.get(parts.scheme, 80)

    @cached_property
    def client(self) -> Client:
        """The control API from Python. It connects when it is first used."""
        return Client(self.url)

    def close(self) -> None:
        """Stop serving; a running emulator goes on. The fixture does this."""
        if "client" in vars(self):
            self.client.close()
        if self._server:
            self._server.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<MohookServer at {self.url}>"
