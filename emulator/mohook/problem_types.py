"""The type by which an error travels in problem details: written by the server, read by the client.

Source: RFC 9457, 3.1.1 (`type`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mohook.errors import MohookError

__all__ = ["PROBLEMS", "error_of_type", "problem_type"]

PROBLEMS = "urn:mohook:problem:"
"""What every type begins with; a word follows."""


def problem_type(kind: type[MohookError]) -> str:
    """Return the word of the type that stands for this class of errors.

    >>> from mohook.errors import NotSettledError
    >>> problem_type(NotSettledError)
    'not-settled'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__.removesuffix("Error")).lower()


def error_of_type(text: str) -> type[MohookError] | None:
    """Return the class of errors that a whole type stands for; None where it stands for none.

    >>> error_of_type("urn:mohook:problem:not-found")
    <class 'mohook.errors.NotFoundError'>
    """
    kinds = {PROBLEMS + problem_type(kind): kind for kind in _with_its_kinds(MohookError)}
    return kinds.get(text)


def _with_its_kinds(kind: type[MohookError]) -> Iterator[type[MohookError]]:
    yield kind
    for each in kind.__subclasses__():
        yield from _with_its_kinds(each)
