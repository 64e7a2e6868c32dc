"""All that came of a run: what a report shows, and what the process ends with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from mohook import __version__
from pytest_mohook.check.model import Check, Result, Status
from pytest_mohook.check.paging import page_hint

__all__ = ["Ending", "Verdict", "in_order"]


_MISSING = "is not stored"
_FIRST = ".ack.exactly-200"
_ALWAYS_COUNTED = (Status.PASSED, Status.FAILED, Status.NOT_CHECKED)


class Ending(StrEnum):
    """Why a run ended."""

    COMPLETE = "complete"
    """Every check was run."""
    INTERRUPTED = "interrupted"
    """Somebody ended it before."""
    GONE = "receiver gone"
    """The receiver listens no more: what it was sent last stands in `last`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The results in the order of the catalogue, and how they were come by.

    `url` is fit to be shown; `began` is when the run did. `trouble` says what was wrong with the
    readback, if anything was: then what it would have told was not checked. `page` is how many
    messages it told each time, where they may be one page of several.
    """

    provider: str
    url: str
    seed: int
    checks: Sequence[Check]
    results: Sequence[Result]
    began: datetime
    seconds: float
    ending: Ending = Ending.COMPLETE
    last: str = ""
    trouble: str = ""
    page: int | None = None
    version: str = __version__

    @property
    def failed(self) -> list[Result]:
        """What the receiver does wrong."""
        return self.of(Status.FAILED)

    def of(self, status: Status) -> list[Result]:
        """Return the results that ended so."""
        return [each for each in self.results if each.status is status]

    @property
    def not_run(self) -> list[Check]:
        """The checks that the run did not come to."""
        done = {each.check.id for each in self.results}
        return [each for each in self.checks if each.id not in done]

    @property
    def unchecked(self) -> Mapping[str, list[Check]]:
        """The checks that were not checked, by the reason."""
        return self._by_reason(Status.NOT_CHECKED)

    @property
    def inapplicable(self) -> Mapping[str, list[Check]]:
        """The checks that the settings leave no room for, by the reason."""
        return self._by_reason(Status.NOT_APPLICABLE)

    def _by_reason(self, status: Status) -> Mapping[str, list[Check]]:
        reasons: dict[str, list[Check]] = {}
        for each in self.of(status):
            reasons.setdefault(each.why, []).append(each.check)
        return reasons

    @property
    def shortened(self) -> bool:
        """Whether examples were left out, for the receiver cannot keep up."""
        return any(each.shortened for each in self.results)

    @property
    def right(self) -> bool | None:
        """Whether the receiver is right, as far as it was checked; None where nothing tells."""
        if self.failed:
            return False
        told = self.ending is Ending.COMPLETE and not self.trouble
        return True if told and self.of(Status.PASSED) else None

    @property
    def hint(self) -> str:
        """What to look at first, where what is told, or is not, may follow from it."""
        if any(each.check.id.endswith(_FIRST) for each in self.failed):
            return (
                "Even a plain message is not acknowledged: see to that first, and to the URL; "
                "most of the others may follow from it."
            )
        if self.page and any(_MISSING in each.why for each in self.failed):
            return page_hint(self.page)
        if self.shortened:
            return (
                "It cannot keep up with fifty messages at once, so the other checks sent it two "
                "examples of each kind: see to that, or --skip time.fifty-at-once, and check again."
            )
        return ""

    @property
    def summary(self) -> str:
        """The counts, in a line."""
        counts = Counter(str(each.status) for each in self.results)
        words = [
            f"{counts[status]} {status}"
            for status in Status
            if status in _ALWAYS_COUNTED or counts[status]
        ]
        words += [f"{len(self.not_run)} not run"] if self.not_run else []
        return f"{', '.join(words)} in {self.seconds:.1f} s"


def in_order(checks: Sequence[Check], results: Sequence[Result]) -> list[Result]:
    """Return results in the order in which the checks stand."""
    places = {each.id: place for place, each in enumerate(checks)}
    return sorted(results, key=lambda each: places[each.check.id])
