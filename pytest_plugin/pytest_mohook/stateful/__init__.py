"""A state machine that looks for a delivery history which a receiver does not survive."""

from __future__ import annotations

from pytest_mohook.stateful.machine import receiver_machine

__all__ = ["receiver_machine"]
