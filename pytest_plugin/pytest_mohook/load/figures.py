"""A storm that is over, or was ended: what was asked for, what came of it, what it amounts to."""

from __future__ import annotations

from dataclasses import dataclass, field

from pytest_mohook.check.verdict import Ending
from pytest_mohook.load.judging import Judged
from pytest_mohook.load.plan import Plan
from pytest_mohook.load.tally import Quantiles, Tally

__all__ = ["Figures"]

_LATE = 0.1  # seconds


@dataclass(slots=True, kw_only=True)
class Figures:
    """All that a report shows. `url` is fit to be shown.

    So many messages as `max_undelivered` may end undelivered; nothing may be lost or doubled.
    """

    url: str
    plan: Plan
    max_undelivered: int
    tally: Tally = field(default_factory=Tally)
    judged: Judged = field(default_factory=lambda: Judged(why="it was not asked"))
    ending: Ending = Ending.COMPLETE

    @property
    def wrong(self) -> bool:
        """Whether something is: lost, doubled, altered, too many undelivered, a worker missing."""
        too_many = self.tally.undelivered > self.max_undelivered
        return bool(self.judged.wrong or self.tally.lost_workers or self.tally.cut) or too_many

    @property
    def right(self) -> bool | None:
        """Whether all is well as far as it was checked; None where it came to no end of its own."""
        if self.ending is Ending.COMPLETE and not self.judged.trouble:
            return not self.wrong
        return False if self.judged.wrong else None

    @property
    def held_up(self) -> float | None:
        """How late one attempt in a hundred began, in seconds, where that spoils the figures."""
        behind = Quantiles.of(self.tally.behind)
        late = behind is not None and behind.p99 > _LATE
        return behind.p99 if behind and late and self.plan.rate is not None else None
