"""The JSON Schemas of what the providers post, made from the rules that the emulator holds to.

Where a switch changes a form, they are functions of the settings. JSON Schema 2020-12.
"""

from __future__ import annotations

from typing import Any

from mohook.directory.ip1 import OWNER_PATTERN
from mohook.directory.webhook_url import MAX_LENGTH
from mohook.directory.webhook_url import PATTERN as WEBHOOK_PATTERN
from mohook.errors import InputError
from mohook.providers.intelepeer.ids import REFID_LENGTH
from mohook.providers.ip1.ids import ID_PATTERN
from mohook.settings import Settings
from mohook.sms.addresses import (
    ALPHANUMERIC_PATTERN,
    E164_PATTERN,
    MSISDN_PATTERN,
    short_code_pattern,
)
from mohook.sms.segments import MAX_PARTS

__all__ = [
    "DIALECT",
    "EXAMPLES",
    "Schema",
    "endpoint",
    "ip1_sender",
    "msisdn",
    "payload_schema",
    "recipient",
    "webhook_url",
]

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"

EXAMPLES: dict[str, dict[str, Any]] = {
    "ip1": {
        "id": "5c613848879973045cf39ac4",
        "batchId": "5c613848879973045cf39ac3",
        "owner": "ip1-XXXXX",
        "sender": "46712345678",
        "recipient": "456189040623",
        "body": "Hi my name is earl",
        "direction": "mo",
        "segments": 1,
        "type": "SMS",
        "datacoding": "GSM",
        "priority": 1,
        "statuses": [{"created": "2018-10-23T17:43:21Z", "code": 201, "duration": 1}],
        "modified": "2018-10-23T17:43:19Z",
        "mcc": "431",
        "mnc": "20",
    },
    "intelepeer": {
        "refid": "ABCDEF1234567890ABCDEF1234567890",
        "from": "+7708675309",
        "to": "+13038675309",
        "message": "Hello World!",
        "signature": "SECRET CODE",
    },
}
"""The documented payload of each provider.

Source: ip1, Receive incoming SMS; IntelePeer, Receiving SMS messages.
"""

_SECONDS = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
    "description": "An instant in whole seconds, UTC.",
}


def payload_schema(provider: str, settings: Settings | None = None) -> Schema:
    """Return the JSON Schema of the body that a provider posts for an inbound message.

    A receiver must pass over fields that it does not know. Raises InputError for a word that
    names no provider.

    >>> payload_schema("intelepeer")["required"]
    ['refid', 'from', 'to', 'message']
    """
    made = {"ip1": _ip1, "intelepeer": _intelepeer}.get(provider)
    if made is None:
        msg = f"provider {provider!r}: expected one of {', '.join(EXAMPLES)}"
        raise InputError(msg)
    return {
        "$schema": DIALECT,
        **made(settings or Settings()),
        "additionalProperties": True,
        "examples": [EXAMPLES[provider]],
    }


def msisdn() -> Schema:
    """Return the form of a number at ip1."""
    return {"type": "string", "pattern": MSISDN_PATTERN}


def ip1_sender(settings: Settings) -> Schema:
    """Return the form of a sender at ip1: a number, by switch also a name."""
    if not settings.ip1.alphanumeric_senders:
        return msisdn()
    return {"type": "string", "anyOf": [msisdn(), {"pattern": ALPHANUMERIC_PATTERN}]}


def endpoint(settings: Settings) -> Schema:
    """Return the form of an address at IntelePeer: a long code or a short code."""
    short = short_code_pattern(settings.intelepeer.short_code_length)
    return {"type": "string", "anyOf": [{"pattern": E164_PATTERN}, {"pattern": short}]}


def recipient(settings: Settings) -> Schema:
    """Return the form of a recipient at either provider."""
    forms = [{"pattern": MSISDN_PATTERN}, *endpoint(settings)["anyOf"]]
    return {"type": "string", "anyOf": forms}


def webhook_url() -> Schema:
    """Return the form of a URL that can be posted to."""
    return {"type": "string", "pattern": WEBHOOK_PATTERN, "maxLength": MAX_LENGTH}


def _object(title: str, source: str, properties: Schema, optional: tuple[str, ...]) -> Schema:
    return {
        "title": title,
        "description": f"Source: {source}.",
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
    }


def _ip1(settings: Settings) -> Schema:
    properties = {
        "id": {"type": "string", "pattern": ID_PATTERN},
        "batchId": {"type": "string", "pattern": ID_PATTERN},
        "owner": {"type": "string", "pattern": OWNER_PATTERN},
        "sender": ip1_sender(settings),
        "recipient": msisdn(),
        "body": {"type": "string"},
        "direction": {"type": "string", "const": "mo"},
        "segments": {
            "type": "integer",
            "minimum": settings.sms.empty_text_parts,
            "maximum": MAX_PARTS,
        },
        "type": {"type": "string", "enum": ["SMS", "Flash"]},
        "datacoding": {"type": "string", "enum": ["GSM", "UCS"]},
        "priority": {"type": "integer", "enum": [1, 2]},
        "statuses": {"type": "array", "minItems": 1, "maxItems": 1, "items": _STATUS},
        "modified": _SECONDS,
        "mcc": _operator("country"),
        "mnc": _operator("network"),
    }
    return _object("Inbound SMS from ip1", "ip1, Receive incoming SMS", properties, ("mcc", "mnc"))


_STATUS: Schema = {
    "type": "object",
    "properties": {
        "created": _SECONDS,
        "code": {
            "type": "integer",
            "minimum": 100,
            "maximum": 599,
            "description": "201 for an incoming message; more may be added in the future.",
        },
        "duration": {"type": "integer", "enum": [0, 1], "description": "1 is the last update."},
    },
    "required": ["created", "code", "duration"],
    "additionalProperties": True,
}


def _operator(part: str) -> Schema:
    return {
        "type": ["string", "null"],
        "description": f"The {part} part of the operator, where the carrier provides it.",
    }


def _intelepeer(settings: Settings) -> Schema:
    properties = {
        "refid": {"type": "string", "minLength": REFID_LENGTH, "maxLength": REFID_LENGTH},
        "from": endpoint(settings),
        "to": endpoint(settings),
        "message": {"type": "string"},
        "signature": {"type": "string"},
    }
    return _object(
        "Inbound SMS from IntelePeer",
        "IntelePeer, Receiving SMS messages",
        properties,
        ("signature",),
    )
