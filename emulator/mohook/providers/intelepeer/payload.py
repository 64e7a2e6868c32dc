"""The inbound message that IntelePeer posts, field by field."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from mohook.providers.fields import overlaid
from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.providers.intelepeer.ids import draw_refid
from mohook.providers.intelepeer.signature import signature
from mohook.providers.provider import Draft, Payload
from mohook.settings import Settings
from mohook.sms.segments import segment, split

__all__ = ["WIRE_ORDER", "payloads", "renewed"]

WIRE_ORDER = ("refid", "from", "to", "message", "signature")
"""The keys as the documented example orders them."""


def payloads(draft: Draft, random: Random, settings: Settings) -> list[Payload]:
    """Return the one payload, or one an SMS part with `intelepeer.long_messages = "parts"`.

    Raises `TextError` for a body that no SMS carries.

    Source: IntelePeer, Receiving SMS messages. Assumption: a long message is one POST.
    """
    refid_form = settings.intelepeer.refid
    return [
        _payload(draft, text, draw_refid(refid_form, random)) for text in _texts(draft, settings)
    ]


def renewed(payload: Payload, customer: IntelePeerCustomer, random: Random) -> Payload:
    """Return `payload` under a new `refid`, signed again where its signature is an HMAC.

    The form of the old one, hex or `SM`, is that of the new one.
    Assumption: `delivery.new_id_per_attempt`.
    """
    was_sm = _text(payload.get("refid"), "").startswith("SM")
    refid = draw_refid("sm" if was_sm else "hex", random)
    if customer.signature.mode != "hmac" or "signature" not in payload:
        return payload | {"refid": refid}
    signed = signature(customer, refid, _text(payload.get("message"), ""))
    return payload | {"refid": refid, "signature": signed}


def _texts(draft: Draft, settings: Settings) -> Sequence[str]:
    """Return the texts to post; one set by hand goes out as it is, never in parts."""
    if settings.intelepeer.long_messages == "parts" and "message" not in draft.fields:
        return split(draft.body)
    segment(draft.body)
    return (draft.body,)


def _payload(draft: Draft, text: str, refid: str) -> Payload:
    fields = draft.fields
    if fields:
        # What is signed is what is sent, where that is a text at all.
        refid, message = _text(fields.get("refid"), refid), _text(fields.get("message"), text)
    else:
        message = text
    payload: Payload = {
        "refid": refid,
        "from": draft.sender,
        "to": draft.recipient,
        "message": message,
    }
    signed = signature(draft.account, refid, message)
    if signed is not None:
        payload["signature"] = signed
    return overlaid(payload, fields, WIRE_ORDER) if fields else payload


def _text(value: Any, otherwise: str) -> str:
    return value if isinstance(value, str) else otherwise
