"""What is drawn, and from which seed: ids of payloads, their renewal, and order."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random, SystemRandom
from typing import Any, NamedTuple

from mohook.snapshots import random_state

__all__ = ["Randomness", "Seed", "drawn_seed"]

_DRAWN_SEEDS = 1_000_000


class Seed(NamedTuple):
    """What governs ids and order, and how often an emulator has gone on with it before."""

    seed: int
    starts: int = 0

    def of(self, what: str = "") -> str | int:
        """Return what a generator is seeded with: at each start another, so that no id repeats."""
        if not self.starts:
            return f"{what} {self.seed}" if what else self.seed
        return f"{what} {self.seed} start {self.starts}"


def drawn_seed() -> int:
    """Return a seed that nobody has named."""
    return SystemRandom().randrange(_DRAWN_SEEDS)


class Randomness:
    """The generators. `new_ids` is the delivering thread's own, `order` too."""

    def __init__(self, seed: Seed) -> None:
        self.ids, self.new_ids, self.order = Random(), Random(), Random()
        self.sow(seed)

    def sow(self, seed: Seed) -> None:
        """Begin anew from a seed."""
        self.ids.seed(seed.of())
        self.new_ids.seed(seed.of("new ids"))
        self.order.seed(seed.of())

    def dump(self) -> list[Any]:
        """Return how far the ids have come, as JSON-able data."""
        return [self.ids.getstate(), self.new_ids.getstate()]

    def load(self, states: Sequence[Any]) -> None:
        """Go on from what `dump` returned."""
        for random, state in zip((self.ids, self.new_ids), states, strict=True):
            random.setstate(random_state(state))
