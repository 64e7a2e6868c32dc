"""The clock: where it stands, changing it, and moving the manual one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from mohook.delivery.message import Attempt
from mohook.errors import ConflictError
from mohook.rendering import instant_text
from mohook.server.blueprints import control_api
from mohook.server.current import emulator
from mohook.server.models.control import AdvanceBody, AdvancedShown, ClockBody, ClockShown
from mohook.server.replies import replies

__all__ = ["api", "require_reachable"]

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""Beyond it, the times of later attempts could not be written down."""

api = control_api("clock", "The only source of time.")


@api.get("/clock", responses=replies({200: ClockShown}))
def clock() -> dict[str, Any]:
    """Tell where the clock stands and what is due next."""
    return _shown()


@api.put("/clock", responses=replies({200: ClockShown}, 409, body=True))
def change_clock(body: ClockBody) -> dict[str, Any]:
    """Let the clock go on as `mode` says, from the instant where it stands.

    What is in flight ends as it would have. A manual clock stands at once. One that is being
    moved begins to run after that, and only then this answers.
    """
    emulator().change_clock(body.mode)
    return _shown()


def _shown() -> dict[str, Any]:
    served = emulator()
    due = served.store.next_due()
    return {
        "now": instant_text(served.clock.now()),
        "mode": served.clock.mode,
        "pending": served.store.pending(),
        "next_due": None if due is None else instant_text(due),
        "idle": not served.store.pending(),
    }


@api.post("/clock/advance", responses=replies({200: AdvancedShown}, 409, body=True))
def advance(body: AdvanceBody) -> dict[str, Any]:
    """Move the manual clock; answer when every attempt on the way has ended."""
    made = _moved(body)
    served = emulator()
    return {
        "now": instant_text(served.clock.now()),
        "attempts_made": len(made),
        "idle": not served.store.pending(),
    }


def _moved(body: AdvanceBody) -> list[Attempt]:
    served = emulator()
    if body.until == "next":
        return served.run_next(body.max_attempts)
    if body.until == "idle":
        return served.run_until_idle(body.max_attempts)
    until = body.to or served.clock.now() + timedelta(seconds=body.seconds or 0.0)
    return served.advance_to(require_reachable(until), body.max_attempts)


def require_reachable(instant: datetime) -> datetime:
    """Return `instant`. Raises ConflictError where no emulator's clock can stand."""
    if not EARLIEST <= instant <= LATEST:
        msg = (
            f"the clock cannot stand at {instant_text(instant)}: expected {EARLIEST.year} to "
            f"{LATEST.year}; reset to start anew"
        )
        raise ConflictError(msg)
    return instant
