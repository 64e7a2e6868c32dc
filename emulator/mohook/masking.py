"""What stands for a secret on pages, in logs, in errors and in exports."""

from __future__ import annotations

import re

__all__ = ["MASK", "masked_url", "without_credentials"]

MASK = "***"

_CREDENTIALS = re.compile(r"//[^/?#]*@")


def masked_url(url: str) -> str:
    """Return `url` with its credentials hidden.

    >>> masked_url("https://user:pass@host/path")
    'https://***@host/path'
    """
    return _CREDENTIALS.sub(f"//{MASK}@", url, count=1)


def without_credentials(url: str) -> str:
    """Return `url` with its credentials left out.

    >>> without_credentials("https://user:pass@host/path")
    'https://host/path'
    """
    return _CREDENTIALS.sub("//", url, count=1)
