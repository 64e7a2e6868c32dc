"""A storm's figures as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pytest_mohook.load.figures import Figures
from pytest_mohook.load.tally import Quantiles
from pytest_mohook.oracle.findings import FindingKind

__all__ = ["figures_json"]

JSON = dict[str, Any]
_STORED = (
    FindingKind.LOST,
    FindingKind.DUPLICATED,
    FindingKind.ALTERED,
    FindingKind.UNACKNOWLEDGED,
)


def figures_json(figures: Figures) -> JSON:
    """Return the figures; times are in milliseconds, and null where nothing was measured.

    `right` is null where the storm was ended before its time. What is `stored` is null, never 0,
    where the store was not looked at.
    """
    plan, tally = figures.plan, figures.tally
    return {
        "provider": plan.provider,
        "url": figures.url,
        "right": figures.right,
        "ending": str(figures.ending),
        "asked": {
            "rate": plan.rate,
            "users": plan.users,
            "seconds": plan.seconds,
            "drain": plan.drain,
            "clock": f"x{plan.clock:g}" if plan.clock != 1 else "real",
            "seed": plan.seed,
            "max_failures": figures.max_undelivered,
        },
        "seconds": round(tally.seconds, 3),
        "messages": {
            "sent": tally.sent,
            "delivered": tally.delivered,
            "given_up": tally.given_up,
            "pending": tally.open,
            "unsent": tally.unsent,
        },
        "attempts": {
            "made": tally.attempts,
            "retries": len(tally.retries),
            "by_outcome": dict(tally.outcomes.most_common()),
        },
        "latency_ms": {
            "first_attempts": _milliseconds(tally.first),
            "retries": _milliseconds(tally.retries),
            "until_delivered": _milliseconds(tally.deliveries),
            "begun_late_by": _milliseconds(tally.behind),
        },
        "stored": _stored(figures),
        "workers": [sent for _, sent in sorted(tally.workers.items())],
        "workers_lost": tally.lost_workers,
        "cut_short": tally.cut,
    }


def _milliseconds(seconds: Iterable[float]) -> JSON | None:
    found = Quantiles.of(seconds)
    if found is None:
        return None
    return {name: round(value * 1000, 3) for name, value in found._asdict().items()}


def _stored(figures: Figures) -> JSON:
    judged = figures.judged
    return {
        "checked": judged.checked,
        "why": judged.why or None,
        "problem": judged.trouble or None,
        **{str(kind): judged.of(kind) if judged.checked else None for kind in _STORED},
        "examples": [str(each) for each in judged.examples],
    }
