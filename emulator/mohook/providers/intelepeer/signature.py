"""What stands in `signature`: nothing, the shared code itself, or an HMAC under it."""

from __future__ import annotations

import hmac
from base64 import b64encode

from mohook.providers.intelepeer.customer import IntelePeerCustomer
from mohook.settings import SignatureSettings

__all__ = ["signature"]


def signature(customer: IntelePeerCustomer, refid: str, message: str) -> str | None:
    """Return the signature of a message, or None where the key is absent.

    `literal` is the secret itself. `hmac` has the secret as its key, and signs reference id
    and message one after the other, in UTF-8.

    Source: IntelePeer, Receiving SMS messages (literal); Securing Inbound SMS Webhooks says
    that an HMAC is made of reference id, body and secret. Assumption: hash, order, encoding.
    """
    mode = customer.signature.mode
    if mode == "absent":
        return None
    if mode == "literal":
        return customer.secret
    return _hmac(customer.signature, customer.secret, refid, message)


def _hmac(how: SignatureSettings, secret: str, refid: str, message: str) -> str:
    signed = refid + message if how.order == "refid-message" else message + refid
    # Half a surrogate pair, set by hand, must not stop the message that tests for it.
    digest = hmac.digest(secret.encode(), signed.encode("utf-8", "surrogatepass"), how.hash)
    if how.encoding == "base64":
        return b64encode(digest).decode("ascii")
    return digest.hex() if how.encoding == "hex" else digest.hex().upper()
