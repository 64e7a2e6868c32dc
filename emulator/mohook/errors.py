"""Everything that mohook raises on purpose.

MohookError
├── InputError (ValueError)             what somebody gave is not what is taken
│   ├── AddressError                    a number or short code in the wrong form
│   ├── TextError                       a text that no SMS can carry
│   ├── SettingsError                   a bad option, variable or key in mohook.toml
│   ├── FaultError                      a fault step or script that does not exist
│   └── WebhookError                    a URL that cannot be posted to
├── NotFoundError (LookupError)         no such message, number, account or customer
│   └── UnknownNumberError              a number outside a closed inventory
├── UnauthorizedError (PermissionError) a token or password that is not good
│   └── TokenExpiredError               a token that was good once
├── ConflictError (RuntimeError)        asked for what the state of things does not allow
│   └── LifespanError                   an app's startup or shutdown failed, or it has none
├── NotSettledError (RuntimeError)      the bound on attempts was reached; shows the timeline
├── StoreError (RuntimeError)           state that cannot be read or written
│   └── StoreAwayError                  … just now: a full disk, a database that is down
└── UnreachableError (ConnectionError)  no emulator, or no receiver, at that address

A message holds the offending value, what was expected and what to do.
"""

from __future__ import annotations

__all__ = [
    "AddressError",
    "ConflictError",
    "FaultError",
    "InputError",
    "LifespanError",
    "MohookError",
    "NotFoundError",
    "NotSettledError",
    "SettingsError",
    "StoreAwayError",
    "StoreError",
    "TextError",
    "TokenExpiredError",
    "UnauthorizedError",
    "UnknownNumberError",
    "UnreachableError",
    "WebhookError",
]


class MohookError(Exception):
    """Base of every error that mohook raises on purpose."""


class InputError(MohookError, ValueError):
    """What somebody gave is not what is taken."""


class AddressError(InputError):
    """A number or short code is in the wrong form."""


class TextError(InputError):
    """A text cannot be carried by any SMS."""


class SettingsError(InputError):
    """An option, an environment variable or a key in mohook.toml is wrong."""


class FaultError(InputError):
    """A fault step or script does not exist."""


class WebhookError(InputError):
    """A URL cannot be posted to."""


class NotFoundError(MohookError, LookupError):
    """No such message, number, account, customer or fault script."""


class UnknownNumberError(NotFoundError):
    """The number stands outside a closed inventory."""


class UnauthorizedError(MohookError, PermissionError):
    """The token or password is not good."""


class TokenExpiredError(UnauthorizedError):
    """The token was good once; its 24 hours are over."""


class ConflictError(MohookError, RuntimeError):
    """The state of things does not allow what was asked."""


class LifespanError(ConflictError):
    """The startup or shutdown of an ASGI app failed, or it has none where one was asked for."""


class NotSettledError(MohookError, RuntimeError):
    """The bound on attempts was reached before everything settled."""


class StoreError(MohookError, RuntimeError):
    """State cannot be read or written."""


class StoreAwayError(StoreError):
    """State cannot be read or written just now; nothing of what was asked for has been done."""


class UnreachableError(MohookError, ConnectionError):
    """No emulator, or no receiver, answers at that address."""
