"""The SMS reporting dashboard's figures, and message detail records (MDR)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from mohook.delivery.message import Message
from mohook.providers import PROVIDERS
from mohook.rendering import instant_text
from mohook.store.store import Store

__all__ = ["MDR_COLUMNS", "mdr_csv", "mdr_record", "sms_report"]

MDR_COLUMNS = (
    "id",
    "provider",
    "direction",
    "from",
    "to",
    "received_at",
    "status",
    "attempts",
    "failed_attempts",
    "last_outcome",
    "message",
)
"""The columns of a record. Assumption: published examples of MDRs are outbound only."""


_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def sms_report(store: Store) -> dict[str, Any]:
    """Return the figures since the last reset, each failed attempt counted as failed.

    Source: IntelePeer, Receiving SMS messages (Behavior).
    """
    figures = store.figures()
    return {
        "received": figures.received,
        "delivered": figures.delivered,
        "failed": figures.failed,
        "pending": store.pending(),
        "held": store.held(),
        "attempts": figures.attempts,
        "failed_attempts": figures.failed_attempts,
        "by_outcome": figures.by_outcome,
        "by_provider": figures.by_provider,
    }


def mdr_record(message: Message, *, text: bool) -> dict[str, Any]:
    """Return the detail record of a message; `text` is the switch `intelepeer.mdr_text`.

    `id` is the provider's own: "this identifier can also be found in the MDR".
    Source: IntelePeer, Receiving SMS messages (refid).
    """
    payload = json.loads(message.payload)
    decided = [attempt for attempt in message.attempts if attempt.decision]
    return {
        "id": payload.get(PROVIDERS[message.provider].wire.id),
        "provider": message.provider,
        "direction": "inbound",
        "from": message.sender,
        "to": message.recipient,
        "received_at": instant_text(message.created_at),
        "status": message.state.value,
        "attempts": len(decided),
        "failed_attempts": sum(attempt.decision != "delivered" for attempt in decided),
        "last_outcome": decided[-1].outcome if decided else None,
        "message": message.body if text else None,
    }


def mdr_csv(records: Iterable[dict[str, Any]]) -> str:
    """Return records as CSV with a header line.

    A cell that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, MDR_COLUMNS)
    writer.writeheader()
    for record in records:
        writer.writerow({name: _safe_cell(value) for name, value in record.items()})
    return out.getvalue()


def _safe_cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
