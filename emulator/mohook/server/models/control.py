"""Clock, faults, state, reports, ledger, health: what is asked and what is shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StrictStr, model_validator
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from mohook.delivery.clock import MODE_PATTERN
from mohook.delivery.faults import STEP_PATTERN
from mohook.durations import LONGEST
from mohook.server.models.fields import (
    FAULT_ID_PATTERN,
    MESSAGE_ID_PATTERN,
    NUMBER,
    QUERY_WHOLE,
    WHOLE,
    Given,
    Instant,
    Shown,
    named,
)
from mohook.server.models.messages import ProviderName, StateName

__all__ = [
    "MAX_ATTEMPTS",
    "MOST_ATTEMPTS",
    "AdvanceBody",
    "AdvancedShown",
    "AssumptionsShown",
    "ClockBody",
    "ClockShown",
    "DetailQuery",
    "DetailRecords",
    "DroppedShown",
    "FaultBody",
    "FaultId",
    "FaultMatchBody",
    "FaultShown",
    "FaultsShown",
    "HealthShown",
    "SmsReport",
    "SnapshotBody",
]

MAX_ATTEMPTS = 10_000
"""How many attempts one call makes at most unless it says otherwise."""
MOST_ATTEMPTS = 1_000_000
_MOVES = ("seconds", "to", "until")


class HealthShown(Shown):
    """The emulator is there."""

    status: Literal["ready"]
    version: str
    clock: str = Field(description="`real`, `manual`, or `x` and a factor.")


class ClockShown(Shown):
    """Where the clock stands, and what it waits for."""

    now: Instant
    mode: str = Field(description="`real`, `manual`, or `x` and a factor.")
    pending: int
    next_due: Instant | None
    idle: bool


class ClockBody(Given):
    """How the clock goes on."""

    mode: Annotated[StrictStr, Field(pattern=MODE_PATTERN)] = Field(
        description="`real`, `manual`, or `x` and a factor.", examples=["real", "manual", "x60"]
    )


class AdvanceBody(Given):
    """How far to move the manual clock: exactly one of `seconds`, `to` and `until`."""

    seconds: Annotated[float, Field(ge=0, le=LONGEST.total_seconds()), NUMBER] | None = None
    to: Instant | None = None
    until: Literal["next", "idle"] | None = None
    max_attempts: Annotated[int, Field(ge=1, le=MOST_ATTEMPTS), WHOLE] = MAX_ATTEMPTS

    @model_validator(mode="before")
    @classmethod
    def _one_move(cls, given: object) -> object:
        moves = [given[move] for move in _MOVES if move in given] if isinstance(given, dict) else []
        if len(moves) != 1 or moves[0] is None:
            kind = "one_move"
            raise PydanticCustomError(kind, "give exactly one of seconds, to and until")
        return given


class AdvancedShown(Shown):
    """Where the clock stands now, and what was done on the way."""

    now: Instant
    attempts_made: int
    idle: bool


_Step = Annotated[StrictStr, Field(pattern=STEP_PATTERN)]


class FaultMatchBody(Given):
    """Which messages a script is for: all that is given fits; `body` may stand within a text."""

    provider: ProviderName | None = None
    to: StrictStr | None = None
    from_: StrictStr | None = Field(None, alias="from")
    body: StrictStr | None = None


class FaultBody(Given):
    """A script of what goes wrong with the next attempts, exactly and in order."""

    match: FaultMatchBody | None = None
    steps: list[_Step] = Field(min_length=1, max_length=1_000)
    times: Annotated[int, Field(ge=1, le=1_000_000), WHOLE] | None = None


class FaultId(Given):
    """A fault script's id in a path."""

    id: Annotated[StrictStr, Field(pattern=FAULT_ID_PATTERN)]


class _FaultMatchShown(Shown):
    provider: ProviderName | None
    to: str | None
    from_: str | None = Field(alias="from")
    body: str | None


class FaultShown(Shown):
    """A script, and how far it has come."""

    id: str
    match: _FaultMatchShown | None
    steps: list[str]
    times: int | None
    left: int | None = Field(description="What remains of `times`; null is without end.")
    position: int = Field(description="Steps taken of the current round.")


class FaultsShown(Shown):
    """The scripts that have something left to do, oldest first."""

    faults: list[FaultShown]


class DroppedShown(Shown):
    """How many scripts were dropped."""

    dropped: int


class SnapshotBody(Given):
    """The whole state, as GET gives it. Only its outer shape is told: it is no one's to write."""

    version: Annotated[Literal[1], WHOLE]
    taken_at: Instant
    random: list[Any]
    store: dict[str, Any]
    faults: dict[str, Any]
    ip1: dict[str, Any]
    intelepeer: dict[str, Any]


class _Figures(Shown):
    received: int
    delivered: int
    failed: int
    attempts: int
    failed_attempts: int


class SmsReport(Shown):
    """The dashboard's figures since the last reset, each failed attempt counted."""

    received: int
    delivered: int
    failed: int
    pending: int
    held: int
    attempts: int
    failed_attempts: int
    by_outcome: dict[str, int]
    by_provider: dict[str, _Figures]


class DetailQuery(Given):
    """Which messages to record, and in which form."""

    format: Literal["json", "csv"] | SkipJsonSchema[None] = Field(
        None, description="Without it, the Accept header decides."
    )
    provider: ProviderName | SkipJsonSchema[None] = None
    state: StateName | SkipJsonSchema[None] = None
    to: Annotated[StrictStr, named("Recipient")] | SkipJsonSchema[None] = None
    after: Annotated[StrictStr, Field(pattern=MESSAGE_ID_PATTERN)] | SkipJsonSchema[None] = None
    limit: Annotated[int, Field(ge=1, le=100_000), QUERY_WHOLE] = 10_000


class _DetailRecord(Shown):
    id: Any
    provider: ProviderName
    direction: Literal["inbound"]
    from_: str = Field(alias="from")
    to: str
    received_at: Instant
    status: StateName
    attempts: int
    failed_attempts: int
    last_outcome: str | None
    message: str | None


class DetailRecords(Shown):
    """Message detail records, in the order in which the messages were accepted."""

    records: list[_DetailRecord]


class _AssumptionShown(Shown):
    id: str
    provider: Literal["ip1", "intelepeer", "both"]
    grade: Literal["documented", "assumed", "unknown"]
    says: str
    source: str
    switch: str | None
    choices: list[str]
    note: str
    default: str | None
    value: str | None
    changed: bool


class AssumptionsShown(Shown):
    """Every behaviour with its grade and source, and where its switch stands."""

    assumptions: list[_AssumptionShown]
