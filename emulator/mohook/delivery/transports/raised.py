"""What an app raised, in one line: what it was, and where in the app's own code."""

from __future__ import annotations

import traceback
from pathlib import Path

from mohook.delivery.transports.own_code import is_the_apps

__all__ = ["in_short"]


def in_short(problem: BaseException) -> str:
    """Return what was raised and the last place of it in the app's own code.

    The standard library, installed packages and mohook itself are not the app's own.

    >>> in_short(KeyError("mnc"))
    "raised KeyError: 'mnc'"
    """
    while isinstance(problem, BaseExceptionGroup) and len(problem.exceptions) == 1:
        problem = problem.exceptions[0]  # a task group's wrapping
    told = f"raised {type(problem).__name__}"
    if text := str(problem):
        told += f": {text}"
    place = _place(problem)
    return f"{told} ({place})" if place else told


def _place(problem: BaseException) -> str | None:
    for frame, line in reversed(list(traceback.walk_tb(problem.__traceback__))):
        code = frame.f_code
        if is_the_apps(code.co_filename):
            return f"{Path(code.co_filename).name}:{line}, in {code.co_name}"
    return None
