"""What the emulator holds of IntelePeer."""

from __future__ import annotations

from functools import partial

from mohook.assumptions.assumption import Grade, row

__all__ = ["ROWS"]

_RECEIVING = "IntelePeer, Receiving SMS Messages"
_SILENT = f"{_RECEIVING}: does not say"
_SECURING = "IntelePeer, Securing Inbound SMS Webhooks"
_AUTHENTICATION = "IntelePeer, Atmosphere API Authentication"
_PROVISIONING = "IntelePeer, Provisioning Telephone Numbers"
_row = partial(row, provider="intelepeer")

_API = (
    _row(
        "intelepeer-authorization",
        Grade.DOCUMENTED,
        "The Authorization header holds the token, with or without the word Bearer before it.",
        source=f"{_RECEIVING} (its two examples differ)",
        switch="intelepeer.bearer_only",
    ),
    _row(
        "intelepeer-token",
        Grade.DOCUMENTED,
        "A token lasts 24 hours; wrong credentials and stale tokens get 401.",
        source=_AUTHENTICATION,
    ),
    _row(
        "intelepeer-provisioning",
        Grade.DOCUMENTED,
        "Provisioning takes one long code a call: 202 at first, 409 while it is in progress.",
        source=_PROVISIONING,
    ),
    _row(
        "intelepeer-provisioning-delay",
        Grade.ASSUMED,
        "A requested number is provisioned at once.",
        source=f"{_PROVISIONING}: names the states, not how long they last",
        switch="intelepeer.provisioning_delay",
    ),
    _row(
        "intelepeer-error-body",
        Grade.ASSUMED,
        'An error is {"code":404,"error":"…"}; in a 207 it is '
        '{"status":404,"endpoint":"…","response":{"code":404,"error":"…"}}.',
        source=f"{_RECEIVING}: names the statuses, shows no body",
        switch="intelepeer.error_body",
        note='Seen with 401: {"code":401,"error":"Unauthorized"}, {"detail":"unauthorized"}, '
        '{"error":"token has expired"}.',
    ),
    _row(
        "intelepeer-get-endpoints",
        Grade.ASSUMED,
        "A GET for several endpoints repeats the parameter endpoint.",
        source=f"{_RECEIVING}: speaks of several, shows one",
        switch="intelepeer.get_endpoints",
    ),
    _row(
        "intelepeer-empty-endpoints",
        Grade.ASSUMED,
        "An empty list of endpoints is a 400.",
        source=_SILENT,
        switch="intelepeer.empty_endpoints",
    ),
    _row(
        "intelepeer-duplicate-endpoints",
        Grade.ASSUMED,
        "An endpoint that stands twice in a list is answered twice.",
        source=_SILENT,
        switch="intelepeer.duplicate_endpoints",
    ),
    _row(
        "intelepeer-empty-webhook",
        Grade.ASSUMED,
        "An empty webhook is an improperly formatted URL: 400. It does not unset the webhook.",
        source=_SILENT,
        switch="intelepeer.empty_webhook",
    ),
    _row(
        "intelepeer-webhook-never-set",
        Grade.ASSUMED,
        "The webhook of a number that never had one is null.",
        source=_SILENT,
        switch="intelepeer.webhook_never_set",
    ),
    _row(
        "intelepeer-endpoint-form",
        Grade.DOCUMENTED,
        "An endpoint is a long code (+13031112222) or a short code (1-1234), by shape alone.",
        source="IntelePeer, send pages (Code Formatting)",
        note="The samples use numbers that no numbering plan knows.",
    ),
    _row(
        "intelepeer-short-code-length",
        Grade.ASSUMED,
        "A short code has three to eight digits after its country code.",
        source="IntelePeer, send pages (Code Formatting): shows examples of four",
        switch="intelepeer.short_code_length",
    ),
    _row(
        "intelepeer-cpaas",
        Grade.DOCUMENTED,
        "Setting a webhook ends delivery to the CPaaS platform.",
        source=_RECEIVING,
    ),
    _row(
        "intelepeer-mdr",
        Grade.ASSUMED,
        "The detail record of an inbound message has the shape of an outbound one, "
        "without the text.",
        source="IntelePeer, message detail records: published examples are outbound only",
        switch="intelepeer.mdr_text",
    ),
)

_DELIVERY = (
    _row(
        "intelepeer-attempts",
        Grade.DOCUMENTED,
        "A message that is not answered with 200 is sent five times in all; each failed attempt "
        "counts as failed in the reports.",
        source=f"{_RECEIVING} (Behavior)",
        note="intelepeer.retry_spacing has one gap fewer than there are attempts.",
    ),
    _row(
        "intelepeer-retry-spacing",
        Grade.ASSUMED,
        "One minute lies between one attempt and the next.",
        source=_SILENT,
        switch="intelepeer.retry_spacing",
        note="One duration a gap: four make the documented five attempts.",
    ),
    _row(
        "intelepeer-refid",
        Grade.DOCUMENTED,
        "refid is 32 upper-case hex digits.",
        source=f"{_RECEIVING} (example)",
        switch="intelepeer.refid",
        note="sm is the form of an outbound sample: SM and 30 upper-case hex digits.",
    ),
    _row(
        "intelepeer-signature-mode",
        Grade.DOCUMENTED,
        "signature is the shared code itself.",
        source=_RECEIVING,
        switch="intelepeer.signature.mode",
        note=f"{_SECURING}, says that it is an HMAC of reference id, body and secret "
        "where an account secret is set.",
    ),
    _row(
        "intelepeer-signature-hash",
        Grade.ASSUMED,
        "An HMAC signature is made with SHA-256.",
        source=f"{_SECURING}: the hash is not known to us",
        switch="intelepeer.signature.hash",
    ),
    _row(
        "intelepeer-signature-order",
        Grade.ASSUMED,
        "An HMAC signature covers the reference id, then the message body.",
        source=f"{_SECURING}: the order is not known to us",
        switch="intelepeer.signature.order",
    ),
    _row(
        "intelepeer-signature-encoding",
        Grade.ASSUMED,
        "An HMAC signature is written in lower-case hex.",
        source=f"{_SECURING}: the encoding is not known to us",
        switch="intelepeer.signature.encoding",
    ),
    _row(
        "intelepeer-webhook-credentials",
        Grade.DOCUMENTED,
        "A webhook URL may carry Basic credentials; HTTPS is recommended, not required.",
        source=_SECURING,
    ),
    _row(
        "intelepeer-long-messages",
        Grade.ASSUMED,
        "A message of several parts arrives as one POST.",
        source=_SILENT,
        switch="intelepeer.long_messages",
    ),
    _row(
        "intelepeer-identification",
        Grade.UNKNOWN,
        "Which headers and source addresses IntelePeer's requests have.",
        source=f"{_RECEIVING}: names none",
        note="Sent are Content-Type: application/json and an honest User-Agent, nothing more.",
    ),
)

ROWS = _API + _DELIVERY
