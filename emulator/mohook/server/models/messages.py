"""Messages, attempts and events: what is sent, asked for, and shown."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, StrictBool, StrictStr
from pydantic.json_schema import SkipJsonSchema

from mohook.server.models.fields import (
    MESSAGE_ID_PATTERN,
    QUERY_NUMBER,
    QUERY_WHOLE,
    WHOLE,
    Flag,
    Given,
    Instant,
    Shown,
    named,
)

__all__ = [
    "LONGEST_WAIT",
    "MOST_COPIES",
    "AcceptedShown",
    "AttemptShown",
    "CpaasQuery",
    "EventShown",
    "EventsPage",
    "EventsQuery",
    "MessageId",
    "MessageShown",
    "MessagesPage",
    "MessagesQuery",
    "MessagesShown",
    "ProviderName",
    "ResendFailed",
    "SendBody",
    "SendQuery",
    "StateName",
    "WaitQuery",
]

MOST_COPIES = 10_000
LONGEST_WAIT = 600
"""Seconds that `?wait=` may ask for."""

ProviderName = Literal["ip1", "intelepeer"]
StateName = Literal["pending", "delivered", "failed", "held"]


class SendBody(Given):
    """One message to send, once or `count` times.

    `batch` makes ip1 take them for messages of one request, with one `batchId`; IntelePeer
    knows no batches.
    """

    provider: ProviderName
    from_: StrictStr = Field(alias="from")
    to: StrictStr
    body: StrictStr
    count: Annotated[int, Field(ge=1, le=MOST_COPIES), WHOLE] = 1
    batch: StrictBool = False
    fields: dict[str, JsonValue] = Field(default_factory=dict)


class WaitQuery(Given):
    """How long to wait until the messages have settled."""

    wait: Annotated[float, Field(ge=0, le=LONGEST_WAIT), QUERY_NUMBER] = Field(
        0,
        description="Seconds to wait until no message of these is pending. With the manual "
        "clock nothing settles by itself, so there is no waiting.",
    )


class SendQuery(WaitQuery):
    """How to send: at once or waiting, each message for itself or all in one request."""

    batch: Flag = Field(
        False,
        description="Take all of them for messages that ip1 received in one request, with one "
        "`batchId`; they must then be of one provider.",
    )


class MessagesQuery(Given):
    """Which messages: all that is given holds."""

    provider: ProviderName | SkipJsonSchema[None] = None
    state: StateName | SkipJsonSchema[None] = None
    to: Annotated[StrictStr, named("Recipient")] | SkipJsonSchema[None] = None
    after: Annotated[StrictStr, Field(pattern=MESSAGE_ID_PATTERN)] | SkipJsonSchema[None] = Field(
        None, description="A message's id: only messages that came after it."
    )
    limit: Annotated[int, Field(ge=1, le=1_000), QUERY_WHOLE] = 100


class CpaasQuery(Given):
    """Which page of the CPaaS inbox."""

    after: Annotated[StrictStr, Field(pattern=MESSAGE_ID_PATTERN)] | SkipJsonSchema[None] = None
    limit: Annotated[int, Field(ge=1, le=1_000), QUERY_WHOLE] = 100


class MessageId(Given):
    """A message's id in a path."""

    id: Annotated[StrictStr, Field(pattern=MESSAGE_ID_PATTERN)]


class ResendFailed(Given):
    """Which failed messages to send again: those whose last attempt began at `since` or later."""

    since: Instant | None = None


class EventsQuery(Given):
    """Which events. A stream that is resumed gives `Last-Event-ID`, which counts before `after`."""

    after: Annotated[int, Field(ge=0, le=10**15), QUERY_WHOLE] = Field(
        0, description="An event's number: only events that came after it."
    )
    limit: Annotated[int, Field(ge=1, le=1_000), QUERY_WHOLE] = Field(
        100, description="How many at most; a stream goes on without end."
    )


class _RequestShown(Shown):
    """What was posted. `body` shows a signature as `***`."""

    url: str
    headers: list[list[str]]
    body: str


class _ResponseShown(Shown):
    """What came back, all empty where nothing did."""

    headers: list[list[str]]
    body: str


class _TimingsShown(Shown):
    """Milliseconds from the start of the request to the end of each phase."""

    name_lookup_ms: float
    connect_ms: float
    tls_ms: float
    request_sent_ms: float
    first_byte_ms: float
    total_ms: float


class AttemptShown(Shown):
    """One POST of a message, with everything sent and everything that came back."""

    number: int
    started_at: Instant
    duration_ms: float
    outcome: str = Field(description="A status code, or the name of a failure.")
    status_code: int | None
    error: str | None
    fault: str | None = Field(description="The scripted step that this attempt met.")
    copy_of: int | None = Field(description="The attempt that this one is a copy of.")
    decision: Literal["delivered", "retry", "given-up"] | None
    next_attempt_at: Instant | None
    timings: _TimingsShown
    request: _RequestShown
    response: _ResponseShown


class MessageShown(Shown):
    """A message, where it stands, and its attempts."""

    id: str = Field(pattern=MESSAGE_ID_PATTERN)
    provider: ProviderName
    from_: str = Field(alias="from")
    to: str
    body: str
    state: StateName
    via: Literal["webhook", "cpaas"]
    created_at: Instant
    next_attempt_at: Instant | None
    attempts_made: int
    payload: dict[str, Any] = Field(description="What is posted; a signature shows as `***`.")
    attempts: list[AttemptShown]


class MessagesShown(Shown):
    """Messages in the order in which they were accepted."""

    messages: list[MessageShown]


class MessagesPage(MessagesShown):
    """A page of messages; the last one's id is the `after` of the next page."""


class AcceptedShown(Shown):
    """How many messages were accepted."""

    accepted: int


class EventShown(Shown):
    """One entry of the journal. `data` is the message, the attempt or the change."""

    number: int
    at: Instant
    type: str
    message_id: str | None
    data: dict[str, Any]


class EventsPage(Shown):
    """A page of events, with the numbers of the oldest and the newest that are kept."""

    events: list[EventShown]
    first: int
    last: int
