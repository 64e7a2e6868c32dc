"""What the emulator holds of both providers, and of SMS text."""

from __future__ import annotations

from functools import partial

from mohook.assumptions.assumption import Grade, row

__all__ = ["ROWS"]

_BOTH = "ip1, Receive incoming SMS; IntelePeer, Receiving SMS Messages"
_SILENT = f"{_BOTH}: neither says"
_row = partial(row, provider="both")

ROWS = (
    _row(
        "time-limit",
        Grade.ASSUMED,
        "The receiver has ten seconds to be reached and to answer.",
        source=_SILENT,
        switch="delivery.time_limit",
    ),
    _row(
        "redirects",
        Grade.ASSUMED,
        "Redirects are not followed: a 3xx is a status other than 200.",
        source=_SILENT,
        switch="delivery.follow_redirects",
    ),
    _row(
        "acknowledgement",
        Grade.ASSUMED,
        "200 alone ends a message as delivered; any other 2xx is a failure.",
        source=f"{_BOTH}: both name 200 alone",
        switch="delivery.acknowledge",
    ),
    _row(
        "transport-failures",
        Grade.ASSUMED,
        "A connection refused or reset, a TLS failure and a malformed or endless answer are "
        "failures like any other, and retried.",
        source=_SILENT,
        switch="delivery.transport_failures",
    ),
    _row(
        "identity-across-attempts",
        Grade.ASSUMED,
        "Every attempt of a message has the same body and the same id.",
        source=_SILENT,
        switch="delivery.new_id_per_attempt",
    ),
    _row(
        "order",
        Grade.ASSUMED,
        "No order is promised: messages leave in the order in which they are due.",
        source=_SILENT,
        switch="delivery.order",
        note="shuffled mixes messages that are due together.",
    ),
    _row(
        "empty-text",
        Grade.ASSUMED,
        "An empty text takes one part.",
        source="3GPP TS 23.040: does not say",
        switch="sms.empty_text_parts",
    ),
    _row(
        "text-encoding",
        Grade.DOCUMENTED,
        "A text is GSM 7-bit where it can be, else UCS-2: 160 or 70 units in one part, "
        "153 or 67 in each of several.",
        source="3GPP TS 23.038, TS 23.040; IntelePeer, SMS encoding",
    ),
    _row(
        "national-shift-tables",
        Grade.UNKNOWN,
        "Whether national shift tables are used.",
        source="ip1 and IntelePeer: neither mentions them",
        note="They are off.",
    ),
)
