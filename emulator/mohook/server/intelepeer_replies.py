"""What IntelePeer's operations can answer, in the words of OpenAPI.

Source: IntelePeer, Receiving SMS messages; API Authentication; provisioning page.
Assumption: 413, 415, and the bodies of errors.
"""

from __future__ import annotations

from typing import Any

from mohook.server.replies import component

__all__ = ["PROVISIONED", "RECORDS_GOT", "TOKEN", "WEBHOOK_GOT", "WEBHOOK_SET"]

_TEXTS = {
    400: "The request, an endpoint or the webhook's URL is malformed, or a number is not "
    "enabled for SMS.",
    401: "There is no token, or none that is good.",
    403: "A page of another origin tried to change something.",
    404: "The telephone number is not available for use by the customer.",
    409: "The provisioning of this number is in progress.",
    413: "The body is larger than the cap.",
    415: "The body is not application/json.",
    421: "The Host header names another machine.",
}
_BODY = (413, 415)


def _told(schema: str, description: str) -> dict[str, Any]:
    return {
        "description": description,
        "content": {"application/json": {"schema": component(schema)}},
    }


def _replies(success: dict[int, dict[str, Any]], *refusals: int) -> dict[str | int, Any]:
    always = (400, 403, 421)
    refused = sorted({*always, *refusals})
    answers: dict[str | int, Any] = dict(success.items())
    return answers | {n: _told("IntelePeerError", _TEXTS[n]) for n in refused}


WEBHOOK_SET = _replies(
    {
        201: _told("WebhookRecord", "Webhook configuration successfully updated."),
        207: _told("WebhookRecords", "Multiple statuses for bulk request."),
    },
    401,
    404,
    *_BODY,
)
WEBHOOK_GOT = _replies(
    {
        200: _told("WebhookRecord", "Webhook returned in the response."),
        207: _told("WebhookRecords", "Multiple statuses for bulk request."),
    },
    401,
    404,
)
TOKEN = _replies({200: _told("Token", "A token, good for 24 hours.")}, 401, *_BODY)
PROVISIONED = _replies(
    {202: _told("ProvisioningRequested", "Provisioning was requested.")}, 401, 409, *_BODY
)
RECORDS_GOT = _replies({200: _told("IntelePeerRecords", "The records.")}, 401)
