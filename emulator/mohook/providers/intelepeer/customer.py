"""The IntelePeer customer: whose numbers they are, and what signs their messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from mohook.settings import SignatureSettings

__all__ = ["IntelePeerCustomer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntelePeerCustomer:
    """One customer: credentials for the API, a shared code for inbound messages.

    No secret stands in its `repr`, so none reaches a log or an error that shows it.

    Source: IntelePeer, Receiving SMS messages; API Authentication.
    """

    name: str
    secret: str = field(repr=False)
    signature: SignatureSettings
    token: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
