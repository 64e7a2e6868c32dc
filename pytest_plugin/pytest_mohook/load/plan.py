"""What a storm is: how many messages, how fast, for how long; and what its process must know."""

from __future__ import annotations

import json
import pickle
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from mohook.errors import InputError
from mohook.settings import Settings
from pytest_mohook.load.texts import Drawn

__all__ = ["Orders", "Plan", "require_sendable"]

_ALLOWED = "a storm goes to the one address that was found allowed when it began"
_ONE_REQUEST = (
    'a storm counts one request a message; with "one", --max-parts 1 sends texts of one part each'
)
_ONE_TO_ONE: Mapping[tuple[str, str], tuple[object, str]] = {
    ("delivery", "follow_redirects"): (False, _ALLOWED),
    ("intelepeer", "long_messages"): ("one", _ONE_REQUEST),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A storm, whole: the same for the master and all its workers.

    With `rate`, so many messages fall due each second, whatever the receiver does; with `users`,
    so many are under way at a time, and the next is sent when one has settled. All times are in
    seconds. New messages are sent for `seconds`; what is then open may settle for `drain` more.
    `clock` is how many times as fast as real time retries come.
    """

    provider: str
    rate: float | None
    users: int | None
    seconds: float
    drain: float
    clock: float
    seed: int
    drawn: Drawn

    def wire(self) -> dict[str, Any]:
        """Return what another process makes the same plan of."""
        return asdict(self)

    @classmethod
    def of(cls, wire: Mapping[str, Any]) -> Self:
        """Return the plan of another process."""
        return cls(**{**wire, "drawn": Drawn(**wire["drawn"])})


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What Locust's process is told: where to post and how, and what, unless a master says.

    It goes over a pipe: `settings` hold secrets.
    """

    url: str
    provider: str
    settings: Settings
    plan: Plan | None
    stays: bool = False
    """Whether the process goes on when the storm is over, for somebody looks at its page."""
    tables: bool = False
    """Whether it writes tables: they must be whole before it ends."""

    def line(self) -> bytes:
        """Return it as one line."""
        settings = b64encode(pickle.dumps(self.settings)).decode("ascii")
        told = {
            "url": self.url,
            "provider": self.provider,
            "settings": settings,
            "plan": self.plan.wire() if self.plan else None,
            "stays": self.stays,
            "tables": self.tables,
        }
        return json.dumps(told).encode() + b"\n"

    @classmethod
    def of(cls, line: bytes) -> Self:
        """Return the orders that a line tells; it must come from the process that started this."""
        told = json.loads(line)
        told["settings"] = pickle.loads(b64decode(told["settings"]))  # noqa: S301 - our own parent's
        told["plan"] = Plan.of(told["plan"]) if told["plan"] else None
        return cls(**told)


def require_sendable(settings: Settings) -> None:
    """Raise InputError for switches under which a message is not one request to one address."""
    for (table, key), (only, why) in _ONE_TO_ONE.items():
        value = getattr(getattr(settings, table), key)
        if value != only:
            msg = f"{table}.{key} = {value!r}: {why}; expected {only!r} here"
            raise InputError(msg)
