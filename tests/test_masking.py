"""Masking: credentials go, all else stays."""

from __future__ import annotations

import pytest

from mohook.masking import masked_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://a/b?c=d", "http://a/b?c=d"),
        ("http://user:pass@a:80/b", "http://***@a:80/b"),
        ("http://user:p@ss@a:80/b@c", "http://***@a:80/b@c"),
        ("http://token@a/b", "http://***@a/b"),
        ("http://a/b@c", "http://a/b@c"),
        ("http://a?b@c", "http://a?b@c"),
        ("http://a#b@c", "http://a#b@c"),
        ("http://[bad", "http://[bad"),
        ("", ""),
    ],
)
def test_a_url_is_shown_without_its_credentials(url: str, shown: str) -> None:
    """User and password both, for a token may stand for either; an @ further on is no sign."""
    assert masked_url(url) == shown
