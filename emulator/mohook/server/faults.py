"""Faults: scripts of what goes wrong with the next attempts."""

from __future__ import annotations

from typing import Any

from mohook.delivery.faults import FaultMatch, FaultScript
from mohook.server.blueprints import control_api
from mohook.server.current import emulator
from mohook.server.models.control import (
    DroppedShown,
    FaultBody,
    FaultId,
    FaultMatchBody,
    FaultShown,
    FaultsShown,
)
from mohook.server.replies import replies
from mohook.store.journal import FAULTS_CHANGED

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
    shown = _shown(script)
    _note({"added": script.id})
    return shown, 201


@api.delete("/faults", responses=replies({200: DroppedShown}))
def drop_faults() -> dict[str, Any]:
    """Drop every script."""
    if dropped := emulator().faults.clear():
        _note({"dropped": dropped})
    return {"dropped": dropped}


@api.delete("/faults/<id>", responses=replies({204: {"description": "Done."}}, 404))
def drop_fault(path: FaultId) -> tuple[str, int]:
    """Drop one script, for the messages that are in the middle of its steps too."""
    emulator().faults.drop(path.id)
    _note({"dropped": path.id})
    return "", 204


def _note(what: dict[str, Any]) -> None:
    emulator().store.note(emulator().clock.now(), FAULTS_CHANGED, what)


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
