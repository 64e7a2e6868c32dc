"""ip1's status codes as data.

Source: ip1 status-code page; "More may be added in the future" (ip1, Receive incoming SMS).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["FINAL", "MORE_TO_COME", "RECEIVED", "STATUS_CODES", "STATUS_GROUPS"]

STATUS_GROUPS: Mapping[int, str] = MappingProxyType(
    {1: "info", 2: "success", 4: "rejection", 5: "error"}
)
"""What the first digit of a code says."""

STATUS_CODES: Mapping[int, str] = MappingProxyType(
    {
        101: "accepted",
        102: "queued",
        103: "funded",
        104: "refunded",
        110: "sending",
        111: "delivered to gateway",
        112: "delivered to carrier",
        113: "delivered to GSM",
        114: "queued at gateway",
        201: "delivered to handset",
        202: "expired",
        203: "cancelled",
        402: "insufficient funds",
        403: "sender rejected",
        404: "content rejected",
    }
)
"""Every code known today, with its meaning."""

RECEIVED = 201
"""The one status of an incoming message. Source: ip1, Receive incoming SMS (sample)."""

FINAL = 1
"""`duration` of a last status report. Inferred: the sample has 1 with 201."""
MORE_TO_COME = 0
"""`duration` while more reports follow. Inferred: 0 stands with 102."""
