"""A verdict, and the catalogue, as JSON."""

from __future__ import annotations

from typing import Any

from pytest_mohook.check.model import Check, Result, Status
from pytest_mohook.check.verdict import Verdict

__all__ = ["check_json", "verdict_json"]

JSON = dict[str, Any]


def check_json(check: Check) -> JSON:
    """Return what a check claims, what it rests on, and how it decides."""
    return {
        "id": check.id,
        "provider": check.provider,
        "group": str(check.group),
        "claim": check.claim,
        "basis": check.basis,
        "decides": check.decides,
        "needs_readback": check.needs_readback,
    }


def verdict_json(verdict: Verdict) -> JSON:
    """Return a verdict: `right` is null where not enough was checked to tell.

    The status of a check is `passed`, `failed`, `not checked`, `not applicable` or `not run`.
    It is `shortened` where examples were left out, for the receiver cannot keep up.
    """
    statuses = [str(each.status) for each in verdict.results] + ["not run"] * len(verdict.not_run)
    return {
        "mohook": verdict.version,
        "began": verdict.began.isoformat(timespec="seconds"),
        "provider": verdict.provider,
        "url": verdict.url,
        "seed": verdict.seed,
        "right": verdict.right,
        "ending": str(verdict.ending),
        "last_request": verdict.last or None,
        "readback_problem": verdict.trouble or None,
        "hint": verdict.hint or None,
        "seconds": round(verdict.seconds, 3),
        "counts": {name.replace(" ", "_"): statuses.count(name) for name in (*Status, "not run")},
        "checks": [
            *map(_result_json, verdict.results),
            *({**check_json(each), "status": "not run"} for each in verdict.not_run),
        ],
    }


def _result_json(result: Result) -> JSON:
    return {
        **check_json(result.check),
        "status": str(result.status),
        "seconds": round(result.seconds, 3),
        "shortened": result.shortened,
        "why": result.why or None,
        "timeline": result.story or None,
        "curl": result.curl or None,
    }
