"""Whether the emulator is there, and the ledger of what it assumes."""

from __future__ import annotations

from typing import Any

from flask import Flask, current_app

from mohook import __version__
from mohook.assumptions import ledger
from mohook.delivery.message import Message
from mohook.emulator import Emulator
from mohook.errors import StoreError
from mohook.masking import masked_url
from mohook.server.blueprints import control_api
from mohook.server.current import emulator
from mohook.server.in_time import InTime
from mohook.server.models.control import AssumptionsShown, HealthShown
from mohook.server.problems import ProblemError
from mohook.server.replies import replies
from mohook.store.store import MessageFilter

__all__ = ["api", "watch"]

api = control_api("emulator", "The emulator itself.")

_ONE = MessageFilter(limit=1)
"""What makes a store look where it keeps things, and costs the least."""
_KEY = "mohook.look"


def watch(app: Flask, served: Emulator) -> None:
    """Let the app's health look at the store of its emulator."""
    store = served.store
    app.extensions[_KEY] = InTime(lambda: store.messages(_ONE), store.where)


@api.get("/health", responses=replies({200: HealthShown}, 503))
def health() -> dict[str, Any]:
    """Tell that the emulator is ready, its version and its clock; or what keeps it.

    A store that hangs is waited for two seconds.
    """
    look: InTime[list[Message]] = current_app.extensions[_KEY]
    if problem := emulator().failure:
        raise _kept_by(problem)
    try:
        look()
    except StoreError as away:
        raise _kept_by(away) from away
    return {"status": "ready", "version": __version__, "clock": emulator().clock.mode}


def _kept_by(problem: Exception) -> ProblemError:
    """Return the refusal that says why nothing is delivered, and what to do."""
    if isinstance(problem, StoreError):
        msg = f"the store is away: {masked_url(str(problem))}"
        return ProblemError(503, msg, kind="store-away")
    shown = masked_url(repr(problem))
    msg = f"delivery has stopped ({shown}): restart the emulator, and report this"
    return ProblemError(503, msg, kind="delivery-stopped")


@api.get("/assumptions", responses=replies({200: AssumptionsShown}))
def assumptions() -> dict[str, Any]:
    """Tell every behaviour: who says so, and where its switch stands."""
    return {"assumptions": [entry.to_json() for entry in ledger(emulator().settings)]}
