"""The control token: who may use the control API, the pages and the metrics, where one is set."""

from __future__ import annotations

from hmac import compare_digest

from flask import request
from werkzeug.datastructures import Authorization

from mohook.server.blueprints import HEALTH
from mohook.server.current import emulator
from mohook.server.intelepeer import PREFIX
from mohook.server.problems import ProblemError

__all__ = ["require_token"]

_CHALLENGE = {"WWW-Authenticate": 'Basic realm="mohook", charset="UTF-8"'}


def require_token() -> None:
    """Refuse the request, with 401, unless it shows the control token, or none is set.

    IntelePeer's paths have tokens of their own.
    """
    token = emulator().settings.serve.control_token
    if token is None or request.path == HEALTH or request.path.startswith(PREFIX):
        return
    if not any(compare_digest(each.encode(), token.encode()) for each in _shown()):
        msg = (
            "this emulator has a control token: send it as 'Authorization: Bearer TOKEN' "
            "(MOHOOK_CONTROL_TOKEN for mohook's own commands), or as the password in a browser, "
            "with any name"
        )
        raise ProblemError(401, msg, kind="unauthorized", headers=_CHALLENGE)


def _shown() -> list[str]:
    """Return what the request shows in the place of the token."""
    try:
        given: Authorization | None = request.authorization
    except ValueError:
        return []
    if given is None:
        return []
    if given.type == "bearer":
        return [given.token or ""]
    return [given.password or given.username or ""] if given.type == "basic" else []
