"""Load on an emulator: messages as fast as it takes them, and what it answered to each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from threading import Event, Thread
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

__all__ = ["Load"]

_LINES = 25
_AFTER_NO = 0.01  # seconds after an answer that was no 201


class Load:
    """Sends messages as fast as they are taken, and remembers what was answered 201.

    Or with a pause of so many seconds after each request, so that deliveries keep up.
    """

    def __init__(self, pause: float = 0.0) -> None:
        self._pause = pause
        self.accepted: set[str] = set()
        self.unanswered: set[str] = set()
        """Those of a request without an answer, or that was refused."""
        self.refusals: list[tuple[int, str]] = []
        """What was said where it was not 201: the status and the body."""
        self._numbers = count(1)

    @contextmanager
    def on(self, url: str) -> Iterator[None]:
        """Have two send to an emulator, until the end of the block."""
        ended = Event()
        threads = [Thread(target=self._send, args=(url, ended)) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            ended.set()
            for thread in threads:
                thread.join()

    def _send(self, url: str, ended: Event) -> None:
        while not ended.is_set():
            ids = [f"{next(self._numbers):024x}" for _ in range(_LINES)]
            if self._is_accepted(url, ids):
                self.accepted.update(ids)
                ended.wait(self._pause)
            else:
                self.unanswered.update(ids)
                ended.wait(_AFTER_NO)

    def _is_accepted(self, url: str, ids: list[str]) -> bool:
        lines = "\n".join(json.dumps(_message(each)) for each in ids).encode()
        headers = {"Content-Type": "application/x-ndjson"}
        try:
            with urlopen(Request(f"{url}/mohook/v1/messages", lines, headers), timeout=30) as told:
                assert told.status == 201
        except HTTPError as refusal:
            with refusal:
                self.refusals.append((refusal.code, refusal.read().decode()))
            return False
        except (URLError, OSError):
            return False
        return True


def _message(wire_id: str) -> dict[str, object]:
    numbers = {"from": "46712345678", "to": "456189040623"}
    return {"provider": "ip1", **numbers, "body": "Hello", "fields": {"id": wire_id}}
