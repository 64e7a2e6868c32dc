"""Reading state that was dumped as JSON: typed values, or `InputError`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, get_args, get_type_hints

from mohook.errors import InputError, MohookError
from mohook.settings import SignatureSettings

__all__ = ["flag", "reading", "signature_from", "text"]


@contextmanager
def reading(what: str) -> Iterator[None]:
    """Turn what a malformed `what` makes Python raise into an `InputError`."""
    try:
        yield
    except MohookError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"{what} cannot be read ({error!r}): expected what `dump` made"
        raise InputError(msg) from error


def text(entry: Mapping[str, Any], key: str) -> str | None:
    """Return the text under `key`, or None. Raises `TypeError` for anything else."""
    value = entry[key]
    if value is not None and not isinstance(value, str):
        msg = f"{key} is not a text"
        raise TypeError(msg)
    return value


def flag(entry: Mapping[str, Any], key: str) -> bool:
    """Return the truth under `key`. Raises `TypeError` for anything else."""
    value = entry[key]
    if not isinstance(value, bool):
        msg = f"{key} is neither true nor false"
        raise TypeError(msg)
    return value


def signature_from(entry: Mapping[str, Any]) -> SignatureSettings:
    """Return the signature that was dumped. Raises `ValueError` for a word it does not know."""
    for key, words in get_type_hints(SignatureSettings).items():
        if entry[key] not in get_args(words):
            msg = f"{key} {entry[key]!r} is none of {get_args(words)}"
            raise ValueError(msg)
    return SignatureSettings(**entry)
