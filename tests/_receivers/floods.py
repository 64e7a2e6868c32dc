"""Receivers that never stop sending, and one whose small answer unpacks into a huge one."""

from __future__ import annotations

import functools
import gzip

from tests._receivers.receiver import Behaviour, Connection

__all__ = ["bomb", "endless", "sends_gzip_bomb"]

_BLOCK = 16384
_BOMB_UNPACKED = 16 * 1024 * 1024


def endless(start: bytes, again: bytes) -> Behaviour:
    """Return the behaviour of sending `start` once, and then `again` without end."""
    block = again * max(1, _BLOCK // len(again))

    def flood(connection: Connection) -> None:
        connection.read_request()
        connection.send(start)
        while not connection.stopping:
            connection.send(block)

    return flood


@functools.cache
def bomb() -> bytes:
    """Return 16 MiB of zeros as gzip: some 16 KiB on the wire."""
    return gzip.compress(bytes(_BOMB_UNPACKED), compresslevel=6)


def sends_gzip_bomb(connection: Connection) -> None:
    connection.read_request()
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb())}\r\n\r\n"
    connection.send(head.encode() + bomb())
