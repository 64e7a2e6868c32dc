"""What a report may not tell: IntelePeer's shared code, which a literal signature is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mohook.masking import MASK
from mohook.settings import IntelePeerSettings, Settings

__all__ = ["without_secret"]

_RUN = 4
"""So many characters of the code in a row give it away; a forged signature holds a part of it."""


def without_secret(text: str, settings: Settings) -> str:
    """Return text with every piece of the shared code masked, whatever its case.

    The code of IntelePeer's own sample is no secret, and stays.

    >>> intelepeer = IntelePeerSettings(secret="hushhush")
    >>> without_secret("xHUSHHUS: stored", Settings(intelepeer=intelepeer))
    'x***: stored'
    """
    secret = settings.intelepeer.secret
    if not secret or secret == IntelePeerSettings().secret:
        return text
    masked, end = [], 0
    for start, stop in _pieces(text, secret):
        masked += [text[end:start], MASK]
        end = stop
    return "".join([*masked, text[end:]])


def _pieces(text: str, secret: str) -> Iterator[tuple[int, int]]:
    """Yield where pieces of the secret stand, those that overlap or touch as one."""
    length = min(_RUN, len(secret))
    runs = {secret[at : at + length] for at in range(len(secret) - length + 1)}
    pattern = f"(?=({'|'.join(map(re.escape, sorted(runs)))}))"
    start = stop = -1
    for found in re.finditer(pattern, text, re.IGNORECASE):
        if found.start() > stop:
            if stop >= 0:
                yield start, stop
            start = found.start()
        stop = found.end(1)
    if stop >= 0:
        yield start, stop
