"""The components that no pydantic model makes: forms that hang on settings, IntelePeer's bodies.

Source: IntelePeer, Receiving SMS messages; API Authentication; provisioning page.
"""

from __future__ import annotations

from typing import Any

from mohook.durations import LONGEST
from mohook.providers.intelepeer.provisioning import ProvisioningState
from mohook.reports import MDR_COLUMNS
from mohook.schemas import (
    Schema,
    endpoint,
    ip1_sender,
    msisdn,
    payload_schema,
    recipient,
    webhook_url,
)
from mohook.server.models.control import MAX_ATTEMPTS, MOST_ATTEMPTS
from mohook.server.models.messages import MOST_COPIES
from mohook.server.replies import component
from mohook.settings import Settings
from mohook.sms.addresses import E164_EXAMPLE, E164_PATTERN, MSISDN_EXAMPLE

__all__ = ["components"]

_INSTANT: Schema = {"type": "string", "format": "date-time"}


def components(settings: Settings) -> dict[str, Schema]:
    """Return every component by its name."""
    return {
        "Msisdn": msisdn(),
        "Endpoint": endpoint(settings),
        "Recipient": recipient(settings),
        "WebhookUrl": webhook_url(),
        "SendBody": _send(settings),
        "AdvanceBody": _advance(),
        "Problem": _PROBLEM,
        "Ip1Message": _payload("ip1", settings),
        "IntelePeerMessage": _payload("intelepeer", settings),
        **_intelepeer(settings),
    }


def _payload(provider: str, settings: Settings) -> Schema:
    schema = payload_schema(provider, settings)
    del schema["$schema"]
    return schema


def _object(properties: Schema, *optional: str, more: bool = False) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": more,
    }


def _send(settings: Settings) -> Schema:
    at_ip1 = _submission("ip1", ip1_sender(settings), msisdn(), MSISDN_EXAMPLE)
    at_intelepeer = _submission(
        "intelepeer", component("Endpoint"), component("Endpoint"), E164_EXAMPLE
    )
    return {
        "description": "One message to send, once or `count` times. `fields` replaces or adds "
        "provider fields by wire name; with `batch`, ip1 takes all for one request.",
        "oneOf": [at_ip1, at_intelepeer],
    }


def _submission(provider: str, sender: Schema, to: Schema, number: str) -> Schema:
    properties = {
        "provider": {"type": "string", "const": provider},
        "from": sender,
        "to": to,
        "body": {"type": "string", "description": "At most what 255 SMS parts can carry."},
        "count": {"type": "integer", "minimum": 1, "maximum": MOST_COPIES, "default": 1},
        "batch": {"type": "boolean", "default": False},
        "fields": {"type": "object", "additionalProperties": True},
    }
    example = {"provider": provider, "from": number, "to": number, "body": "Hello World!"}
    return {**_object(properties, "count", "batch", "fields"), "examples": [example]}


def _advance() -> Schema:
    bound = {
        "type": "integer",
        "minimum": 1,
        "maximum": MOST_ATTEMPTS,
        "default": MAX_ATTEMPTS,
        "description": "More attempts than these on the way are a 409.",
    }
    moves: dict[str, Schema] = {
        "seconds": {"type": "number", "minimum": 0, "maximum": LONGEST.total_seconds()},
        "to": _INSTANT,
        "until": {"type": "string", "enum": ["next", "idle"]},
    }
    return {
        "description": "How far to move the manual clock.",
        "oneOf": [
            _object({name: move, "max_attempts": bound}, "max_attempts")
            for name, move in moves.items()
        ],
    }


_PROBLEM = _object(
    {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": _object({"field": {"type": "string"}, "message": {"type": "string"}}),
        },
    },
    "errors",
) | {"description": "Problem details (RFC 9457)."}

_STATE = _object({"state": {"type": "string", "enum": [*ProvisioningState]}})
_RECORD: Schema = {
    "tnkey": {"type": "string"},
    "webhook": {"type": ["string", "null"]},
    "provisioning": _STATE,
}
_CODE: Schema = {"type": "integer"}


def _intelepeer(settings: Settings) -> dict[str, Any]:
    switches = settings.intelepeer
    asked = _asked(
        fewest=1 if switches.empty_endpoints == "400" else 0,
        unique=switches.duplicate_endpoints == "400",
    )
    url = component("WebhookUrl")
    if switches.empty_webhook == "unset":
        url = {"anyOf": [url, {"type": "string", "maxLength": 0}]}
    one = {
        "type": "array",
        "items": {"type": "string", "pattern": E164_PATTERN},
        "minItems": 1,
        "maxItems": 1,
    }
    return {
        "EndpointsAsked": asked,
        "WebhookRequest": _object({"endpoints": asked, "webhook": url}, more=True),
        "ProvisionRequest": _object({"endpoints": one}, more=True),
        "Credentials": _object(
            {"username": {"type": "string"}, "password": {"type": "string"}}, more=True
        ),
        **_ANSWERS,
    }


def _asked(*, fewest: int, unique: bool) -> Schema:
    """Return the form of a list of endpoints: of several, each is judged, and answered, alone."""
    return {
        "type": "array",
        "items": {"type": "string"},
        "minItems": fewest,
        "uniqueItems": unique,
        "anyOf": [
            {"maxItems": 1, "items": component("Endpoint")},
            {"minItems": 2},
        ],
        "examples": [[E164_EXAMPLE]],
    }


_ERROR: Schema = {
    "type": "object",
    "properties": {
        "code": _CODE,
        "error": {"type": "string"},
        "detail": {"type": "string"},
    },
    "anyOf": [{"required": ["error"]}, {"required": ["detail"]}],
    "additionalProperties": False,
    "description": "A refusal in IntelePeer's form; the switch `intelepeer.error_body` has three.",
}
_ENTRY = _object(
    {
        "status": _CODE,
        "endpoint": {"type": "string"},
        "response": {"anyOf": [_object(_RECORD), component("IntelePeerError")]},
    }
)
_ANSWERS: dict[str, Schema] = {
    "IntelePeerError": _ERROR,
    "WebhookRecord": _object({"code": _CODE, **_RECORD}),
    "WebhookRecords": _object(
        {"code": {"type": "integer", "const": 207}, "endpoints": {"type": "array", "items": _ENTRY}}
    ),
    "Token": _object({"token": {"type": "string"}}),
    "ProvisioningRequested": _object({"code": _CODE, "provisioning": _STATE}),
    "IntelePeerRecords": _object(
        {
            "code": _CODE,
            "records": {
                "type": "array",
                "items": _object({name: {} for name in MDR_COLUMNS}),
            },
        }
    ),
}
