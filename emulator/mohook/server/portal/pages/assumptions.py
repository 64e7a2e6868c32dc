"""The ledger, grade by grade, and how each switch is set."""

from __future__ import annotations

from collections.abc import Mapping

from flask import render_template, request

from mohook.assumptions import ledger
from mohook.assumptions.assumption import Grade
from mohook.assumptions.ledger import Entry
from mohook.errors import InputError
from mohook.options.written import written
from mohook.samples import PROVIDER_TITLES
from mohook.server.current import emulator
from mohook.server.portal.blueprint import portal
from mohook.server.problems import ProblemError

__all__ = ["GRADES", "assumptions", "switch"]

GRADES: Mapping[Grade, str] = {
    Grade.DOCUMENTED: "A provider says so.",
    Grade.ASSUMED: "Nobody says. mohook has chosen, and a switch chooses otherwise.",
    Grade.UNKNOWN: "Nobody says, and mohook does neither until somebody knows.",
}
"""What each grade means, in the order in which they are shown."""


@portal.get("/assumptions")
def assumptions() -> str:
    """Show the rows that the query asks for: `text`, `provider`, `grade`, `changed`."""
    every = ledger(emulator().settings)
    found = [entry for entry in every if _fits(entry, request.args)]
    return render_template(
        "portal/assumptions.html",
        grades={
            grade: (meaning, [each for each in found if each.assumption.grade is grade])
            for grade, meaning in GRADES.items()
            if request.args.get("grade", "") in ("", grade)
        },
        found=len(found),
        every=len(every),
        changed=sum(entry.changed for entry in every),
        titles={**PROVIDER_TITLES, "both": "both providers"},
        asked=request.args,
    )


@portal.get("/portal/switches/<name>")
def switch(name: str) -> str:
    """Return, as a piece of the page, how a switch is set to the `value` of the query."""
    known = {entry.assumption.switch for entry in ledger(emulator().settings)}
    if name not in known:
        msg = f"no switch {name[:60]!r}: GET /mohook/v1/assumptions lists them"
        raise ProblemError(404, msg, kind="not-found")
    return render_template("portal/_ways.html", name=name, value=request.args.get("value", ""))


@portal.app_template_global("ways_to_set")
def _ways(name: str, value: str) -> dict[str, str]:
    """Return `variable` and `toml`, or `problem` where the switch does not take the value."""
    try:
        ways = written(name, value)
    except InputError as error:
        return {"problem": str(error)}
    return {"variable": ways.variable, "toml": ways.toml}


def _fits(entry: Entry, asked: Mapping[str, str]) -> bool:
    row = entry.assumption
    words = f"{row.id} {row.says} {row.source} {row.note} {row.switch or ''}".lower()
    return (
        all(word in words for word in asked.get("text", "").lower().split())
        and asked.get("provider", "") in ("", row.provider)
        and asked.get("grade", "") in ("", row.grade)
        and (entry.changed or not asked.get("changed"))
    )
