"""The harness: mohook inside pytest. Imports mohook; mohook never imports it.

The names that tests import, most of them to annotate what the fixtures give. Each is loaded when
it is first asked for, since pytest imports this package in every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mohook.delivery.message import Attempt, State
    from pytest_mohook.check.suite import ReceiverCheck, checks
    from pytest_mohook.harness.aio import Aio, AioLine
    from pytest_mohook.harness.factory import MohookFactory
    from pytest_mohook.harness.handle import Mohook
    from pytest_mohook.harness.lines import IntelePeer, IntelePeerNumber, Ip1, Ip1Account, Line
    from pytest_mohook.harness.receiver import Answer, MohookReceiver, Received
    from pytest_mohook.harness.sent import SentMessage
    from pytest_mohook.harness.server import MohookServer

__all__ = [
    "Aio",
    "AioLine",
    "Answer",
    "Attempt",
    "IntelePeer",
    "IntelePeerNumber",
    "Ip1",
    "Ip1Account",
    "Line",
    "Mohook",
    "MohookFactory",
    "MohookReceiver",
    "MohookServer",
    "Received",
    "ReceiverCheck",
    "SentMessage",
    "State",
    "checks",
]

_HOMES = {
    "Aio": "pytest_mohook.harness.aio",
    "AioLine": "pytest_mohook.harness.aio",
    "Answer": "pytest_mohook.harness.receiver",
    "Attempt": "mohook.delivery.message",
    "IntelePeer": "pytest_mohook.harness.lines",
    "IntelePeerNumber": "pytest_mohook.harness.lines",
    "Ip1": "pytest_mohook.harness.lines",
    "Ip1Account": "pytest_mohook.harness.lines",
    "Line": "pytest_mohook.harness.lines",
    "Mohook": "pytest_mohook.harness.handle",
    "MohookFactory": "pytest_mohook.harness.factory",
    "MohookReceiver": "pytest_mohook.harness.receiver",
    "MohookServer": "pytest_mohook.harness.server",
    "Received": "pytest_mohook.harness.receiver",
    "ReceiverCheck": "pytest_mohook.check.suite",
    "SentMessage": "pytest_mohook.harness.sent",
    "State": "mohook.delivery.message",
    "checks": "pytest_mohook.check.suite",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
