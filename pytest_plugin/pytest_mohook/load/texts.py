"""What a storm says, and who says it: drawn before the clock starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mohook.sms.segments import MAX_PARTS
from pytest_mohook.check.tables import keep_tables_in_the_cache

__all__ = ["Drawn", "drawn_texts"]

_TEXTS = 1_000
_SENDERS = 200


@dataclass(frozen=True, slots=True)
class Drawn:
    """Texts and senders, of which each message takes one."""

    texts: Sequence[str]
    senders: Sequence[str]


def drawn_texts(provider: str, seed: int, *, max_parts: int = MAX_PARTS) -> Drawn:
    """Return texts as `sms_texts` draws them, and senders in the form of the provider.

    The seed decides which.

    >>> drawn_texts("ip1", 7, max_parts=1) == drawn_texts("ip1", 7, max_parts=1)
    True
    """
    keep_tables_in_the_cache()
    from pytest_mohook.check.drawn import drawn
    from pytest_mohook.strategies import e164_numbers, msisdns, sms_texts

    numbers = msisdns() if provider == "ip1" else e164_numbers()
    return Drawn(
        drawn(sms_texts(max_parts=max_parts), _TEXTS, seed), drawn(numbers, _SENDERS, seed)
    )
