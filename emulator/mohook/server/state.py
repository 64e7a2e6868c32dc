"""The whole state at once: forgetting it, taking it down, putting it back."""

from __future__ import annotations

from typing import Any

from mohook.server.blueprints import control_api
from mohook.server.clock import require_reachable
from mohook.server.current import emulator
from mohook.server.models.control import SnapshotBody
from mohook.server.reading import request_object
from mohook.server.replies import component, replies

__all__ = ["api"]

api = control_api("state", "Everything at once.")

_NOTHING = {"description": "Done."}
_WHOLE = {
    "description": "The whole state, secrets included: keep it as you keep those.",
    "content": {"application/json": {"schema": component("SnapshotBody")}},
}


@api.post("/reset", responses=replies({204: _NOTHING}))
def reset() -> tuple[str, int]:
    """Forget messages, attempts and faults; configuration is again as in the settings."""
    emulator().reset()
    return "", 204


@api.get("/snapshot", responses=replies({200: _WHOLE}))
def snapshot() -> dict[str, Any]:
    """Return the whole state: messages, configuration, faults, clock."""
    return emulator().snapshot()


@api.put("/snapshot", responses=replies({204: _NOTHING}, 409, body=True))
def restore(body: SnapshotBody) -> tuple[str, int]:
    """Put a snapshot in the place of the state; one that does not hold together changes nothing."""
    require_reachable(body.taken_at)
    emulator().restore(request_object())
    return "", 204
