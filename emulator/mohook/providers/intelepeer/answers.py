"""What the API answers: an HTTP status and a JSON body, its keys in documented order.

Source: IntelePeer, Receiving SMS messages (Example Responses); API Authentication;
provisioning page. Assumption: the bodies of 400, 404 and 409, and an error in a 207.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

from mohook.errors import (
    ConflictError,
    MohookError,
    NotFoundError,
    TokenExpiredError,
    UnauthorizedError,
)
from mohook.providers.intelepeer.provisioning import ProvisioningState

__all__ = [
    "Answer",
    "ErrorBody",
    "answered",
    "authenticated",
    "error_body",
    "provisioning_requested",
    "refusal",
    "webhook_record",
]

Answer = tuple[int, dict[str, Any]]
ErrorBody = Literal["code", "error", "detail"]

_UNAUTHORIZED = "Unauthorized"
_EXPIRED = "token has expired"


def webhook_record(endpoint: str, webhook: str | None, state: ProvisioningState) -> dict[str, Any]:
    """Return what is told of one endpoint."""
    return {"tnkey": endpoint, "webhook": webhook, "provisioning": {"state": state.value}}


def answered(
    endpoints: Sequence[str],
    look: Callable[[str], dict[str, Any]],
    status: int,
    form: ErrorBody,
) -> Answer:
    """Return the answer for `endpoints`, each looked up by `look`, which may raise.

    One endpoint is answered with its own status; several with 207 and a list.
    """

    def response(endpoint: str) -> Answer:
        try:
            return status, look(endpoint)
        except MohookError as error:
            return refusal(error, form)

    if len(endpoints) == 1:
        code, body = response(endpoints[0])
        return code, {"code": status} | body if code == status else body
    return 207, {"code": 207, "endpoints": [_entry(e, *response(e)) for e in endpoints]}


def _entry(endpoint: str, status: int, response: dict[str, Any]) -> dict[str, Any]:
    return {"status": status, "endpoint": endpoint, "response": response}


def authenticated(token: str) -> Answer:
    """Return what a good username and password get."""
    return 200, {"token": token}


def provisioning_requested() -> Answer:
    """Return what a provisioning request gets, however soon it is carried out."""
    return 202, {"code": 202, "provisioning": {"state": ProvisioningState.REQUESTED.value}}


def refusal(error: MohookError, form: ErrorBody) -> Answer:
    """Return the answer that tells `error`, in the form of the switch `error_body`.

    An expired token has the body that was seen for it, which knows no `code`.

    Source: IntelePeer, API Authentication (the bodies of 401).
    """
    if isinstance(error, TokenExpiredError):
        return 401, {"detail" if form == "detail" else "error": _EXPIRED}
    if isinstance(error, UnauthorizedError):
        return 401, error_body(401, _UNAUTHORIZED, form)
    status = 404 if isinstance(error, NotFoundError) else 400
    if isinstance(error, ConflictError):
        status = 409
    return status, error_body(status, str(error), form)


def error_body(status: int, text: str, form: ErrorBody) -> dict[str, Any]:
    """Return the body of an error in the form of the switch `error_body`."""
    if form == "detail":
        # The one such body that was seen is in lower case: {"detail":"unauthorized"}.
        return {"detail": text.lower() if status == 401 else text}
    return {"code": status, "error": text} if form == "code" else {"error": text}
