"""What a receiver must survive: everything but a message that the provider may send.

Each kind spoils a valid request in one respect, and says in which.
"""

from __future__ import annotations

from pytest_mohook.strategies.hostile.kinds import HostileKind, HostileRequest
from pytest_mohook.strategies.hostile.strategy import hostile_requests

__all__ = ["HostileKind", "HostileRequest", "hostile_requests"]
