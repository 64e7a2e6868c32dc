"""The looks that a page is tested in: a theme and a window's size."""

from __future__ import annotations

import pytest

__all__ = ["HEIGHTS", "every_look"]

HEIGHTS = {360: 740, 1280: 800, 2560: 1440}
"""The height that goes with a width, where a test gives none: phone, laptop, large screen."""

every_look = pytest.mark.parametrize(
    ("theme", "width"), [(theme, width) for theme in ("light", "dark") for width in (360, 2560)]
)
"""Run a test in each theme, on the narrowest window and on the widest."""
