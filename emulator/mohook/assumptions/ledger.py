"""The whole ledger, and how it reads under given settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import Any

from mohook.assumptions import both, intelepeer, ip1
from mohook.assumptions.assumption import Assumption
from mohook.options.convert import to_text
from mohook.settings import Settings

__all__ = ["LEDGER", "PLAIN", "Entry", "ledger"]

LEDGER: tuple[Assumption, ...] = both.ROWS + ip1.ROWS + intelepeer.ROWS
"""Every row, those of both providers first."""

PLAIN: Mapping[str, str] = {
    "ip1.callback_url": "an address of the user's own",
    "ip1.accounts": "names of the user's own",
    "intelepeer.webhook": "an address of the user's own",
    "intelepeer.secret": "a secret of the user's own",
    "intelepeer.customers": "names of the user's own",
    "intelepeer.numbers": "names of the user's own",
}
"""The keys of the providers' tables that are no switch, and why: they assume nothing."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger, with the values of its switch as `mohook.toml` and variables have them.

    `default` and `value` are None where the row has no switch; a switch that is not set
    reads `none`.
    """

    assumption: Assumption
    default: str | None
    value: str | None

    @property
    def changed(self) -> bool:
        """The switch does not stand where it stands by default."""
        return self.value != self.default

    def to_json(self) -> dict[str, Any]:
        """Return the row as the control API and `mohook assumptions --json` show it."""
        values = {"default": self.default, "value": self.value, "changed": self.changed}
        return {**asdict(self.assumption), **values}


def ledger(settings: Settings) -> list[Entry]:
    """Return every row with what its switch is by default and what it is in `settings`.

    >>> {entry.value for entry in ledger(Settings()) if entry.assumption.id == "time-limit"}
    {'10s'}
    """
    return [_entry(assumption, settings) for assumption in LEDGER]


def _entry(assumption: Assumption, settings: Settings) -> Entry:
    if assumption.switch is None:
        return Entry(assumption, None, None)
    read = attrgetter(assumption.switch)
    return Entry(assumption, to_text(read(Settings())), to_text(read(settings)))
