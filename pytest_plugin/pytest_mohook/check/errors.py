"""What ends a verdict before its end."""

from __future__ import annotations

from mohook.errors import InputError, MohookError, UnreachableError
from mohook.masking import masked_url
from pytest_mohook.strategies.requests import WebhookRequest

__all__ = [
    "ForeignHostError",
    "ReadbackBrokenError",
    "ReadbackError",
    "ReadbackUnreachableError",
    "ReceiverGoneError",
]


class ReceiverGoneError(UnreachableError):
    """Nobody listens at the receiver's URL any more; `last` shows what it was sent last."""

    def __init__(self, url: str, last: str) -> None:
        super().__init__(f"nobody listens at {masked_url(url)} any more; last it was sent:\n{last}")
        self.url = url
        self.last = last


class ForeignHostError(InputError):
    """The receiver is on another machine, and nobody has said that it may be."""


class ReadbackError(MohookError):
    """The receiver cannot be asked what it has stored, or answers something else."""


class ReadbackBrokenError(ReadbackError):
    """The receiver cannot tell any more what it has stored, since it has taken `request`.

    Of `count` requests that may be why, it is the first.
    """

    def __init__(self, problem: ReadbackError, request: WebhookRequest, count: int) -> None:
        super().__init__(str(problem))
        self.request = request
        self.count = count

    @property
    def sentence(self) -> str:
        """What happened, in words."""
        several = f", or one of the {self.count - 1} sent with it" if self.count > 1 else ""
        size = f"{self.request.method} of {len(self.request.body):,} bytes"
        return f"since it was sent this ({size}){several}, nobody can read what it stored: {self}"


class ReadbackUnreachableError(ReadbackError, UnreachableError):
    """Nothing answers at the readback's URL."""
