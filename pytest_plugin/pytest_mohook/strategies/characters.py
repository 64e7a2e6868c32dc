"""All characters of Unicode, without the halves of pairs."""

from __future__ import annotations

from hypothesis import strategies as st

__all__ = ["CHARACTERS"]

CHARACTERS = st.characters(exclude_categories=["Cs"])
"""The same as `codec="utf-8"`, Hypothesis' own default, which takes a second to prepare where
`.hypothesis` is new: in CI, say, where it then finds that a test is too slow."""
