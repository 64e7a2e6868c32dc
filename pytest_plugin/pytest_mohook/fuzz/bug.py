"""A bug: a finding, and the smallest history that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pytest_mohook.fuzz.findings import Finding
from pytest_mohook.fuzz.history import History
from pytest_mohook.fuzz.tape import Taped

__all__ = ["Bug"]


@dataclass(frozen=True, slots=True)
class Bug:
    """One bug, and the smallest history that was found for it.

    `steady` tells whether the history showed it each time; a race may not. `tape` holds each
    request that was made when it showed.
    """

    finding: Finding
    history: History
    story: str
    curl: str
    steady: bool = True
    tape: Sequence[Taped] = ()
