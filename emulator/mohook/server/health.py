"""Whether the emulator is there, and the ledger of what it assumes."""

from __future__ import annotations

from typing import Any

from mohook import __version__
from mohook.assumptions import ledger
from mohook.server.blueprints import control_api
from mohook.server.current import emulator
from mohook.server.models.control import AssumptionsShown, HealthShown
from mohook.server.problems import ProblemError
from mohook.server.replies import replies

__all__ = ["api"]

api = control_api("emulator", "The emulator itself.")


@api.get("/health", responses=replies({200: HealthShown}, 503))
def health() -> dict[str, Any]:
    """Tell that the emulator is ready, its version and its clock."""
    if problem := emulator().failure:
        msg = f"delivery has stopped ({problem!r}): restart the emulator, and report this"
        raise ProblemError(503, msg, kind="delivery-stopped")
    return {"status": "ready", "version": __version__, "clock": emulator().clock.mode}


@api.get("/assumptions", responses=replies({200: AssumptionsShown}))
def assumptions() -> dict[str, Any]:
    """Tell every behaviour: who says so, and where its switch stands."""
    return {"assumptions": [entry.to_json() for entry in ledger(emulator().settings)]}
