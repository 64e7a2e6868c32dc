"""How a check is declared, and found again by its id."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from mohook.errors import InputError
from mohook.providers import PROVIDERS
from pytest_mohook.check.model import Check, Group

if TYPE_CHECKING:
    from pytest_mohook.check.trial import Trial

__all__ = ["BOTH", "Declared", "check", "chosen"]

BOTH = tuple(PROVIDERS)
Declared = list[Check]


def check(
    declared: Declared,
    name: str,
    claim: str,
    *,
    basis: str | Mapping[str, str],
    providers: Collection[str] = BOTH,
    needs_readback: bool = False,
    alone: bool = False,
) -> Callable[[Callable[[Trial], None]], Callable[[Trial], None]]:
    """Declare a function as a check of each provider: `ack.exactly-200` at `ip1`, say.

    `basis` may differ by provider. The function returns where the receiver is right, and raises
    CheckFailedError, by `trial.fail` and `trial.judge`, where it is not.
    """
    group = Group(name.partition(".")[0])

    def declare(run: Callable[[Trial], None]) -> Callable[[Trial], None]:
        for provider in providers:
            rests_on = basis if isinstance(basis, str) else basis[provider]
            full = f"{provider}.{name}"
            declared.append(
                Check(full, provider, group, claim, rests_on, run, needs_readback, alone)
            )
        return run

    return declare


def chosen(
    checks: Collection[Check], only: Collection[str] = (), skip: Collection[str] = ()
) -> list[Check]:
    """Return the checks that `only` names, all where it names none, but for those of `skip`.

    A word is an id, `ip1.ack.exactly-200`, the same without its provider, or a group, `ack`.
    Raises InputError for a word that names no check.
    """
    words = MappingProxyType({word: _named(checks, word) for word in (*only, *skip)})
    for word, named in words.items():
        if not named:
            groups = ", ".join(dict.fromkeys(str(each.group) for each in checks))
            msg = f"{word!r} names no check: expected an id, as --list shows, or one of {groups}"
            raise InputError(msg)
    kept = {each.id for word in only for each in words[word]} or {each.id for each in checks}
    kept -= {each.id for word in skip for each in words[word]}
    return [each for each in checks if each.id in kept]


def _named(checks: Collection[Check], word: str) -> list[Check]:
    return [each for each in checks if word in _names(each)]


def _names(one: Check) -> tuple[str, ...]:
    return one.id, one.id.partition(".")[2], one.group, f"{one.provider}.{one.group}"
