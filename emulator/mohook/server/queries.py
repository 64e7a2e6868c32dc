"""A query says what its operation asks for, each name once: a slip is told, not passed over."""

from __future__ import annotations

from flask import current_app, request

from mohook.server.problems import ProblemError

__all__ = ["check_query"]


def check_query() -> None:
    """Raise ProblemError for a repeated name, and for any name where none is asked for."""
    for name, values in request.args.lists():
        if len(values) > 1:
            raise _refused(name, "stands more than once")
        if not _asks():
            raise _refused(name, "is not asked for here")


def _asks() -> bool:
    view = current_app.view_functions[request.endpoint or ""]
    return "query" in view.__annotations__


def _refused(name: str, what: str) -> ProblemError:
    errors = [{"field": name, "message": what}]
    return ProblemError(422, f"{name[:40]!r} {what} in the query", kind="input", errors=errors)
