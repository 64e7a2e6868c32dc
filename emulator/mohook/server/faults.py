"""Faults: scripts of what goes wrong with the next attempts."""

from __future__ import annotations

from typing import Any

from mohook.delivery.faults import FaultMatch, FaultScript
from mohook.server.blueprints import control_api
from mohook.server.current import emulator
from mohook.server.models.control import (
    DroppedShown,
    FaultBody,
    FaultMatchBody,
    FaultShown,
    FaultsShown,
)
from mohook.server.replies import replies

__all__ = ["api"]

api = control_api("faults", "Scripted deviations of the next attempts.")


@api.get("/faults", responses=replies({200: FaultsShown}))
def list_faults() -> dict[str, Any]:
    """List the scripts that have something left to do."""
    return {"faults": [_shown(script) for script in emulator().faults.scripts()]}


@api.post("/faults", responses=replies({201: FaultShown}, body=True))
def add_fault(body: FaultBody) -> tuple[dict[str, Any], int]:
    """Put a script behind those that stand; without a match it is for the next attempts."""
    script = emulator().faults.add(body.steps, match=_match(body.match), times=body.times)
    return _shown(script), 201


@api.delete("/faults", responses=replies({200: DroppedShown}))
def drop_faults() -> dict[str, Any]:
    """Drop every script."""
    return {"dropped": emulator().faults.clear()}


def _match(given: FaultMatchBody | None) -> FaultMatch | None:
    if given is None:
        return None
    return FaultMatch(given.provider, given.to, given.from_, given.body)


def _shown(script: FaultScript) -> dict[str, Any]:
    match = script.match
    return {
        "id": script.id,
        "match": match
        and {
            "provider": match.provider,
            "to": match.recipient,
            "from": match.sender,
            "body": match.body,
        },
        "steps": [str(step) for step in script.steps],
        "times": script.times,
        "left": script.left,
        "position": script.position,
    }
