"""One emulator called in process, and the messages that tests send through it."""

from __future__ import annotations

from typing import Any

from mohook.emulator import Emulator
from mohook.server.app import create_app

__all__ = ["API", "NDJSON", "Bench", "message"]

API = "/mohook/v1"
NDJSON = "application/x-ndjson"


class Bench:
    """One emulator, called in process. `clock` is moved by hand."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        # Any: an answer's JSON is what a test is about.
        self.client: Any = create_app(emulator).test_client()

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(API + path, **more)

    def post(self, path: str, body: object = None, **more: Any) -> Any:
        return self.client.post(API + path, json=body, **more)

    def put(self, path: str, body: object, **more: Any) -> Any:
        return self.client.put(API + path, json=body, **more)

    def patch(self, path: str, body: object) -> Any:
        return self.client.patch(API + path, json=body)

    def delete(self, path: str, **more: Any) -> Any:
        return self.client.delete(API + path, **more)

    def send(self, provider: str = "ip1", **more: Any) -> Any:
        """Send one message, and return it as answered."""
        answer = self.post("/messages", message(provider, **more))
        assert answer.status_code == 201, answer.json
        return answer.json["messages"][0]


def message(provider: str = "ip1", **more: Any) -> dict[str, Any]:
    """Return what a test sends where it does not matter what."""
    numbers = {"ip1": ("46712345678", "456189040623"), "intelepeer": ("+7708675309", "1-1234")}
    sender, recipient = numbers[provider]
    return {"provider": provider, "from": sender, "to": recipient, "body": "hello"} | more
