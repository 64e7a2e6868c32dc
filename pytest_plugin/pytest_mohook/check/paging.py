"""The sign of a readback that tells one page of several, and does not say so."""

from __future__ import annotations

from collections.abc import Sized

__all__ = ["Paging", "page_hint"]

_SIZES = (10, 20, 25, 30, 50, 100, 200, 250, 500, 1_000)
_OFTEN = 3


class Paging:
    """Counts what is told each time. Where that is always as much as fits on a page, it is one.

    >>> paging = Paging()
    >>> for told in (range(48), range(50), range(50), range(50)):
    ...     paging.note(told)
    >>> paging.page
    50
    """

    def __init__(self) -> None:
        self._count = self._times = 0

    def note(self, told: object) -> None:
        """Note what one reading has told."""
        count = len(told) if isinstance(told, Sized) else 0
        self._times = self._times + 1 if count == self._count else 1
        self._count = count

    @property
    def page(self) -> int | None:
        """How many stand on what may be a page; None where nothing speaks for one."""
        is_page = self._count in _SIZES and self._times >= _OFTEN
        return self._count if is_page else None


def page_hint(page: int) -> str:
    """Return what may be why messages seem to be missing, and what to do."""
    return (
        f"The readback told exactly {page} messages each time, whatever was sent: where that is "
        "one page of several, what seems lost may stand on another. It must tell all: raise its "
        "limit in the URL, or put the pages together with --readback-command."
    )
