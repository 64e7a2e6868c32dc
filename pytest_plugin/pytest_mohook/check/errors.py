"""What ends a verdict before its end."""

from __future__ import annotations

from mohook.errors import InputError, MohookError, UnreachableError
from mohook.masking import masked_url

__all__ = ["ForeignHostError", "ReadbackError", "ReadbackUnreachableError", "ReceiverGoneError"]


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


class ReadbackUnreachableError(ReadbackError, UnreachableError):
    """Nothing answers at the readback's URL."""
