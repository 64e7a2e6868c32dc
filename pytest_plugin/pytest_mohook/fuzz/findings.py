"""What a history shows of a receiver, and which findings are of the same bug."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from pytest_mohook.oracle.difference import AND

__all__ = ["Finding"]

NAMELESS = "it differs"
"""With this begins what became of a text in no way that is known."""


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
        return self._named(self.detail)

    @property
    def parts(self) -> tuple[str, ...]:
        """The bugs that it shows: more than one where several things became of one text.

        >>> Finding("altered", "", "", "", "white space, and it was cut").parts
        ('altered white space', 'altered it was cut')
        """
        return tuple(map(self._named, self.detail.split(AND)))

    @property
    def is_vague(self) -> bool:
        """Whether more than one bug, or one that nobody knows, has made another text of a text."""
        return self.kind == "altered" and (len(self.parts) > 1 or self.detail.startswith(NAMELESS))

    def is_of(self, bugs: Collection[str]) -> bool:
        """Whether it shows nothing that these bugs do not explain."""
        return self.bug in bugs or all(each in bugs for each in self.parts)

    def _named(self, detail: str) -> str:
        return f"{self.kind} {re.sub('[0-9]+', '0', detail)}".strip()
