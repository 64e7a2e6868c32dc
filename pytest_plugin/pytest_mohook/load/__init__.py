"""`mohook load`: a storm of messages on Locust, and Locust user classes for locustfiles.

Locust lets gevent patch the process that imports it: that is a process of its own. Nothing outside
`process` imports Locust, and the names below do when they are first asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_mohook.load.process.carrier import Delivery
    from pytest_mohook.load.process.users import IntelePeerUser, Ip1User

__all__ = ["Delivery", "IntelePeerUser", "Ip1User"]

_HOMES = {
    "Delivery": "pytest_mohook.load.process.carrier",
    "IntelePeerUser": "pytest_mohook.load.process.users",
    "Ip1User": "pytest_mohook.load.process.users",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
