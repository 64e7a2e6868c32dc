"""Receivers with a bug each, which a variable of the environment takes away."""

from __future__ import annotations

import os
from itertools import count
from typing import Any

from tests.pytest_mohook.stateful.shops import Payload, Row, Shop, identity

__all__ = [
    "Forgetful",
    "Fussy",
    "NoCheck",
    "Racing",
    "Secret",
    "forget",
    "kept",
    "read",
    "restart",
    "shop",
]

RIGHT = "RIGHT" in os.environ


class NoCheck(Shop):
    def key(self, payload: Payload) -> object:
        return identity(payload) if RIGHT else len(self.rows)


class Forgetful(Shop):
    def __init__(self, table: dict[object, Row] | None = None) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.rows = {} if table is None else table

    def take(self, payload: Payload) -> int | None:
        known = identity(payload) in (dict(self.rows.values()) if RIGHT else self.seen)
        self.seen.add(identity(payload))
        return None if known else super().take(payload)

    def key(self, payload: Payload) -> object:
        return len(self.rows), identity(payload)


class Racing(Shop):
    places = count()

    def take(self, payload: Payload) -> int | None:
        known = identity(payload) in dict(self.rows.values())
        return None if known else super().take(payload)

    def key(self, payload: Payload) -> object:
        return identity(payload) if RIGHT else next(self.places)


class Fussy(Shop):
    def take(self, payload: Payload) -> int | None:
        return super().take(payload) if RIGHT or payload["priority"] == 1 else 422


class Secret(Shop):
    def take(self, payload: Payload) -> int | None:
        assert payload["signature"] == "Sesame"
        return super().take(payload) if RIGHT or payload["from"].startswith("+") else 400


shop = NoCheck()


def kept(app: Shop) -> list[Row]:
    return app.stored()


def read() -> list[Row]:
    return shop.stored()


def forget() -> None:
    shop.rows.clear()


def restart(app: Forgetful) -> Any:
    return Forgetful(app.rows)
