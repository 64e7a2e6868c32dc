"""What a callable that somebody gave asks for."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

__all__ = ["call_with", "required_arguments", "takes_app"]


def required_arguments(given: Callable[..., Any]) -> int | None:
    """Return how many positional arguments a call must have; None where nobody can tell.

    >>> required_arguments(lambda app, limit=10: None), required_arguments(lambda *any: None)
    (1, None)
    """
    try:
        parameters = inspect.signature(given).parameters.values()
    except (TypeError, ValueError):
        bound = inspect.isbuiltin(given) and not inspect.ismodule(given.__self__)
        return 0 if bound else None  # written in C: of a method such as `rows.clear` we know
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return None
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return sum(each.kind in positional and each.default is each.empty for each in parameters)


def takes_app(function: Callable[..., Any]) -> bool:
    """Whether a function is to be given the app: it demands an argument, or does not say.

    >>> rows = {}
    >>> takes_app(lambda app: app.rows), takes_app(lambda: rows), takes_app(rows.clear)
    (True, False, False)
    """
    return required_arguments(function) != 0


def call_with(function: Callable[..., Any], app: object) -> Any:
    """Call a function with the app, or with nothing."""
    return function(app) if takes_app(function) else function()
