"""The callback payload of ip1, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from random import Random

from mohook.errors import TextError
from mohook.providers.fields import overlaid
from mohook.providers.ip1.ids import draw_tail, object_id
from mohook.providers.ip1.statuses import FINAL, RECEIVED
from mohook.providers.provider import Draft, Payload
from mohook.settings import Settings
from mohook.sms.segments import Segmentation, segment

__all__ = ["MODIFIED_BEFORE_CREATED", "WIRE_ORDER", "batch", "renewed"]

WIRE_ORDER = (
    "id",
    "batchId",
    "owner",
    "sender",
    "recipient",
    "body",
    "direction",
    "segments",
    "type",
    "datacoding",
    "priority",
    "statuses",
    "modified",
    "mcc",
    "mnc",
)
"""The keys as the documented payload orders them."""

MODIFIED_BEFORE_CREATED = timedelta(seconds=2)
"""In the sample, `modified` is so much earlier than the status it should follow."""

# Of a run, the current second and those of messages that are renewed.
_STAMPS_KEPT = 1024


@lru_cache(maxsize=_STAMPS_KEPT)
def _stamps(seconds: int) -> tuple[str, str]:
    """Return `created` and `modified` of a message that arrived in that Unix second."""
    created = datetime.fromtimestamp(seconds, UTC)
    modified = created - MODIFIED_BEFORE_CREATED
    return f"{created:%Y-%m-%dT%H:%M:%SZ}", f"{modified:%Y-%m-%dT%H:%M:%SZ}"


def batch(drafts: Sequence[Draft], random: Random, settings: Settings) -> list[Payload]:
    """Return the payloads of messages received in one request: one `batchId`, ids in a row.

    `batchId` is the first id minus one. Raises `TextError` for a body that no SMS carries.

    Source: ip1, Receive incoming SMS.
    """
    if not drafts:
        return []
    tail = draw_tail(len(drafts), random)
    at = drafts[0].at
    seconds = _seconds(at)
    batch_id = object_id(seconds, tail - 1)
    return [
        # One request is received at one time, nearly always.
        _payload(draft, seconds if draft.at is at else _seconds(draft.at), batch_id, tail, settings)
        for tail, draft in enumerate(drafts, tail)
    ]


def renewed(payload: Payload, at: datetime, random: Random) -> Payload:
    """Return `payload` under a new `id`; `batchId` stays, for it was received in that request.

    Assumption: `delivery.new_id_per_attempt`.
    """
    return payload | {"id": object_id(_seconds(at), draw_tail(1, random))}


def _payload(draft: Draft, seconds: int, batch_id: str, tail: int, settings: Settings) -> Payload:
    created, modified = _stamps(seconds)
    text = _segmentation(draft, settings)
    switches = settings.ip1
    payload: Payload = {
        "id": object_id(seconds, tail),
        "batchId": batch_id,
        "owner": draft.account.owner,
        "sender": draft.sender,
        "recipient": draft.recipient,
        "body": draft.body,
        "direction": "mo",
        "segments": text.parts,
        "type": "SMS",
        "datacoding": text.encoding.value,
        "priority": 1,
        "statuses": [{"created": created, "code": RECEIVED, "duration": FINAL}],
        "modified": modified,
    }
    # An operator that is not set is absent or null, as the switch says.
    null = switches.missing_operator == "null"
    if null or switches.mcc is not None:
        payload["mcc"] = switches.mcc
    if null or switches.mnc is not None:
        payload["mnc"] = switches.mnc
    return overlaid(payload, draft.fields, WIRE_ORDER) if draft.fields else payload


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _segmentation(draft: Draft, settings: Settings) -> Segmentation:
    """Measure the body that goes out: one set by hand counts, where it is a text at all."""
    empty_parts = settings.sms.empty_text_parts
    if draft.fields:
        by_hand = draft.fields.get("body")
        if isinstance(by_hand, str):
            # What no SMS carries goes out as given, on purpose, with the measure of the draft.
            with suppress(TextError):
                return segment(by_hand, empty_parts=empty_parts)
    return segment(draft.body, empty_parts=empty_parts)
