"""An id is all that tells two messages apart, and the whole of it."""

from __future__ import annotations

from functools import partial
from secrets import randbits
from typing import Final

from pytest_mohook.check import registry
from pytest_mohook.check.catalogue.documents import ID, assumption
from pytest_mohook.check.registry import Declared
from pytest_mohook.check.trial import Trial

__all__ = ["CHECKS", "fresh_id"]

CHECKS: Final[Declared] = []
_check = partial(registry.check, CHECKS, basis=ID, needs_readback=True)

_SM = "SM"


@_check(
    "identity.ids-one-character-apart",
    "Messages whose ids differ in one character only are different messages.",
)
def one_character_apart(trial: Trial) -> None:
    """Send messages whose ids differ in one digit, each time at another place; all are stored."""
    base = fresh_id(trial)
    _send_under(trial, [base, *_changed_at(base, range(len(base)))])


@_check(
    "identity.sm-ids-one-character-apart",
    "The same holds for ids that begin with SM.",
    basis=assumption("intelepeer-refid"),
    providers=["intelepeer"],
)
def sm_ids_one_character_apart(trial: Trial) -> None:
    """Send messages whose ids differ in one digit behind SM; all are stored."""
    base = _SM + fresh_id(trial)[len(_SM) :]
    _send_under(trial, [base, *_changed_at(base, range(len(_SM), len(base)))])


@_check(
    "identity.ids-like-numbers",
    "Ids that look like numbers are compared as texts.",
)
def like_numbers(trial: Trial) -> None:
    """Send messages whose ids are alike as numbers: many digits, zeros before, an exponent."""
    fresh = fresh_id(trial)
    digits = str(int(fresh, 16))[4 - len(fresh) :].zfill(len(fresh) - 4)
    exponent = "e" if trial.provider == "ip1" else "E"
    alike = [
        *(f"12{digits}{end}" for end in ("34", "35")),
        *(f"0{exponent}{digits}{end}" for end in ("34", "35")),
        *(f"{start}{digits}" for start in (f"00{exponent}1", f"0{exponent}01")),
    ]
    _send_under(trial, alike)


def fresh_id(trial: Trial) -> str:
    """Return a new id of hex digits alone, as the documented examples have it."""
    return str(trial.payload()["id"]) if trial.provider == "ip1" else f"{randbits(128):032X}"


def _changed_at(base: str, places: range) -> list[str]:
    """Return ids that are `base` but for one hex digit each."""
    return [
        f"{base[:place]}{'1' if base[place] == '0' else '0'}{base[place + 1 :]}" for place in places
    ]


def _send_under(trial: Trial, identities: list[str]) -> None:
    trial.send_many(
        {trial.wire.id: identity, "body": f"Under {identity}"}
        for identity in trial.some(identities)
    )
    trial.judge()
