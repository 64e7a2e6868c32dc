"""What a history shows of a receiver, and which findings are of the same bug."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with a receiver.

    `kind` is a word: `lost`, `duplicated`, `altered`, … of `FindingKind`, or for hostile requests
    `server-error`, `no-answer`, `taken`. `happened` and `expected` say it to a person, `basis`
    is the document or the assumption that it rests on. Findings of one `bug` are told once.
    """

    kind: str
    happened: str
    expected: str
    basis: str
    detail: str = ""
    """What tells bugs of one kind apart."""

    @property
    def bug(self) -> str:
        """The kind, and what tells bugs of this kind apart; numbers do not."""
        return f"{self.kind} {re.sub('[0-9]+', '0', self.detail)}".strip()
