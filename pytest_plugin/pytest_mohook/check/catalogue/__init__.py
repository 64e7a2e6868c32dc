"""Every check, group by group, in the order in which somebody new would read them."""

from __future__ import annotations

from pytest_mohook.check.catalogue import (
    acknowledgement,
    content,
    forgery,
    hostile,
    identity,
    ids,
    order,
    timing,
    tolerance,
)
from pytest_mohook.check.model import Check

__all__ = ["CATALOGUE"]

_MODULES = (
    acknowledgement,
    identity,
    ids,
    order,
    content,
    tolerance,
    forgery,
    hostile,
    timing,
)
CATALOGUE: tuple[Check, ...] = tuple(check for module in _MODULES for check in module.CHECKS)
"""At most one for an id."""
