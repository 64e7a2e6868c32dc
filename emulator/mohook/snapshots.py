"""What a snapshot of the whole emulator must hold to be taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random
from typing import Any

from mohook.delivery.clock import checked_instant
from mohook.delivery.faults import FaultPlan
from mohook.directory.intelepeer import IntelePeerDirectory
from mohook.directory.ip1 import Ip1Directory
from mohook.errors import StoreError
from mohook.providers import PROVIDERS
from mohook.settings import Settings
from mohook.store.archive import messages_from

__all__ = ["SNAPSHOT_VERSION", "check_snapshot", "random_state"]

SNAPSHOT_VERSION = 1


def check_snapshot(snapshot: Mapping[str, Any], settings: Settings) -> None:
    """Raise StoreError unless every part of a snapshot can be taken as it is.

    The parts are loaded into directories and scripts of their own, so that a bad last part
    finds the emulator untouched.
    """
    try:
        _check(snapshot, settings)
    except StoreError:
        raise
    except Exception as problem:
        msg = f"not a snapshot of mohook ({type(problem).__name__}: {problem}); nothing changed"
        raise StoreError(msg) from problem


def _check(snapshot: Mapping[str, Any], settings: Settings) -> None:
    if snapshot["version"] != SNAPSHOT_VERSION:
        msg = f"snapshot version {snapshot['version']!r}: expected {SNAPSHOT_VERSION}"
        raise StoreError(f"{msg}; take it again with this release of mohook; nothing changed")
    checked_instant(datetime.fromisoformat(snapshot["taken_at"]))
    Ip1Directory(settings).load(snapshot["ip1"])
    IntelePeerDirectory(settings).load(snapshot["intelepeer"])
    FaultPlan().load(snapshot["faults"])
    ids, new_ids = snapshot["random"]
    for state in (ids, new_ids):
        Random().setstate(random_state(state))
    messages, _ = messages_from(snapshot["store"])
    for message in messages:
        provider = message.endpoint.partition(":")[0]
        if message.provider not in PROVIDERS or provider != message.provider:
            msg = f"{message.id} is of {message.provider!r} and goes to {message.endpoint!r}"
            raise ValueError(msg)


def random_state(state: Sequence[Any]) -> tuple[Any, ...]:
    """Return a generator's state as `Random.setstate` takes it, from its JSON form."""
    version, words, gauss = state
    return version, tuple(words), gauss
