"""What stands for a secret on pages, in logs, in errors and in exports."""

from __future__ import annotations

import re

__all__ = ["MASK", "masked_text", "masked_url", "without_credentials"]

MASK = "***"

_CREDENTIALS = re.compile(r"//[^/?#]*@")
_IN_A_TEXT = re.compile(r"//[^/?#\s]*@")


def masked_url(url: str) -> str:
    """Return `url` with its credentials hidden.

    >>> masked_url("https://user:pass@host/path")
    'https://***@host/path'
    """
    return _CREDENTIALS.sub(f"//{MASK}@", url, count=1)


def masked_text(text: str) -> str:
    """Return `text` with the credentials of every URL in it hidden.

    >>> masked_text("from http://a:b@host/ to http://c:d@host/")
    'from http://***@host/ to http://***@host/'
    """
    return _IN_A_TEXT.sub(f"//{MASK}@", text)


def without_credentials(url: str) -> str:
    """Return `url` with its credentials left out.

    >>> without_credentials("https://user:pass@host/path")
    'https://host/path'
    """
    return _CREDENTIALS.sub("//", url, count=1)
