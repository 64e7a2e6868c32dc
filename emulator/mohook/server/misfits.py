"""Which field of a message a refusal is about, so that a page can show it there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mohook.errors import AddressError, ConflictError, MohookError, TextError, UnknownNumberError
from mohook.providers import PROVIDERS
from mohook.samples import SAMPLES
from mohook.server.models.messages import SendBody
from mohook.server.problems import problem_of
from mohook.settings import Settings

__all__ = ["naming_the_field"]


@contextmanager
def naming_the_field(given: SendBody, settings: Settings) -> Iterator[None]:
    """Turn what the emulator raises for a message into a problem whose `errors` name its field."""
    try:
        yield
    except MohookError as error:
        problem = problem_of(error)
        if field := _field(error, given, settings):
            problem.errors = [{"field": field, "message": str(error)}]
        raise problem from error


def _field(error: MohookError, given: SendBody, settings: Settings) -> str | None:
    match error:
        case TextError():
            return "body"
        case UnknownNumberError() | ConflictError():
            return "to"
        case AddressError():
            return "to" if _fits(given.provider, given.from_, settings) else "from"
    return None


def _fits(provider: str, sender: str, settings: Settings) -> bool:
    """Whether the sender is good, beside a recipient that is."""
    try:
        PROVIDERS[provider].check(sender, SAMPLES[provider].recipient, settings)
    except AddressError:
        return False
    return True
