"""The form of a recipient that messages are asked for by, whichever provider's it is."""

from __future__ import annotations

from mohook.errors import AddressError
from mohook.providers.intelepeer.endpoints import is_endpoint
from mohook.server.current import emulator
from mohook.sms.addresses import E164_EXAMPLE, MSISDN_EXAMPLE, SHORT_CODE_EXAMPLE, is_msisdn

__all__ = ["require_recipient"]


def require_recipient(value: str | None) -> None:
    """Raise AddressError unless messages can have been sent to `value`, if it is given.

    A `+` that was not written as %2B arrives as a space, and would find nothing.
    """
    lengths = emulator().settings.intelepeer.short_code_length
    if value is None or is_msisdn(value) or is_endpoint(value, lengths):
        return
    lost = " (a '+' in a query is written %2B)" if value.startswith(" ") else ""
    msg = (
        f"to {value[:40]!r}{lost}: expected a number such as {MSISDN_EXAMPLE!r}, "
        f"{E164_EXAMPLE!r} or {SHORT_CODE_EXAMPLE!r}"
    )
    raise AddressError(msg)
